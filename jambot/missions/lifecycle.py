"""The states of missions, hops, tool steps and assets, and the ways between them. Pure.

Nothing here knows a row: a transition is a question with a yes or a sentence for an answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias

from jambot.errors import WrongState


class MissionStatus(StrEnum):
    AWAITING_APPROVAL = "awaiting_approval"
    IN_PROGRESS = "in_progress"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class HopStatus(StrEnum):
    PLAN_STARTED = "plan_started"
    PLAN_PROPOSED = "plan_proposed"
    PLAN_READY = "plan_ready"
    IMPL_STARTED = "impl_started"
    IMPL_PROPOSED = "impl_proposed"
    IMPL_READY = "impl_ready"
    EXECUTING = "executing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class StepStatus(StrEnum):
    """`interrupted`: its runner died in the middle and repeating it could act twice, so the user decides."""

    PROPOSED = "proposed"
    READY_TO_CONFIGURE = "ready_to_configure"
    READY_TO_EXECUTE = "ready_to_execute"
    EXECUTING = "executing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"


class AssetStatus(StrEnum):
    PROPOSED = "proposed"
    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    READY = "ready"
    ERROR = "error"
    EXPIRED = "expired"


Status: TypeAlias = MissionStatus | HopStatus | StepStatus | AssetStatus

M, H, S, A = MissionStatus, HopStatus, StepStatus, AssetStatus

# Kept per kind, because members of different kinds with one word compare equal.
_Table: TypeAlias = Mapping[type[StrEnum], Mapping[Status, frozenset[Status]]]


def _table(rows: Mapping[Status, set[Status]]) -> Mapping[Status, frozenset[Status]]:
    return MappingProxyType({source: frozenset(targets) for source, targets in rows.items()})


# Forward, and one step back where a validation failure returns the work to its author.
_ALLOWED: _Table = {
    M: _table(
        {
            M.AWAITING_APPROVAL: {M.IN_PROGRESS, M.PAUSED, M.CANCELLED},
            # Waiting for a decision in the middle is the same wait as before the start.
            M.IN_PROGRESS: {M.AWAITING_APPROVAL, M.PAUSED, M.COMPLETED, M.FAILED, M.CANCELLED},
            M.PAUSED: {M.IN_PROGRESS, M.FAILED, M.CANCELLED},
        }
    ),
    H: _table(
        {
            H.PLAN_STARTED: {H.PLAN_PROPOSED, H.FAILED, H.CANCELLED},
            H.PLAN_PROPOSED: {H.PLAN_READY, H.PLAN_STARTED, H.FAILED, H.CANCELLED},
            H.PLAN_READY: {H.IMPL_STARTED, H.PLAN_PROPOSED, H.FAILED, H.CANCELLED},
            H.IMPL_STARTED: {H.IMPL_PROPOSED, H.PLAN_READY, H.FAILED, H.CANCELLED},
            H.IMPL_PROPOSED: {H.IMPL_READY, H.IMPL_STARTED, H.FAILED, H.CANCELLED},
            H.IMPL_READY: {H.EXECUTING, H.IMPL_PROPOSED, H.FAILED, H.CANCELLED},
            H.EXECUTING: {H.COMPLETED, H.FAILED, H.CANCELLED},
        }
    ),
    S: _table(
        {
            S.PROPOSED: {S.READY_TO_CONFIGURE, S.FAILED, S.CANCELLED},
            S.READY_TO_CONFIGURE: {
                S.READY_TO_EXECUTE,
                S.PROPOSED,
                S.FAILED,
                S.CANCELLED,
            },
            S.READY_TO_EXECUTE: {
                S.EXECUTING,
                S.READY_TO_CONFIGURE,
                S.FAILED,
                S.CANCELLED,
            },
            # Executing again: its runner died, another takes over what is safe to repeat.
            S.EXECUTING: {
                S.EXECUTING,
                S.COMPLETED,
                S.FAILED,
                S.CANCELLED,
                S.INTERRUPTED,
            },
            S.INTERRUPTED: {S.FAILED, S.CANCELLED},
        }
    ),
    A: _table(
        {
            A.PROPOSED: {A.PENDING, A.READY, A.ERROR},
            A.PENDING: {A.IN_PROGRESS, A.READY, A.ERROR, A.EXPIRED},
            A.IN_PROGRESS: {A.READY, A.ERROR, A.PENDING},
            A.READY: {A.IN_PROGRESS, A.PENDING, A.EXPIRED, A.ERROR},
            A.ERROR: {A.PENDING, A.IN_PROGRESS, A.READY},
            A.EXPIRED: {A.PENDING, A.IN_PROGRESS},
        }
    ),
}

# Where the user may send what came to an end. A hop goes to `executing` when it keeps results, else to `impl_ready`.
_RESET: _Table = {
    M: _table({status: {M.IN_PROGRESS} for status in (M.COMPLETED, M.FAILED, M.CANCELLED)}),
    H: _table(
        {
            H.EXECUTING: {H.IMPL_READY},
            **{status: {H.PLAN_STARTED, H.IMPL_READY, H.EXECUTING} for status in (H.COMPLETED, H.FAILED, H.CANCELLED)},
        }
    ),
    S: _table(
        {
            S.COMPLETED: {S.READY_TO_EXECUTE},
            S.FAILED: {S.READY_TO_EXECUTE, S.READY_TO_CONFIGURE},
            S.CANCELLED: {S.READY_TO_EXECUTE, S.READY_TO_CONFIGURE},
            S.INTERRUPTED: {S.READY_TO_EXECUTE},
        }
    ),
    A: _table({}),
}

ENTITY_NAMES: Mapping[type[StrEnum], str] = MappingProxyType(
    {
        MissionStatus: "Mission",
        HopStatus: "Hop",
        StepStatus: "Tool step",
        AssetStatus: "Asset",
    }
)


def may(current: Status, target: Status, *, reset: bool = False) -> bool:
    """Whether `current -> target` is allowed; `reset` also admits what only the user's own retry may do."""
    if type(current) is not type(target):
        return False
    kind = type(current)
    if target in _ALLOWED[kind].get(current, frozenset()):
        return True
    return reset and target in _RESET[kind].get(current, frozenset())


def require(current: Status, target: Status, *, reset: bool = False) -> None:
    """Let an allowed transition pass.

    Raises:
        WrongState: "Mission must be in_progress or paused, current: completed".
    """
    if may(current, target, reset=reset):
        return
    raise WrongState(must_be(current, sources(target, reset=reset)), current=current.value)


def require_one_of(current: Status, *wanted: Status) -> None:
    """Raises WrongState unless `current` is one of `wanted`."""
    if current not in wanted:
        raise WrongState(must_be(current, wanted), current=current.value)


def sources(target: Status, *, reset: bool = False) -> tuple[Status, ...]:
    """Every status from which `target` can be reached in one step, in the order of the enum."""
    return tuple(status for status in type(target) if may(status, target, reset=reset))


def must_be(current: Status, wanted: tuple[Status, ...]) -> str:
    """The sentence for a refused transition."""
    return f"{ENTITY_NAMES[type(current)]} must be {' or '.join(wanted)}, current: {current}"


def is_terminal(status: Status) -> bool:
    """Whether nothing moves on from here but by the user's reset. An interrupted step waits, so it is not."""
    return status not in _ALLOWED[type(status)]
