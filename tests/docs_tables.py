"""The tables of the docs that are made from the code: settings, routes, error codes.

`python -m tests.docs_tables` writes them; a test fails when what stands in the docs is not what the code says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic import SecretStr

from jambot import errors
from jambot.settings import Settings
from tests.servers import REPOSITORY

DOCS = REPOSITORY / "docs"


def settings_table() -> str:
    """Every setting with its default and meaning."""
    lines = ["| setting | default | meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        plain = field.default not in (None, "") and not isinstance(field.default, SecretStr)
        default = f"`{field.default}`" if plain else ""
        lines.append(f"| `JAMBOT_{name.upper()}` | {default} | {field.description} |")
    return "\n".join(lines)


def errors_table() -> str:
    """Every stable error code of the API, its HTTP status and its sentence."""
    import jambot.api.app  # noqa: F401  # defines or imports whatever the API can answer

    # A newer database is met at the start, before there is an API.
    known = [each for each in _tree(errors.JamBotError) if each.__module__.startswith("jambot.")]
    answered = [each for each in known if each.__module__ != "jambot.db.migrations"]
    rows = sorted({(each.status, each.code, " ".join((each.__doc__ or "").split())) for each in answered})
    return "\n".join(
        ["| status | code | meaning |", "|---|---|---|", *(f"| {s} | `{code}` | {text} |" for s, code, text in rows)]
    )


def routes_table() -> str:
    """Every route of the API with who may call it."""
    from jambot.api.app import create_api

    rows = []
    for path, methods in sorted(create_api().openapi()["paths"].items()):
        for method, operation in methods.items():
            rows.append(f"| {method.upper()} | `{path}` | {operation.get('summary', '')} |")
    return "\n".join(["| method | path | what it does |", "|---|---|---|", *rows])


TABLES = {
    ("configuration.md", "settings"): settings_table,
    ("api.md", "routes"): routes_table,
    ("api.md", "errors"): errors_table,
}


def with_table(page: str, name: str, table: str) -> str:
    """`page` with what stands between the marks of `name` replaced."""
    pattern = re.compile(rf"(<!-- {name} -->\n)(?:.*?\n)??(<!-- /{name} -->)", re.DOTALL)
    if not pattern.search(page):
        raise AssertionError(f"the page has no place for the table {name!r}")
    return pattern.sub(lambda found: f"{found[1]}{table}\n{found[2]}", page)


def _tree(base: type[errors.JamBotError]) -> Iterator[type[errors.JamBotError]]:
    yield base
    for each in base.__subclasses__():
        yield from _tree(each)


if __name__ == "__main__":
    for (file, name), make in TABLES.items():
        path = DOCS / file
        path.write_text(with_table(path.read_text("utf-8"), name, make()), "utf-8")
