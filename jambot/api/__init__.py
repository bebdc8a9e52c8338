"""REST: parse, call one use case, return. No rule lives here."""
