"""What has happened, as frozen values.

An event carries ids and figures, never a person's stored text; the one exception is the piece of an answer that is
being streamed, which followers on other processes could not show otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar, TypeVar

_KINDS: dict[str, type[Event]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened. `topics()` names who may want to know."""

    kind: ClassVar[str] = ""

    def topics(self) -> tuple[str, ...]:
        raise NotImplementedError

    def to_wire(self) -> dict[str, Any]:
        return {"kind": self.kind, **asdict(self)}


E = TypeVar("E", bound=Event)


def event_kind(name: str) -> Callable[[type[E]], type[E]]:
    """Register an event class under the name it has on the wire."""

    def register(cls: type[E]) -> type[E]:
        cls.kind = name
        _KINDS[name] = cls
        return cls

    return register


def from_wire(data: dict[str, Any]) -> Event | None:
    """The event in `data`, or None when its kind or its fields are not of this version."""
    cls = _KINDS.get(data.get("kind", ""))
    if cls is None or set(data) - {"kind"} != {each.name for each in fields(cls)}:
        return None
    return cls(**{name: value for name, value in data.items() if name != "kind"})


def workspace_topic(workspace_id: str) -> str:
    return f"workspace:{workspace_id}"


def access_topic(user_id: str) -> str:
    """Where it is said that what is open to a person changed: for whoever follows one thing, and no other news."""
    return f"access:{user_id}"


def user_topic(user_id: str) -> str:
    return f"user:{user_id}"


def login_topic(login_id: str) -> str:
    return f"login:{login_id}"


def devices_topic(user_id: str) -> str:
    """What changes in the list of a person's devices; told apart from their work, which repaints whole lists."""
    return f"devices:{user_id}"


LOGINS_TOPIC = "logins"
ADMIN_TOPIC = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap(Event):
    """Nothing that happened, but that something may have: it goes to every subscriber of one process."""

    def topics(self) -> tuple[str, ...]:
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _InWorkspace(Event):
    workspace_id: str
    user_id: str

    def topics(self) -> tuple[str, ...]:
        return (workspace_topic(self.workspace_id),)


@dataclass(frozen=True, slots=True, kw_only=True)
class _InHistory(_InWorkspace):
    def topics(self) -> tuple[str, ...]:
        return (workspace_topic(self.workspace_id), user_topic(self.user_id), ADMIN_TOPIC)


@event_kind("message.added")
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageAdded(_InHistory):
    message_id: str
    sequence: int


@event_kind("message.delta")
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDelta(_InWorkspace):
    """A further piece of a streaming answer. `offset` is the length of the text before it, in characters."""

    message_id: str
    offset: int
    text: str


@event_kind("message.settled")
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSettled(_InHistory):
    message_id: str
    sequence: int
    status: str


@event_kind("message.changed")
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageChanged(_InWorkspace):
    """A message was edited, or everything after it was removed."""

    message_id: str
    sequence: int


@event_kind("workspace.changed")
@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceChanged(_InHistory):
    """A workspace was made, renamed, pinned, moved between lists, deleted or restored."""

    change: str


@event_kind("workspace.saved")
@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceSaved(_InWorkspace):
    """Dirty fields reached the database: the only source of the word "Saved"."""

    fields: tuple[str, ...]
    revision: int
    at: str
    device_id: str


@event_kind("proposal.changed")
@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalChanged(_InHistory):
    proposal_id: str
    status: str


@event_kind("mission.changed")
@dataclass(frozen=True, slots=True, kw_only=True)
class MissionChanged(_InHistory):
    mission_id: str
    status: str


@event_kind("step.progress")
@dataclass(frozen=True, slots=True, kw_only=True)
class StepProgress(_InWorkspace):
    mission_id: str
    step_id: str
    status: str


@event_kind("asset.changed")
@dataclass(frozen=True, slots=True, kw_only=True)
class AssetChanged(_InHistory):
    asset_id: str
    status: str


@event_kind("login.started")
@dataclass(frozen=True, slots=True, kw_only=True)
class LoginStarted(Event):
    login_id: str
    user_id: str

    def topics(self) -> tuple[str, ...]:
        return (user_topic(self.user_id), devices_topic(self.user_id), ADMIN_TOPIC)


@event_kind("devices.changed")
@dataclass(frozen=True, slots=True, kw_only=True)
class DevicesChanged(Event):
    """A device of the person opened or left a page, moved to another network, or was called theirs."""

    user_id: str

    def topics(self) -> tuple[str, ...]:
        return (devices_topic(self.user_id),)


@event_kind("access.changed")
@dataclass(frozen=True, slots=True, kw_only=True)
class AccessChanged(Event):
    """What is open to a person changed: a membership or a grant began or ended. Open pages look again at once."""

    user_id: str
    domain_id: str
    change: str

    def topics(self) -> tuple[str, ...]:
        return (user_topic(self.user_id), access_topic(self.user_id), ADMIN_TOPIC)


@event_kind("login.ended")
@dataclass(frozen=True, slots=True, kw_only=True)
class LoginEnded(Event):
    """A login is over: signed out, expired, evicted or revoked. Its pages must stop at once."""

    login_id: str
    user_id: str
    reason: str

    def topics(self) -> tuple[str, ...]:
        return (
            login_topic(self.login_id),
            user_topic(self.user_id),
            devices_topic(self.user_id),
            LOGINS_TOPIC,
            ADMIN_TOPIC,
        )


@event_kind("user.changed")
@dataclass(frozen=True, slots=True, kw_only=True)
class UserChanged(Event):
    """Role, name or standing of a user changed; whoever caches a principal must look again."""

    user_id: str
    change: str

    def topics(self) -> tuple[str, ...]:
        return (user_topic(self.user_id), LOGINS_TOPIC, ADMIN_TOPIC)


@event_kind("sessions.logged")
@dataclass(frozen=True, slots=True, kw_only=True)
class SessionsLogged(Event):
    """Things that happened to the engine's sessions are in their log now; how many."""

    count: int

    def topics(self) -> tuple[str, ...]:
        return (ADMIN_TOPIC,)


@event_kind("figures.sampled")
@dataclass(frozen=True, slots=True, kw_only=True)
class FiguresSampled(Event):
    """There is a new sample of the figures."""

    at: str

    def topics(self) -> tuple[str, ...]:
        return (ADMIN_TOPIC,)


@event_kind("operation.moved")
@dataclass(frozen=True, slots=True, kw_only=True)
class OperationMoved(Event):
    """An admin's action on many sessions got further, or is over."""

    operation_id: str

    def topics(self) -> tuple[str, ...]:
        return (ADMIN_TOPIC,)
