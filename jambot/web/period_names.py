"""Names of periods along the axis of a chart. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from jambot.tools.periods import spoken
from jambot.tools.strings import Language

_MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])")


def axis_names(periods: Sequence[str], language: Language = "en") -> list[str]:
    """`Jan`, `Feb`; where several years are shown, the first month and each new year say theirs."""
    said = [spoken(each, language) for each in periods]
    parts = [name.split(" ") for name, period in zip(said, periods, strict=True) if _MONTH.fullmatch(period)]
    if len(parts) < len(periods):
        return said
    years = [year for _, year in parts]
    return [
        f"{month[:3]} {year}" if len(set(years)) > 1 and (place == 0 or years[place - 1] != year) else month[:3]
        for place, (month, year) in enumerate(parts)
    ]
