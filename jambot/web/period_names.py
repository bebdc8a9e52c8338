"""Names of periods along the axis of a chart. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from jambot.tools.periods import spoken


def axis_names(periods: Sequence[str]) -> list[str]:
    """`Jan`, `Feb`; where several years are shown, the first month and each new year say theirs."""
    said = [spoken(each) for each in periods]
    parts = [
        name.split(" ") for name, period in zip(said, periods, strict=True) if name != period and "Q" not in period
    ]
    if len(parts) < len(periods):
        return said
    years = [year for _, year in parts]
    return [
        f"{month[:3]} {year}" if len(set(years)) > 1 and (place == 0 or years[place - 1] != year) else month[:3]
        for place, (month, year) in enumerate(parts)
    ]
