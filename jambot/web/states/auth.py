"""Who you are, for display. Every handler looks the person up again; nothing here is proof of anything."""

from __future__ import annotations

import reflex as rx

from jambot.access import Principal, Role
from jambot.auth.terms import terms_of
from jambot.services import services
from jambot.web import routes
from jambot.web.handshake import device_behind
from jambot.web.policy import public, signed_in
from jambot.web.states.base import person
from jambot.web.strings import t
from jambot.web.view_models import initials
from jambot.web.when import span_words


class AuthState(rx.State):
    is_authenticated: bool = False
    user_id: str = ""
    user_name: str = ""
    user_email: str = ""
    user_initials: str = ""
    device_id: str = ""
    device: str = ""
    is_admin: bool = False
    is_mac: bool = False
    may_register: bool = False
    may_try: bool = False
    is_guest: bool = False
    needs_invite: bool = False
    is_greeted: bool = False
    is_out: bool = False
    stays: str = ""

    @rx.event
    @signed_in
    async def resume(self) -> None:
        """Show who is signed in, from the cookie of the handshake."""
        self._know(await person(self))

    @rx.event
    @public
    async def greet(self):
        """What a page for signing in needs; who is signed in already is sent on."""
        auth = services().auth
        present = await auth.principal_of_cookie_header(self.router.headers.cookie, device_behind(self))
        # A guest comes here to become somebody.
        if present is not None and present.role is not Role.GUEST:
            wanted = self.router.url.query_parameters.get("next", routes.HOME)
            return rx.redirect(wanted if routes.is_ours(wanted) else routes.HOME)
        registration = services().settings.registration
        if registration != "open" and await auth.needs_setup() and self.router.url.path.rstrip("/") != routes.SETUP:
            return rx.redirect(routes.SETUP)
        self.is_out = present is None
        self.may_try = services().settings.guests and present is None
        self.may_register, self.needs_invite = registration != "closed", registration == "invite"
        # Who comes is not known yet; only the first one of all is surely an admin.
        role = Role.ADMIN if self.router.url.path.rstrip("/") == routes.SETUP else Role.USER
        self.stays = t("login.stays").format(span=span_words(terms_of(role, services().settings).longest))
        self.is_greeted = True
        return None

    @rx.event
    @signed_in
    async def sign_out(self):
        """End this login and leave. The page's script also asks the server to clear the cookie."""
        await services().auth.sign_out(await person(self))
        return rx.redirect(routes.LOGIN)

    def _know(self, me: Principal) -> None:
        known = {
            "is_authenticated": True,
            "is_guest": me.role is Role.GUEST,
            "user_id": me.user_id,
            "device_id": me.device_id or "",
            "device": me.device,
            "user_name": me.name or me.email,
            "user_email": me.email,
            "user_initials": initials(me.name or me.email),
            "is_admin": me.is_admin,
            "is_mac": "Mac" in self.router.headers.user_agent,
        }
        # What is set is sent, and everything that shows a part of this state is drawn again.
        for name, value in known.items():
            if getattr(self, name) != value:
                setattr(self, name, value)
