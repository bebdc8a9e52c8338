"""/api/auth: becoming a user, signing in and out, keeping a login alive and proven."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import StringConstraints

from jambot.api.deps import From, LoginCookie, MaybeMe, Me, Parts
from jambot.api.headers import cookie_header
from jambot.api.login_cookies import answer_with, give_cookie, known, take_cookie
from jambot.api.schemas import Body, Email, Name, Password, Proof, Secret, SignedInOut, TokensOut
from jambot.errors import NotSignedIn, Unavailable

router = APIRouter(prefix="/auth", tags=["auth"])


class SetUp(Body):
    token: Secret
    email: Email
    password: Password
    name: Name = ""
    remember: bool = False


class Register(Body):
    email: Email
    password: Password
    name: Name = ""
    invite: Secret | None = None
    remember: bool = False


class SignIn(Body):
    """`instead_of` names one of the person's devices, which is signed out if there is no room for this one."""

    email: Email
    password: Password
    remember: bool = False
    instead_of: Annotated[str, StringConstraints(max_length=36)] | None = None


class Refresh(Body):
    refresh_token: Secret


@router.post("/setup", status_code=201)
async def set_up(body: SetUp, response: Response, parts: Parts, at: From) -> SignedInOut:
    """Make the first admin with the one-time address from the terminal, and sign in."""
    at = known(at)
    signed_in = await parts.auth.set_up(
        token=body.token,
        email=body.email,
        password=body.password,
        name=body.name,
        remember=body.remember,
        device=at,
    )
    return answer_with(signed_in, response, parts, at)


@router.post("/register", status_code=201)
async def register(body: Register, response: Response, parts: Parts, at: From, cookie: LoginCookie) -> SignedInOut:
    """Join, as the policy of this installation allows, and sign in."""
    at = known(at)
    signed_in = await parts.auth.register(
        email=body.email,
        password=body.password,
        name=body.name,
        invite=body.invite,
        remember=body.remember,
        device=at,
        former_cookie=cookie,
    )
    return answer_with(signed_in, response, parts, at)


@router.post("/guest", status_code=201)
async def start_guest(response: Response, parts: Parts, at: From, cookie: LoginCookie) -> SignedInOut:
    """Try without an account, where that is open. What is made is kept for a day, and for good after signing up."""
    at = known(at)
    return answer_with(await parts.auth.start_guest(device=at, former_cookie=cookie), response, parts, at)


@router.post("/login")
async def sign_in(body: SignIn, response: Response, parts: Parts, at: From, cookie: LoginCookie) -> SignedInOut:
    """Sign in. Sets the login cookie for browsers and answers with tokens for programs."""
    at = known(at)
    signed_in = await parts.auth.sign_in(
        email=body.email,
        password=body.password,
        remember=body.remember,
        device=at,
        former_cookie=cookie,
        instead_of=body.instead_of,
    )
    answer = answer_with(signed_in, response, parts, at)
    with suppress(Unavailable):  # Whoever is signed in is not refused for want of a place to go to.
        answer.workspace_id = await parts.recovery.last_id(signed_in.person.id, at.device_id)
    return answer


@router.post("/logout", status_code=204)
async def sign_out(parts: Parts, me: MaybeMe, forget: bool = False) -> Response:
    """End this login. With `forget`, the browser is also asked to drop what it keeps of us, unsent text included."""
    if me is not None:
        await parts.auth.sign_out(me)
    response = Response(status_code=204)
    take_cookie(response, parts)
    if forget:
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@router.post("/activity", status_code=204)
async def activity(parts: Parts, me: Me) -> None:
    """Report that the person did something: the only thing that keeps a login from becoming idle."""
    await parts.auth.touch(me)


@router.post("/renew", status_code=204)
async def renew(parts: Parts, me: Me, cookie: LoginCookie) -> Response:
    """Replace the cookie of a login whose owner's role changed since it was given; otherwise nothing happens."""
    response = Response(status_code=204)
    renewed = await parts.auth.renew(me, cookie)
    if renewed is not None:
        give_cookie(renewed, response, parts)
    return response


@router.post("/reauth")
async def prove(body: Proof, response: Response, parts: Parts, me: Me, at: From, cookie: LoginCookie) -> SignedInOut:
    """Give the password once more; for ten minutes sensitive actions ask no further."""
    signed_in = await parts.auth.prove(me, password=body.password, device=at, cookie=cookie)
    return answer_with(signed_in, response, parts, at)


@router.post("/refresh")
async def refresh(request: Request, parts: Parts, at: From, body: Refresh | None = None) -> TokensOut:
    """A fresh access token: for a refresh token, which is used up by it, or for whoever is signed in by cookie."""
    if body is not None:
        return TokensOut.of(await parts.auth.refresh(body.refresh_token, at))
    # An access token does not do: whoever stole one could keep it fresh for as long as the login lives.
    me = await parts.auth.principal_of_cookie_header(cookie_header(request.scope), at)
    if me is None:
        raise NotSignedIn
    return TokensOut.of(await parts.auth.access_token(me))
