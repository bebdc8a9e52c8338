"""Errors as problem documents (RFC 9457): a stable code, a sentence for a person; no input, no inner detail."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import Response

from jambot.clock import iso
from jambot.errors import JamBotError, NotFound

MEDIA_TYPE = "application/problem+json"
_MOST_ERRORS = 20
_LONGEST_PART = 100
_CODES = {
    405: "method_not_allowed",
    400: "bad_request",
    413: "too_large",
    415: "unsupported_media_type",
}


class FieldProblem(BaseModel):
    """Where in the input something is wrong, and what."""

    loc: list[str | int]
    msg: str


class Problem(BaseModel):
    """What every answer with a status of 400 and above looks like. Some carry further members, such as `current`."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    request_id: str
    errors: list[FieldProblem] | None = None


RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"description": text, "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    for status, text in (("4XX", "The request was refused."), ("5XX", "It could not be done right now."))
}


def problem(
    *,
    status: int,
    code: str,
    title: str,
    detail: str,
    request_id: str,
    errors: Sequence[Mapping[str, Any]] | None = None,
    headers: Mapping[str, str] | None = None,
    extra: Mapping[str, Any] | None = None,
) -> Response:
    """A problem document as a response."""
    body: dict[str, Any] = {
        **(extra or {}),
        "type": f"urn:jambot:error:{code}",
        "title": title,
        "status": status,
        "code": code,
        "detail": detail,
        "request_id": request_id,
    }
    if errors is not None:
        body["errors"] = list(errors)
    content = json.dumps(body, default=_as_text, ensure_ascii=False).encode("utf-8", "replace")
    return Response(content, status_code=status, media_type=MEDIA_TYPE, headers=dict(headers or {}))


def of_error(error: JamBotError, request_id: str) -> Response:
    """The answer to one of our own errors."""
    headers: dict[str, str] = {}
    if error.retry_after_s is not None:
        headers["Retry-After"] = str(error.retry_after_s)
    elif error.status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = "2"
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="jambot"'
    title = (type(error).__doc__ or "").strip().partition("\n")[0]
    return problem(
        status=error.status,
        code=error.code,
        title=title,
        detail=error.detail,
        request_id=request_id,
        headers=headers,
        extra=error.extra,
    )


def of_fault(request_id: str) -> Response:
    """The answer to a fault of ours, which says nothing about it; the log does, under the same request id."""
    return of_error(JamBotError(), request_id)


def request_id_of(request: Request) -> str:
    return str(request.scope.get("state", {}).get("request_id", ""))


def install(api: FastAPI) -> None:
    """Answer every error of `api` with a problem document."""
    api.add_exception_handler(JamBotError, _own)
    api.add_exception_handler(RequestValidationError, _invalid)
    api.add_exception_handler(HTTPException, _http)


def _own(request: Request, error: Exception) -> Response:
    assert isinstance(error, JamBotError)
    return of_error(error, request_id_of(request))


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    # What was sent is left out: it may be a password.
    fields = [{"loc": [_short(part) for part in each["loc"]], "msg": each["msg"]} for each in found[:_MOST_ERRORS]]
    is_extra = any(each["type"] == "extra_forbidden" for each in found)
    return problem(
        status=422,
        code="extra_forbidden" if is_extra else "invalid_input",
        title="Some of this input is not valid.",
        detail="; ".join(f"{'.'.join(map(str, each['loc'][1:]))}: {each['msg']}" for each in fields[:3]),
        request_id=request_id_of(request),
        errors=fields,
    )


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == HTTPStatus.NOT_FOUND:
        return of_error(NotFound(), request_id_of(request))
    phrase = HTTPStatus(error.status_code).phrase
    return problem(
        status=error.status_code,
        code=_CODES.get(error.status_code, "error"),
        title=phrase,
        detail=phrase + ".",
        request_id=request_id_of(request),
        headers=error.headers,
    )


def _short(part: str | int) -> str | int:
    return part[:_LONGEST_PART] if isinstance(part, str) else part


def _as_text(value: Any) -> str:
    return iso(value) if hasattr(value, "astimezone") else str(value)
