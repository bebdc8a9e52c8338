"""Names of periods as people say them: `2026-01` is January. Pure; what is no name of a period stays as it is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from jambot.web.strings import t

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
_QUARTER = re.compile(r"(\d{4})-Q([1-4])")


def long_name(period: str) -> str:
    """`January 2026` and `Q1 2026`, for tables."""
    if found := _MONTH.fullmatch(period):
        return f"{_months()[int(found[2]) - 1]} {found[1]}"
    if found := _QUARTER.fullmatch(period):
        return f"Q{found[2]} {found[1]}"
    return period


def axis_names(periods: Sequence[str]) -> list[str]:
    """Along an axis: `Jan`, `Feb`; where several years are shown, the first and each new one is named."""
    found = [_MONTH.fullmatch(each) for each in periods]
    if not periods or not all(found):
        return [long_name(each) for each in periods]
    parts = [(each[1], _months()[int(each[2]) - 1][:3]) for each in found if each]
    years = {year for year, _ in parts}
    shown: list[str] = []
    for place, (year, month) in enumerate(parts):
        is_new = place == 0 or parts[place - 1][0] != year
        shown.append(f"{month} {year}" if is_new and len(years) > 1 else month)
    return shown


def _months() -> list[str]:
    return t("when.months").split()
