"""A mission as the panel draws it: hops, steps, figures and a timeline, in words."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from jambot.web.strings import t
from jambot.web.when import seconds_text, since
from jambot.workspaces.view import HopView, MissionView, StepView

_STEP_STATES = {
    "executing": "running",
    "completed": "done",
    "failed": "failed",
    "interrupted": "interrupted",
    "cancelled": "cancelled",
}
_HOP_STATES = {**_STEP_STATES, "plan_proposed": "waiting", "impl_proposed": "waiting"}
_MOST_TEXT = 4000


@dataclass(frozen=True, kw_only=True)
class StepItem:
    id: str = ""
    name: str = ""
    state: str = "planned"
    word: str = ""
    note: str = ""
    input: str = ""
    output: str = ""
    log: str = ""
    can_retry: bool = False


@dataclass(frozen=True, kw_only=True)
class HopItem:
    id: str = ""
    number: int = 0
    name: str = ""
    state: str = "planned"
    word: str = ""
    note: str = ""
    rationale: str = ""
    error: str = ""
    waits: bool = False
    is_open: bool = False
    steps: list[StepItem] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class ApprovalItem:
    id: str = ""
    question: str = ""


@dataclass(frozen=True, kw_only=True)
class CriterionItem:
    text: str = ""
    is_met: bool = False


@dataclass(frozen=True, kw_only=True)
class MissionItem:
    """`can_*` say which of the three controls make sense now."""

    id: str = ""
    name: str = ""
    goal: str = ""
    state: str = "idle"
    word: str = ""
    progress: str = ""
    beat: str = ""
    cost: str = ""
    time: str = ""
    steps_done: int = 0
    steps_total: int = 0
    percent: int = 0
    criteria: list[CriterionItem] = field(default_factory=list)
    met: int = 0
    can_pause: bool = False
    can_resume: bool = False
    can_stop: bool = False
    can_retry: bool = False
    has_controls: bool = False


@dataclass(frozen=True, kw_only=True)
class EventItem:
    at: str = ""
    state: str = ""
    text: str = ""


def mission_item(mission: MissionView, now: datetime) -> MissionItem:
    """The head of the panel."""
    steps = [step for hop in mission.hops for step in hop.steps]
    criteria = [CriterionItem(text=text, is_met=_is_met(mission, index)) for index, text in _numbered(mission)]
    running = next((step for step in steps if step.status == "executing"), None)
    is_stuck = mission.status == "paused" and any(hop.status == "failed" for hop in mission.hops)
    state = "cancelled" if mission.status == "cancelled" else "failed" if is_stuck else mission.state
    over = mission.status in {"completed", "cancelled"}
    return MissionItem(
        id=mission.id,
        name=mission.name,
        goal=mission.goal or mission.description,
        state=state,
        word=t(f"state.{state}"),
        progress=_hop_progress(mission),
        beat=f"{running.name} · {since(running.started_at, now)}" if running else "",
        cost=f"${sum(step.cost_cents for step in steps) / 100:.2f}",
        time=seconds_text(sum(step.duration_s or 0 for step in steps)),
        steps_done=mission.steps_done,
        steps_total=mission.steps_total,
        percent=100 * mission.steps_done // mission.steps_total if mission.steps_total else 0,
        criteria=criteria,
        met=sum(each.is_met for each in criteria),
        can_pause=mission.status == "in_progress",
        # After a failed hop going on means trying it again.
        can_resume=mission.status == "paused" and not is_stuck,
        can_stop=not over and mission.status != "failed",
        can_retry=mission.status in {"failed", "paused", "cancelled", "interrupted"},
        has_controls=mission.status != "completed",
    )


def hop_items(mission: MissionView, now: datetime) -> list[HopItem]:
    """The hops in order; the one that runs, waits or failed is open."""
    return [_hop_item(hop, now) for hop in sorted(mission.hops, key=lambda each: each.sequence)]


def timeline(mission: MissionView | None) -> list[EventItem]:
    """What has happened in `mission`, newest first."""
    if mission is None:
        return []
    events = [EventItem(at=mission.created_at, state="done", text=f"{t('panel.accepted')}: {mission.name}")]
    for step in (step for hop in mission.hops for step in hop.steps):
        attempt = f", {t('panel.attempt')} {step.attempt}" if step.attempt > 1 else ""
        if step.started_at:
            events.append(EventItem(at=step.started_at, state="started", text=f"{step.name}{attempt}"))
        if step.completed_at:
            state = _STEP_STATES.get(step.status, "done")
            took = f", {seconds_text(step.duration_s)}" if step.duration_s is not None else ""
            said = f": {step.error_message}" if step.error_message else took
            events.append(EventItem(at=step.completed_at, state=state, text=f"{step.name}{said}"))
    if mission.completed_at:
        events.append(EventItem(at=mission.completed_at, state="done", text=f"{mission.name}: {t('state.done')}"))
    return sorted(events, key=lambda each: each.at, reverse=True)


def step_item(step: StepView, now: datetime) -> StepItem:
    """One call of one tool, with its input, output and log as text."""
    state = _STEP_STATES.get(step.status, "planned")
    return StepItem(
        id=step.id,
        name=step.name,
        state=state,
        word=t(f"state.{state}") + (f", {t('panel.reused')}" if step.reused else ""),
        note=_step_note(step, now),
        input=_as_text(step.parameter_mapping),
        output=_as_text({name: value for name, value in step.execution_result.items() if name != "log"}),
        log="\n".join([*_log_of(step), *([step.error_message] if step.error_message else [])]),
        can_retry=state in {"failed", "interrupted", "cancelled", "done"},
    )


def _hop_item(hop: HopView, now: datetime) -> HopItem:
    state = _HOP_STATES.get(hop.status, "planned")
    steps = sorted(hop.steps, key=lambda each: each.sequence)
    took = seconds_text(sum(step.duration_s or 0 for step in steps)) if state == "done" else ""
    count = f"{len(steps)} {t('panel.step_one' if len(steps) == 1 else 'panel.step_many')}" if steps else ""
    return HopItem(
        id=hop.id,
        number=hop.sequence,
        name=hop.name,
        state=state,
        word=t(f"state.{state}"),
        note=" · ".join(part for part in (t("panel.final") if hop.is_final else "", count, took) if part),
        rationale=hop.rationale,
        error=hop.error_message,
        waits=state == "waiting",
        is_open=state in {"running", "waiting", "failed", "interrupted"},
        steps=[step_item(step, now) for step in steps],
    )


def _step_note(step: StepView, now: datetime) -> str:
    if step.reused:
        return t("panel.reused")
    attempt = f"{t('panel.attempt')} {step.attempt}" if step.attempt > 1 else ""
    running = since(step.started_at, now) if step.status == "executing" else ""
    took = seconds_text(step.duration_s) if step.duration_s is not None and not running else running
    return " · ".join(part for part in (attempt, took) if part)


def _hop_progress(mission: MissionView) -> str:
    total = len(mission.hops)
    done = sum(hop.status == "completed" for hop in mission.hops)
    if not total:
        return ""
    if mission.status == "completed":
        return t("state.done")
    return f"{t('panel.hop')} {min(done + 1, total)} {t('panel.of')} {total}"


def _numbered(mission: MissionView) -> list[tuple[int, str]]:
    return list(enumerate(mission.success_criteria))


def _is_met(mission: MissionView, index: int) -> bool:
    met = mission.metadata.get("criteria_met")
    if isinstance(met, list):
        return index in met or (index < len(met) and met[index] is True)
    return mission.status == "completed"


def _log_of(step: StepView) -> list[str]:
    lines = step.execution_result.get("log")
    return [str(line) for line in lines] if isinstance(lines, list) else []


def _as_text(value: dict[str, Any]) -> str:
    if not value:
        return ""
    text = json.dumps(value, ensure_ascii=False, indent=2, default=str)
    return text if len(text) <= _MOST_TEXT else f"{text[:_MOST_TEXT]}…"
