"""Names made comparable: folded letters, split words, the unit a header carries. Pure."""

from __future__ import annotations

import re
import unicodedata

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ẞ": "SS"})
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = re.compile(r"[a-z0-9]+")
_BRACKETED = re.compile(r"[(\[{]\s*([^)\]}]{1,16}?)\s*[)\]}]")
_IN_UNIT = re.compile(
    r"\b(?:in|je|per)\s+(€|\$|£|%|EUR|USD|GBP|CHF|T€|TEUR|kg|g|t|km|m|cm|mm|l|ml|h|min|s|°C|kWh|MWh)\s*$"
)
_TRAILING_UNIT = re.compile(r"[\s_/\-,]+(€|\$|£|%|EUR|USD|GBP|CHF|T€|TEUR|kg|km|°C|kWh|MWh)\s*$")
_UNIT_NAMES = {"eur": "€", "euro": "€", "usd": "$", "gbp": "£", "prozent": "%", "percent": "%", "teur": "T€"}


def fold(text: str) -> str:
    """Lower case, umlauts written out, accents dropped."""
    if text.isascii():
        return text.casefold()
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFC", text).translate(_UMLAUTS))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def words(text: str) -> tuple[str, ...]:
    """Folded words; camelCase and punctuation both separate."""
    return tuple(_WORD.findall(fold(_CAMEL.sub(" ", text))))


def split_unit(header: str) -> tuple[str, str | None]:
    """The header without its unit, and the unit, from `Umsatz (€)`, `Gewicht [kg]`, `Preis in EUR`, `Anteil %`."""
    text = " ".join(header.split())
    for pattern in (_IN_UNIT, _TRAILING_UNIT):
        if match := pattern.search(text):
            return text[: match.start()].strip() or text, unit_name(match.group(1))
    if match := _BRACKETED.search(text):
        rest = (text[: match.start()] + text[match.end() :]).strip()
        return (" ".join(rest.split()) or text), unit_name(match.group(1))
    return text, None


def unit_name(unit: str) -> str:
    return _UNIT_NAMES.get(fold(unit), unit)


def safe_names(labels: list[str]) -> list[str]:
    """One SQL-friendly name per label, unique, never a number first: `Netto-Umsatz (€)` -> `netto_umsatz`."""
    taken: dict[str, int] = {}
    names: list[str] = []
    for position, label in enumerate(labels, start=1):
        name = "_".join(words(split_unit(label)[0]))[:60] or f"column_{position}"
        if name[0].isdigit():
            name = f"c_{name}"
        candidate, count = name, 1
        while candidate in taken:
            count += 1
            candidate = f"{name}_{count}"
        taken[candidate] = position
        names.append(candidate)
    return names
