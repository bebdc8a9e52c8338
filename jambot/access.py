"""Who may do what. The only place that says so; everything else asks `require`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from jambot.errors import Forbidden
from jambot.ids import DeviceId, LoginId, UserId


class Role(StrEnum):
    USER = "user"
    ADMIN = "admin"


class Action(StrEnum):
    """Everything a person may be allowed to do beyond working with what is their own."""

    USE_APP = "use_app"
    ADMINISTER = "administer"


_ALLOWED: dict[Role, frozenset[Action]] = {
    Role.USER: frozenset({Action.USE_APP}),
    Role.ADMIN: frozenset({Action.USE_APP, Action.ADMINISTER}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """The person behind a request, as the login store knows them at this moment. Made per request, never kept."""

    user_id: UserId
    login_id: LoginId
    role: Role
    email: str
    name: str
    device_id: DeviceId | None = None
    device: str = ""
    """What people call the device, such as "Firefox on Linux"; empty for callers without one."""

    @property
    def is_admin(self) -> bool:
        return self.role is Role.ADMIN


def may(principal: Principal, action: Action) -> bool:
    """Whether `principal` may do `action`."""
    return action in _ALLOWED[principal.role]


def require(principal: Principal, action: Action) -> None:
    """Raise `Forbidden` unless `principal` may do `action`."""
    if not may(principal, action):
        raise Forbidden
