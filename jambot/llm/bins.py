"""The ranges of a distribution: about ten, with round edges. Pure."""

from __future__ import annotations

import math
from decimal import Decimal

from jambot.tools.figures import figure
from jambot.tools.profile import ColumnProfile
from jambot.tools.strings import Language

_WISHED = 10
_FEW_WHOLE = 20
_ROUND = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))


def edges(column: ColumnProfile, language: Language) -> list[tuple[Decimal, Decimal, str]]:
    """(from, before, label) of every range from the smallest value to the largest; nothing lies outside."""
    low, high = Decimal(str(column.min)), Decimal(str(column.max))
    if column.type == "integer" and high - low <= _FEW_WHOLE:
        return [(value, value + 1, figure(value, language=language)) for value in _whole(low, high)]
    width = _width(high - low, whole=column.type == "integer")
    first = math.floor(low / width)
    last = math.floor(high / width)
    return [
        (width * place, width * (place + 1), _label(width * place, width * (place + 1), language))
        for place in range(first, last + 1)
    ]


def _whole(low: Decimal, high: Decimal) -> list[Decimal]:
    return [Decimal(value) for value in range(int(low), int(high) + 1)]


def _width(span: Decimal, *, whole: bool) -> Decimal:
    if span <= 0:
        return Decimal(1)
    raw = span / _WISHED
    scale = Decimal(10) ** math.floor(raw.log10())
    width = next(scale * step for step in _ROUND if scale * step >= raw)
    return max(width, Decimal(1)) if whole else width


def _label(low: Decimal, high: Decimal, language: Language) -> str:
    return f"{figure(low, language=language)} – {figure(high, language=language)}"
