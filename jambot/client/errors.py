"""What can go wrong with a call, by what the caller can do about it.

ApiError
|- Offline           the server was not reached, or could not answer: try again later
|- NotSignedIn       sign in
|- NotFound          it is not there, or not yours
|- Conflict          look at the present state, then decide again
|  |- TurnInProgress wait for the answer, or stop it
|- Refused           correct the call
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class ApiError(Exception):
    """A call that did not succeed. `status` is 0 and `code` is "offline" when there was no answer at all.

    `extra` holds further members of the problem document, such as `current` of a stale draft.
    """

    def __init__(
        self,
        detail: str,
        *,
        status: int = 0,
        code: str = "offline",
        request_id: str = "",
        retry_after_s: float | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.status = status
        self.code = code
        self.request_id = request_id
        self.retry_after_s = retry_after_s
        self.extra = dict(extra or {})


class Offline(ApiError):
    """The server was not reached, or could not answer."""


class NotSignedIn(ApiError):
    """Sign in first, or again."""


class NotFound(ApiError):
    """It is not there, or not yours."""


class Conflict(ApiError):
    """It was changed meanwhile, or is in another state."""


class TurnInProgress(Conflict):
    """The assistant is still answering in this workspace."""


class Refused(ApiError):
    """The call cannot be done as it stands."""


_MEMBERS = frozenset({"type", "title", "status", "code", "detail", "request_id"})


def error_of(status: int, problem: Mapping[str, Any], retry_after: str | None) -> ApiError:
    """The error a problem document tells of."""
    code = str(problem.get("code", "error"))
    return _class_of(status, code)(
        str(problem.get("detail", f"The server answered with {status}.")),
        status=status,
        code=code,
        request_id=str(problem.get("request_id", "")),
        retry_after_s=float(retry_after) if retry_after and retry_after.isdecimal() else None,
        extra={name: value for name, value in problem.items() if name not in _MEMBERS},
    )


def _class_of(status: int, code: str) -> type[ApiError]:
    if code == "turn_in_progress":
        return TurnInProgress
    # "in_progress": the same request, sent before, is still being worked on.
    if status >= 500 or status == 429 or code == "in_progress":
        return Offline
    return {401: NotSignedIn, 404: NotFound, 409: Conflict, 412: Conflict}.get(status, Refused)
