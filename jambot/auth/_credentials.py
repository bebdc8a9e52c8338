"""Who a credential stands for: a cookie, the cookie of a socket, an access token."""

from __future__ import annotations

from jambot.access import Principal
from jambot.auth._guests import Guests
from jambot.auth.cookies import login_in
from jambot.auth.devices import Device
from jambot.errors import InvalidToken


class Credentials(Guests):
    """Turns credentials into principals."""

    async def principal_of_cookie_header(self, header: str, device: Device | None = None) -> Principal | None:
        """Who a raw Cookie header signs in, or None. Never extends the login.

        Args:
            device: where it came from, when that is known: a login that moved is noted, and by policy refused.
        """
        return await self._of_header(header, device, is_socket=False)

    async def principal_of_socket(self, header: str, device: Device | None = None) -> Principal | None:
        """As `principal_of_cookie_header`, for the header a socket was opened with: a cookie replaced less than a
        minute ago is still good there."""
        return await self._of_header(header, device, is_socket=True)

    async def _of_header(self, header: str, device: Device | None, *, is_socket: bool) -> Principal | None:
        cookie = login_in(header, is_https=self._settings.is_https)
        known = await self._principals.known_of_cookie(cookie, is_socket=is_socket) if cookie else None
        if known is None or (device is not None and not await self._moving.admits(known, device)):
            return None
        return known.principal

    async def principal_of_bearer(self, token: str, device: Device | None = None) -> Principal:
        """Who an access token stands for.

        Args:
            device: as for a cookie: where it came from.

        Raises:
            InvalidToken: forged, expired, of an ended login, or issued before the user's role or password changed; or
                shown from where the login may not be used.
        """
        claims = self._tokens.read(token, now=self._clock.now())
        known = await self._principals.known_of_login(claims.login_id, version=claims.version)
        if known is None or known.principal.user_id != claims.user_id:
            raise InvalidToken
        if device is not None and not await self._moving.admits(known, device):
            raise InvalidToken
        return known.principal
