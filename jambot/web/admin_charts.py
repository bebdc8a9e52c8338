"""The cards and charts of the dashboard, made from its samples. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from jambot.admin.dashboard import DURATION_EDGES_S, Course, Durations, Now, Point
from jambot.admin.figures import Figures
from jambot.clock import iso
from jambot.web.admin_items import number
from jambot.web.strings import t
from jambot.web.when import span_text

PILED = (("active", "var(--s1)"), ("idle", "var(--s2)"), ("expiring", "var(--s3)"))
LEVELS = 5
ENDED = ("sessions.deleted", "sessions.expired", "sessions.evicted")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, kw_only=True)
class Card:
    """A figure, its course, and how it changed: `tone` is good, bad or empty; `way` is up, down or empty."""

    key: str = ""
    label: str = ""
    value: str = ""
    aside: str = ""
    change: str = ""
    way: str = ""
    tone: str = ""
    points: list[dict[str, Any]] = field(default_factory=list)


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


def cards(now: Now, course: Course) -> list[Card]:
    """The six figures at the top."""
    whole, before = course.whole, course.before
    saved, lost = sum(whole.spans.get("autosave", ())), whole.counts.get("autosave.failed", 0)
    p95, p95_before = whole.percentile_ms("autosave", 0.95), before.percentile_ms("autosave", 0.95)
    recovered = whole.counts.get("recoveries", 0)
    return [
        Card(
            key="active",
            label=t("card.active"),
            value=number(now.active),
            aside=f"{t('card.of')} {number(now.living)}",
            points=_spark(course, lambda figures: figures.gauge("active")),
            **_change(now.active, before.gauge("active")),
        ),
        Card(
            key="online",
            label=t("card.online"),
            value=number(now.online),
            aside=f"{t('card.of')} {number(now.people)}",
            points=_spark(course, lambda figures: figures.gauge("online")),
            **_change(now.online, before.gauge("online")),
        ),
        _counted("created", course, "sessions.created", aside=""),
        Card(
            key="ended",
            label=t("card.ended"),
            value=number(_ended(whole)),
            aside=t("card.expired_evicted").format(
                expired=number(whole.counts.get("sessions.expired", 0)),
            ),
            points=_spark(course, _ended),
            **_change(_ended(whole), _before(course, _ended(before))),
        ),
        Card(
            key="autosave",
            label=t("card.autosave"),
            value="–" if p95 is None else f"{_ms(p95)} ms",
            aside=t("card.saved").format(share=_share(saved - lost, saved)) if saved else t("card.none"),
            points=_spark(course, lambda figures: figures.percentile_ms("autosave", 0.95)),
            **_slower(p95, p95_before),
        ),
        _counted(
            "errors",
            course,
            "errors",
            aside=f"{number(recovered)} {t('card.recovered')}",
            is_bad=True,
        ),
    ]


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
        points.append({"at": iso(point.at), **{key: _rounded(n) for key, n in values.items()}})
    sampled = [point for point in points if any(point[each.key] is not None for each in series)]
    return Chart(
        points=points,
        series=series,
        columns=[t("plot.time"), *(each.name for each in series)],
        rows=[[point["at"][:16].replace("T", " "), *(_cell(point[each.key]) for each in series)] for point in sampled],
        is_empty=not sampled,
    )


def _counted(name: str, course: Course, key: str, *, aside: str, is_bad: bool = False) -> Card:
    count = course.whole.counts.get(key, 0)
    return Card(
        key=name,
        label=t(f"card.{name}"),
        value=number(count),
        aside=aside,
        points=_spark(course, lambda figures: figures.counts.get(key, 0)),
        **_change(count, _before(course, course.before.counts.get(key, 0)), is_bad=is_bad),
    )


def _spark(course: Course, value: Callable[[Figures], float | None]) -> list[dict[str, Any]]:
    return [
        {"value": _rounded(value(point.figures)) if point.figures != Figures() else None} for point in course.points
    ]


def _before(course: Course, value: float | None) -> float | None:
    """A figure of the time before; None when nothing of that time was sampled, which is not the same as zero."""
    return None if course.before == Figures() else value


def _ended(figures: Figures) -> int:
    return sum(figures.counts.get(name, 0) for name in ENDED)


def _change(now: float, before: float | None, *, is_bad: bool = False) -> dict[str, str]:
    """How a figure changed, with the word that says so."""
    if before is None:
        return {}
    by = round(now - before)
    if not by:
        return {"change": t("card.same"), "way": "same"}
    words = f"{number(abs(by))} {t('card.more') if by > 0 else t('card.fewer')}"
    tone = ("bad" if by > 0 else "good") if is_bad else ""
    return {"change": words, "way": "up" if by > 0 else "down", "tone": tone}


def _slower(now: float | None, before: float | None) -> dict[str, str]:
    if now is None or before is None:
        return {}
    by = now - before
    if abs(by) < 0.5:
        return {"change": t("card.same"), "way": "same"}
    words = f"{_ms(abs(by))} ms {t('card.slower') if by > 0 else t('card.faster')}"
    return {"change": words, "way": "up" if by > 0 else "down", "tone": "bad" if by > 0 else "good"}


def _share(part: int, whole: int) -> str:
    """A share in percent; one that is not whole never reads 100."""
    share = part / whole * 100
    return f"{share:.0f} %" if share in (0, 100) else f"{min(share, 99.99):.2f} %"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _cell(value: float | None) -> str:
    return "–" if value is None else f"{value:g}"


def _ms(value: float) -> str:
    return f"{value:.1f}" if value < 10 else f"{value:.0f}"
