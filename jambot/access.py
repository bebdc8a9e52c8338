"""Who may do what. The only place that says so; everything else asks `require`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from jambot.errors import Forbidden
from jambot.ids import DeviceId, LoginId, UserId


class Role(StrEnum):
    GUEST = "guest"
    """Somebody without an account, for a day."""
    USER = "user"
    ADMIN = "admin"


class Action(StrEnum):
    """Everything a person may be allowed to do beyond working with what is their own."""

    USE_APP = "use_app"
    ADMINISTER = "administer"


class DomainRole(StrEnum):
    """What a member of a domain is: an owner also decides who else belongs to it, and may grant."""

    MEMBER = "member"
    OWNER = "owner"


KEY_RESOURCES = frozenset({"sessions", "chat", "assets", "missions", "tools"})
KEY_SCOPES = frozenset({"read", "write", "admin"}) | {
    f"{resource}:{reach}" for resource in KEY_RESOURCES for reach in ("read", "write")
}
_ALLOWED: dict[Role, frozenset[Action]] = {
    Role.GUEST: frozenset({Action.USE_APP}),
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

    scopes: frozenset[str] | None = None
    """What an API key may reach; None for a person, who may reach everything that is theirs."""

    @property
    def is_admin(self) -> bool:
        return may(self, Action.ADMINISTER)


def may(principal: Principal, action: Action) -> bool:
    """Whether `principal` may do `action`. A key administers only where that was granted to it."""
    if action is Action.ADMINISTER and principal.scopes is not None and "admin" not in principal.scopes:
        return False
    return action in _ALLOWED[principal.role]


def may_reach(principal: Principal, resource: str, *, to_change: bool) -> bool:
    """Whether `principal` may look at a resource of the API, or change it.

    People may. A key may as its scopes say, and what is no resource of keys (keys, devices, passwords, domains) is
    closed to every key: it cannot make another, nor change how its owner signs in.
    """
    scopes = principal.scopes
    if scopes is None:
        return True
    if resource == "admin":
        return "admin" in scopes
    if resource not in KEY_RESOURCES:
        return resource == "me" and not to_change
    wanted = {"write", f"{resource}:write"} | (set() if to_change else {"read", f"{resource}:read"})
    return bool(wanted & scopes)


def require(principal: Principal, action: Action) -> None:
    """Raise `Forbidden` unless `principal` may do `action`."""
    if not may(principal, action):
        raise Forbidden


def may_see(user_id: str, *, owner_id: str, domain_id: str | None, open_domains: Collection[str]) -> bool:
    """Whether a person may see what `owner_id` owns: it is theirs, or carries a domain that is open to them."""
    return user_id == owner_id or (domain_id is not None and domain_id in open_domains)


def may_grant(principal: Principal, domain_role: str | None) -> bool:
    """Whether `principal`, who is `domain_role` by membership, may open a domain to others for a while.

    A grant is no membership: whoever sees a domain by a grant has no role in it, so a grant cannot grant.
    """
    return may(principal, Action.ADMINISTER) or domain_role == DomainRole.OWNER
