"""The charts of the dashboard, made from its samples. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from jambot.admin.dashboard import DURATION_EDGES_S, Course, Durations, Point
from jambot.clock import iso
from jambot.web.admin_items import number, rounded
from jambot.web.strings import t
from jambot.web.when import span_text

PILED = (("active", "var(--s1)"), ("idle", "var(--s2)"), ("expiring", "var(--s3)"))
LEVELS = 5
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, kw_only=True)
class Series:
    """`key` is where its numbers are in every point."""

    key: str = ""
    name: str = ""
    ink: str = ""


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A chart and its table."""

    points: list[dict[str, Any]] = field(default_factory=list)
    series: list[Series] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    note: str = ""
    is_empty: bool = True


@dataclass(frozen=True, kw_only=True)
class HeatCell:
    """`level` is 0 (nothing sampled) to 5."""

    words: str = ""
    level: int = 0


@dataclass(frozen=True, kw_only=True)
class HeatRow:
    day: str = ""
    cells: list[HeatCell] = field(default_factory=list)


def states_chart(course: Course) -> Chart:
    """Sessions over time by state, piled up."""
    series = [Series(key=key, name=t(f"life.{key}"), ink=ink) for key, ink in PILED]
    return _over_time(course, series, lambda point, key: point.figures.gauge(key))


def store_chart(course: Course) -> Chart:
    """How long the store takes."""
    shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
    inks = {"p50": "var(--s3)", "p95": "var(--s1)", "p99": "var(--s2)"}
    series = [Series(key=key, name=key, ink=inks[key]) for key in shares]
    return _over_time(course, series, lambda point, key: point.figures.percentile_ms("store", shares[key]))


def durations_chart(found: Durations) -> Chart:
    """How long sessions had been in use, in classes."""
    edges = [span_text(timedelta(seconds=edge)) for edge in DURATION_EDGES_S]
    names = [f"< {edges[0]}", *(f"< {edge}" for edge in edges[1:]), f"> {edges[-1]}"]
    points = [{"name": name, "count": count} for name, count in zip(names, found.classes, strict=True)]
    part = t("plot.durations_part").format(count=number(found.looked_at))
    return Chart(
        points=points,
        series=[Series(key="count", name=t("plot.count"), ink="var(--s1)")],
        columns=[t("plot.durations"), t("plot.count")],
        rows=[[name, number(count)] for name, count in zip(names, found.classes, strict=True)],
        note=part if found.is_partial else t("plot.durations_note"),
        is_empty=not found.looked_at,
    )


def heat_rows(found: list[list[float | None]]) -> list[HeatRow]:
    """The map of weekdays and hours; the busiest hour has the deepest colour."""
    most = max((value for hours in found for value in hours if value is not None), default=0.0)
    return [
        HeatRow(
            day=_DAYS[day],
            cells=[
                HeatCell(
                    words="–" if value is None else number(round(value)),
                    level=0 if value is None else 1 + min(LEVELS - 1, int(value / most * LEVELS)) if most else 1,
                )
                for value in hours
            ],
        )
        for day, hours in enumerate(found)
    ]


def _over_time(course: Course, series: list[Series], value: Callable[[Point, str], float | None]) -> Chart:
    points: list[dict[str, Any]] = []
    for point in course.points:
        values = {each.key: value(point, each.key) for each in series}
        points.append({"at": iso(point.at), **{key: rounded(n) for key, n in values.items()}})
    sampled = [point for point in points if any(point[each.key] is not None for each in series)]
    return Chart(
        points=points,
        series=series,
        columns=[t("plot.time"), *(each.name for each in series)],
        rows=[[point["at"][:16].replace("T", " "), *(_cell(point[each.key]) for each in series)] for point in sampled],
        is_empty=not sampled,
    )


def _cell(value: float | None) -> str:
    return "–" if value is None else f"{value:g}"
