"""The figures at the head of the dashboard, made from its samples. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from jambot.admin.dashboard import Course, Now
from jambot.admin.figures import Figures
from jambot.web.admin_items import number, rounded
from jambot.web.strings import t

ENDED = ("sessions.deleted", "sessions.expired", "sessions.evicted")


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


def cards(now: Now, course: Course) -> list[Card]:
    """The six figures at the top."""
    whole, before = course.whole, course.before
    saved, lost = sum(whole.spans.get("autosave", ())), whole.counts.get("autosave.failed", 0)
    p95, p95_before = whole.percentile_ms("autosave", 0.95), before.percentile_ms("autosave", 0.95)
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
        _counted("created", course, "sessions.created"),
        Card(
            key="ended",
            label=t("card.ended"),
            value=number(_ended(whole)),
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
        _counted("errors", course, "errors", is_bad=True),
    ]


def details(now: Now, course: Course) -> list[Card]:
    """What the six figures are made of: sessions by state, each way they end, and what came back."""
    states = {"idle": now.idle, "expiring": now.expiring, "expired": now.expired}
    return [
        *(
            Card(
                key=state,
                label=t(f"card.{state}"),
                value=number(count),
                points=_spark(course, lambda figures, state=state: figures.gauge(state)),
                **_change(count, course.before.gauge(state)),
            )
            for state, count in states.items()
        ),
        _counted("timed_out", course, "sessions.expired"),
        _counted("evicted", course, "sessions.evicted"),
        _counted("cleaned", course, "sessions.cleaned"),
        _counted("recoveries", course, "recoveries"),
    ]


def _counted(name: str, course: Course, key: str, *, is_bad: bool = False) -> Card:
    count = course.whole.counts.get(key, 0)
    return Card(
        key=name,
        label=t(f"card.{name}"),
        value=number(count),
        points=_spark(course, lambda figures: figures.counts.get(key, 0)),
        **_change(count, _before(course, course.before.counts.get(key, 0)), is_bad=is_bad),
    )


def _spark(course: Course, value: Callable[[Figures], float | None]) -> list[dict[str, Any]]:
    return [{"value": rounded(value(point.figures)) if point.figures != Figures() else None} for point in course.points]


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


def _ms(value: float) -> str:
    return f"{value:.1f}" if value < 10 else f"{value:.0f}"
