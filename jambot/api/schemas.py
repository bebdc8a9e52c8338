"""Shapes on the wire that several resources share, and those of people and their logins."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

from jambot.auth.login import Login
from jambot.auth.service import Person, Renewed, SignedIn

RoleName = Literal["user", "admin"]
AnyRole = Literal["guest", "user", "admin"]
Email = Annotated[str, StringConstraints(min_length=3, max_length=320)]
Password = Annotated[str, StringConstraints(min_length=1, max_length=1024)]
Secret = Annotated[str, StringConstraints(min_length=1, max_length=256)]
Name = Annotated[str, StringConstraints(max_length=200)]


class Body(BaseModel):
    """What comes in. Nothing is converted, and a member nobody knows is refused: it may be one nobody may set."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Proof(Body):
    password: Password


class PersonOut(BaseModel):
    id: str
    email: str
    name: str
    role: AnyRole
    is_disabled: bool
    created_at: datetime
    last_sign_in_at: datetime | None

    @classmethod
    def of(cls, person: Person) -> PersonOut:
        return cls(
            id=person.id,
            email=person.email,
            name=person.name,
            role=person.role.value,
            is_disabled=person.is_disabled,
            created_at=person.created_at,
            last_sign_in_at=person.last_sign_in_at,
        )


class LoginOut(BaseModel):
    """A signed-in device. `ip_address` is cut to its network."""

    id: str
    device: str
    device_id: str | None
    ip_address: str
    remembered: bool
    created_at: datetime
    last_seen_at: datetime
    idle_ends_at: datetime
    ends_at: datetime
    is_current: bool

    @classmethod
    def of(cls, login: Login, *, current_id: str) -> LoginOut:
        return cls(
            id=login.id,
            device=login.device,
            device_id=login.device_id,
            ip_address=login.ip_address,
            remembered=login.is_remembered,
            created_at=login.created_at,
            last_seen_at=login.last_seen_at,
            idle_ends_at=login.idle_ends_at,
            ends_at=login.ends_at,
            is_current=login.id == current_id,
        )


class TokensOut(BaseModel):
    """An access token for programs; `refresh_token` works once and is absent where none was given."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - a kind, no secret
    expires_in: int
    refresh_token: str | None = None

    @classmethod
    def of(cls, renewed: Renewed) -> TokensOut:
        return cls(
            access_token=renewed.access_token, expires_in=renewed.expires_in_s, refresh_token=renewed.refresh_token
        )


class SignedInOut(TokensOut):
    """`workspace_id` is where this person was last; None when there is nothing to go back to."""

    user: PersonOut
    login: LoginOut
    workspace_id: str | None = None

    @classmethod
    def of_sign_in(cls, signed_in: SignedIn) -> SignedInOut:
        login = signed_in.opened.login
        return cls(
            access_token=signed_in.access_token,
            expires_in=signed_in.expires_in_s,
            refresh_token=signed_in.opened.refresh_token,
            user=PersonOut.of(signed_in.person),
            login=LoginOut.of(login, current_id=login.id),
        )


class MeOut(BaseModel):
    """`login` is null and `scopes` says what may be reached where an API key was shown."""

    user: PersonOut
    login: LoginOut | None
    scopes: list[str] | None


class Accepted(BaseModel):
    status: Literal["accepted"] = "accepted"
