"""Numbers as people read them. Pure."""

from __future__ import annotations

from typing import Any, Literal

_CURRENCIES = {"€", "$", "£", "¥", "CHF", "T€"}
_BEFORE = {"$", "£", "¥"}
_TURNED = str.maketrans(",.", ".,")


def figure(value: Any, unit: str | None = None, *, language: Literal["en", "de"] = "en") -> str:
    """`12,345.60 €`, `$12.50`, `7.5 %`, `1,204`, in German `12.345,60 €` and `12,50 $`; an en dash where there is no
    value."""
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    number = float(value)
    if number == int(number) and unit not in _CURRENCIES and abs(number) < 1e15:
        text = f"{int(number):,}"
    elif abs(number) >= 1 or number == 0 or unit in _CURRENCIES:
        text = f"{number:,.2f}"
    else:
        text = f"{number:.4g}"
    if language == "de":
        text = text.translate(_TURNED)
    elif unit in _BEFORE:
        return f"-{unit}{text[1:]}" if text.startswith("-") else f"{unit}{text}"
    return f"{text} {unit}" if unit else text


def share(part: float, whole: float) -> str:
    """`12 %`; empty when there is no whole to be a part of."""
    return f"{100 * part / whole:.0f} %" if whole > 0 and part >= 0 else ""
