"""The auth service: everything about people and their ways in. Both faces and the terminal call it, nothing else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from jambot.access import Principal
from jambot.auth._account import Account
from jambot.auth._core import EmailTaken, Export, Person, Reseal, SignedIn, WrongPassword
from jambot.auth._guests import Guests, GuestsClosed
from jambot.auth._joining import Joining, RegistrationClosed
from jambot.auth._people import People
from jambot.auth._signing_in import Me, Renewed, SigningIn
from jambot.auth.devices import Device
from jambot.auth.links import IssuedLink, LinkInvalid
from jambot.auth.logins import Logins
from jambot.auth.moving import Moving
from jambot.auth.passwords import PasswordHasher
from jambot.auth.principals import Principals
from jambot.auth.remembering import LoginMemory
from jambot.auth.throttle import Throttle
from jambot.auth.tokens import AccessTokens
from jambot.clock import Clock
from jambot.db import BlobStore, UnitOfWork
from jambot.events import EventBus
from jambot.sessions import SessionManager
from jambot.settings import Settings

__all__ = [
    "AuthService",
    "Device",
    "EmailTaken",
    "GuestsClosed",
    "IssuedLink",
    "LinkInvalid",
    "Me",
    "Person",
    "RegistrationClosed",
    "Renewed",
    "SignedIn",
    "WrongPassword",
    "build_auth",
]


class AuthService(Joining, SigningIn, Account, People, Guests):
    """Joining is in `_joining`, trying without an account in `_guests`, signing in in `_signing_in`, whom a credential
    stands for in `_credentials`, one's own account in `_account`, what admins do in `_people`. Every security event is
    audited in the unit of the change it tells of."""

    def close(self) -> None:
        """Let running password checks finish."""
        self._passwords.close()


def build_auth(
    *,
    sessions: SessionManager,
    work: UnitOfWork,
    blobs: BlobStore,
    bus: EventBus,
    clock: Clock,
    settings: Settings,
    throttle: Throttle | None = None,
    passwords: PasswordHasher | None = None,
    exports: dict[str, Export] | None = None,
    at_sign_out: Callable[[Principal], Awaitable[None]] | None = None,
    reseal: Reseal | None = None,
) -> tuple[AuthService, Logins]:
    """The service and the logins it stands on, put together.

    Args:
        sessions: a manager built with `terms.login_kind(settings)` among its kinds.
        at_sign_out: what else happens when a person signs out, after their login has ended.
        reseal: opens what is sealed for one owner and seals it for another, where a guest's work is adopted.
        exports: what else belongs into a person's export, by name, such as what other parts keep sealed.
    """
    principals = Principals(sessions=sessions, work=work, bus=bus, clock=clock, settings=settings)
    memory = LoginMemory(work=work, clock=clock)
    logins = Logins(
        sessions=sessions,
        principals=principals,
        memory=memory,
        work=work,
        bus=bus,
        clock=clock,
        settings=settings,
    )
    service = AuthService(
        work=work,
        clock=clock,
        settings=settings,
        logins=logins,
        memory=memory,
        moving=Moving(sessions=sessions, principals=principals, work=work, clock=clock, settings=settings),
        principals=principals,
        passwords=passwords or PasswordHasher(),
        tokens=AccessTokens(masters=settings.master_keys(), issuer=settings.origin, life_s=settings.access_token_s),
        throttle=throttle or Throttle(redis_url=settings.redis_url),
        blobs=blobs,
        exports=exports,
        at_sign_out=at_sign_out,
        sessions=sessions,
        reseal=reseal,
    )
    return service, logins
