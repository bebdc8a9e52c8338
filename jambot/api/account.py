"""/api/auth: one's own account: who one is, a new password, everything kept about one, and its end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import IO

import anyio.to_thread
from fastapi import APIRouter, Depends, Response
from fastapi.responses import StreamingResponse

from jambot.api.at_once import per_person
from jambot.api.deps import From, LoginCookie, Me, Parts
from jambot.api.login_cookies import answer_with, take_cookie
from jambot.api.schemas import (
    Accepted,
    Body,
    Email,
    LoginOut,
    MeOut,
    Name,
    Password,
    PersonOut,
    Proof,
    Secret,
    SignedInOut,
)

router = APIRouter(prefix="/auth", tags=["auth"])
_CHUNK = 256 * 1024


class Profile(Body):
    name: Name


class ChangePassword(Body):
    old_password: Password
    new_password: Password


class RequestReset(Body):
    email: Email


class Reset(Body):
    token: Secret
    password: Password


@router.get("/me")
async def read_me(parts: Parts, me: Me) -> MeOut:
    """Who is signed in, and until when. Does not count as activity."""
    found = await parts.auth.me(me)
    login = LoginOut.of(found.login, current_id=me.login_id) if found.login else None
    scopes = sorted(me.scopes) if me.scopes is not None else None
    return MeOut(user=PersonOut.of(found.person), login=login, scopes=scopes)


@router.put("/me", status_code=204)
async def rename(body: Profile, parts: Parts, me: Me) -> None:
    """Change one's own name."""
    await parts.auth.rename(me, name=body.name)


@router.put("/password")
async def change_password(
    body: ChangePassword, response: Response, parts: Parts, me: Me, at: From, cookie: LoginCookie
) -> SignedInOut:
    """Choose a new password. Signs out everywhere else, and replaces the cookie and the tokens here."""
    signed_in = await parts.auth.change_password(
        me, old=body.old_password, new=body.new_password, device=at, cookie=cookie
    )
    return answer_with(signed_in, response, parts, at)


@router.post("/reset-request", status_code=202)
async def request_reset(body: RequestReset, parts: Parts, at: From) -> Accepted:
    """Ask the admins for a reset link. The answer is the same whether or not there is such an account."""
    await parts.auth.request_reset(email=body.email, device=at)
    return Accepted()


@router.post("/reset", status_code=204)
async def reset(body: Reset, parts: Parts, at: From) -> Response:
    """Choose a new password by a reset link. Signs out everywhere."""
    await parts.auth.reset(token=body.token, password=body.password, device=at)
    response = Response(status_code=204)
    take_cookie(response, parts)
    return response


@router.get("/export", response_class=StreamingResponse, dependencies=[Depends(per_person(2, "exports"))])
async def export(parts: Parts, me: Me) -> StreamingResponse:
    """Everything kept about the caller, as a zip."""
    file = await parts.auth.export_my_data(me)
    headers = {"Content-Disposition": 'attachment; filename="jambot-export.zip"'}
    return StreamingResponse(_chunks(file), media_type="application/zip", headers=headers)


@router.delete("/account", status_code=204)
async def delete_account(body: Proof, parts: Parts, me: Me, at: From) -> Response:
    """Delete the caller and everything that is theirs, at once and for good."""
    await parts.auth.delete_account(me, password=body.password, device=at)
    response = Response(status_code=204)
    take_cookie(response, parts)
    return response


async def _chunks(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        while chunk := await anyio.to_thread.run_sync(file.read, _CHUNK):
            yield chunk
