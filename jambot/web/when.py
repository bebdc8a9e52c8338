"""Times in words. Exact times are formatted in the browser, which knows the reader's zone."""

from __future__ import annotations

from datetime import datetime, timedelta

_STEPS = ((60, 3600, "m"), (3600, 86_400, "h"), (86_400, 7 * 86_400, "d"))


def age(at: str, now: datetime) -> str:
    """How long ago `at` (ISO, aware) was: `now`, `8m`, `3h`, `6d`, else the date."""
    if not at:
        return ""
    moment = datetime.fromisoformat(at)
    passed = (now - moment).total_seconds()
    if passed < 60:
        return "now"
    for unit, below, letter in _STEPS:
        if passed < below:
            return f"{int(passed // unit)}{letter}"
    return f"{moment.day} {moment:%b}" + ("" if moment.year == now.year else f" {moment.year}")


_UNITS = {"m": "min", "h": "h", "d": "d"}


def ago(at: str, now: datetime) -> str:
    """How long ago, for a sentence: `just now`, `8 min ago`, `3 h ago`, `6 d ago`, else `on 5 Nov`."""
    short = age(at, now)
    if short == "now":
        return "just now"
    unit = _UNITS.get(short[-1:])
    return f"{short[:-1]} {unit} ago" if unit and short[:-1].isdigit() else f"on {short}"


def seconds_text(seconds: float) -> str:
    """A duration: `< 0.1 s`, `0.8 s`, `42 s`, `2:05`, `1:02:05`."""
    if 0 < seconds < 0.1:
        return "< 0.1 s"
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def span_words(span: timedelta) -> str:
    """A long duration in its two largest units: `29 d 3 h`, `12 h`, `1 h 30 min`, `45 min`, `less than a minute`."""
    return span_text(span) if span >= timedelta(minutes=1) else "less than a minute"


def since(at: str | None, now: datetime) -> str:
    """The duration from `at` (ISO, aware) to `now`; empty without a start."""
    return seconds_text(max(0.0, (now - datetime.fromisoformat(at)).total_seconds())) if at else ""


def span_text(span: timedelta) -> str:
    """A span in its two largest units: `29 d 3 h`, `1 h 59 min`, `4 min`, `42 s`."""
    seconds = int(span.total_seconds())
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, seconds = divmod(rest, 60)
    parts = [(days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s")]
    first = next((place for place, (n, _) in enumerate(parts) if n), len(parts) - 1)
    shown = parts[first : first + 2] if first < 2 else parts[first : first + 1]
    return " ".join(f"{n} {unit}" for n, unit in shown if n or len(shown) == 1)
