"""The error tree, ordered by what the caller can do about it.

    JamBotError
    |- NotSignedIn (401)            sign in
    |  |- InvalidCredentials  |- SessionExpired  |- SessionReused
    |- Forbidden (403)              ask someone who may
    |  |- ReauthRequired  |- GrantExpired  |- ScopeMissing
    |- NotFound (404)               nothing: it is not there, or not yours, which look the same
    |- Conflict (409)               look at the present state, then decide again
    |  |- StaleVersion (412)  |- TurnInProgress  |- InProgress  |- WrongState
    |- TooLarge (413)               send less
    |  |- HeadersTooLarge (431)
    |- InvalidInput (422)           correct the input
    |- RateLimited (429)            wait
    |- Unavailable (503)            try again
       |- ReadOnly  |- StorageFull (507)  |- AtCapacity

Every class carries a stable `code` and an HTTP `status`; the class docstring is the default sentence. The two faces
translate this tree once each: `jambot.api.errors` and `jambot.web.guard`.
"""

from __future__ import annotations

from typing import Any, ClassVar


class JamBotError(Exception):
    """Something went wrong. Your work is safe; try again."""

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500

    def __init__(self, detail: str | None = None, *, retry_after_s: int | None = None, **extra: Any) -> None:
        self.detail = detail or (type(self).__doc__ or "").strip()
        self.retry_after_s = retry_after_s
        self.extra = extra
        super().__init__(self.detail)


class NotSignedIn(JamBotError):
    """Sign in to continue."""

    code = "not_signed_in"
    status = 401


class InvalidCredentials(NotSignedIn):
    """E-mail and password do not match."""

    code = "invalid_credentials"


class InvalidToken(NotSignedIn):
    """The access token is not valid. Sign in again."""

    code = "invalid_token"


class SessionExpired(NotSignedIn):
    """You were signed out. Sign in again to continue."""

    code = "session_expired"


class SessionReused(NotSignedIn):
    """We signed you out on all devices of this session, because an old token was used again."""

    code = "session_reused"


class Forbidden(JamBotError):
    """You are not allowed to do this."""

    code = "forbidden"
    status = 403


class GrantExpired(Forbidden):
    """The grant that opened this to you has ended."""

    code = "grant_expired"


class ScopeMissing(Forbidden):
    """This key may not do this. Use one with another scope."""

    code = "scope_missing"


class ReauthRequired(Forbidden):
    """Confirm your password to do this."""

    code = "reauth_required"


class CrossSite(Forbidden):
    """This request came from another site and was refused."""

    code = "csrf"


class NotFound(JamBotError):
    """There is nothing here, or it is not yours."""

    code = "not_found"
    status = 404


class Conflict(JamBotError):
    """This was changed meanwhile. Look at the present state and decide again."""

    code = "conflict"
    status = 409


class StaleVersion(Conflict):
    """Someone else wrote first; nothing was changed."""

    code = "stale_version"
    status = 412


class TurnInProgress(Conflict):
    """The assistant is still answering in this workspace. Wait for it to finish, or stop it."""

    code = "turn_in_progress"


class InProgress(Conflict):
    """The same request is still being worked on."""

    code = "in_progress"


class WrongState(Conflict):
    """This cannot be done in its present state."""

    code = "wrong_state"


class TooManySessions(Conflict):
    """You are signed in on as many devices as allowed. Sign out on one of them first."""

    code = "too_many_sessions"


class TooLarge(JamBotError):
    """This is larger than allowed."""

    code = "too_large"
    status = 413


class HeadersTooLarge(TooLarge):
    """The headers of this request are larger than allowed."""

    code = "headers_too_large"
    status = 431


class QuotaExceeded(TooLarge):
    """Your storage is full. Delete something first."""

    code = "quota"


class MetadataTooLarge(TooLarge):
    """The metadata is larger than allowed; the previous value was kept."""

    code = "metadata_too_large"


class UnsupportedMediaType(JamBotError):
    """Send this as application/json."""

    code = "unsupported_media_type"
    status = 415


class BadRequest(JamBotError):
    """This request cannot be understood."""

    code = "bad_request"
    status = 400


class BadCursor(BadRequest):
    """This page marker is not valid. Start from the first page."""

    code = "bad_cursor"


class InvalidInput(JamBotError, ValueError):
    """Some of this input is not valid."""

    code = "invalid_input"
    status = 422


class WeakPassword(InvalidInput):
    """Use at least 12 characters that are not a common password."""

    code = "weak_password"


class IdempotencyMismatch(InvalidInput):
    """This idempotency key was used for a different request."""

    code = "idempotency_mismatch"


class RateLimited(JamBotError):
    """Too many attempts. Wait a moment."""

    code = "rate_limited"
    status = 429


class Unavailable(JamBotError):
    """This is not available right now. Your work is safe; try again in a moment."""

    code = "unavailable"
    status = 503


class ReadOnly(Unavailable):
    """The storage is read-only at the moment. Your text is kept on this device."""

    code = "read_only"


class StorageFull(Unavailable):
    """The storage is full. Your text is kept on this device."""

    code = "storage_full"
    status = 507


class AtCapacity(Unavailable):
    """Server at capacity, please try again later."""

    code = "at_capacity"
