"""What can go wrong with a session, as branches of the project's tree: `except` by what you can do about it."""

from __future__ import annotations

from jambot.errors import (
    AtCapacity,
    Conflict,
    InvalidInput,
    JamBotError,
    NotFound,
    StaleVersion,
    TooManySessions,
    Unavailable,
    WrongState,
)

__all__ = [
    "AtCapacity",
    "BadConfiguration",
    "InvalidSession",
    "NotRefreshable",
    "SessionLocked",
    "SessionNotFound",
    "SessionUnreadable",
    "StaleFence",
    "StaleVersion",
    "StoreUnavailable",
    "TooManySessions",
]


class SessionNotFound(NotFound, LookupError):
    """Session not found"""


class InvalidSession(InvalidInput):
    """Some of this session's input is not valid."""

    code = "invalid_session"

    def __init__(self, field: str, problem: str) -> None:
        self.field = field
        super().__init__(f"{field}: {problem}", field=field)


class BadConfiguration(InvalidSession):
    """These session settings do not go together."""

    code = "bad_session_configuration"


class NotRefreshable(WrongState):
    """A session of this kind ends at its time and cannot be extended."""

    code = "not_refreshable"


class SessionLocked(Conflict):
    """Someone else is working on this session. Try again in a moment."""

    code = "session_locked"


class StaleFence(StaleVersion):
    """The lock this write was made under has passed to someone else; nothing was changed."""

    code = "stale_fence"


class SessionUnreadable(JamBotError):
    """This session's data cannot be read with the present keys. It was kept as it is."""

    code = "session_unreadable"


class StoreUnavailable(Unavailable):
    """The session store does not answer. Try again in a moment."""

    code = "store_unavailable"
