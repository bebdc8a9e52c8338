from __future__ import annotations

from jambot.web.period_names import axis_names


def test_months_of_one_year_need_no_year_along_an_axis():
    assert axis_names(["2026-01", "2026-02"]) == ["Jan", "Feb"]


def test_the_first_month_and_each_new_year_are_named_where_there_are_several_years():
    assert axis_names(["2025-11", "2025-12", "2026-01", "2026-02"]) == ["Nov 2025", "Dec", "Jan 2026", "Feb"]


def test_other_categories_stay_as_they_are():
    assert axis_names(["2026-01", "(none)"]) == ["January 2026", "(none)"]
    assert axis_names([]) == []
