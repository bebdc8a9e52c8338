"""The inspector: one session from close by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import reflex as rx

from jambot.access import Principal
from jambot.admin.inspector import SessionDetail
from jambot.admin.view import changed
from jambot.clock import iso
from jambot.errors import JamBotError, NotFound
from jambot.services import services
from jambot.web.admin_address import address_of
from jambot.web.admin_items import TailLine, kind_name, tail_line
from jambot.web.policy import admins
from jambot.web.states.admin_address import view_here
from jambot.web.states.base import person
from jambot.web.states.notice import NoticeState
from jambot.web.strings import t
from jambot.web.when import span_text


@dataclass(frozen=True, kw_only=True)
class Fact:
    """`at` is an ISO moment, shown where the reader is; else `value` is shown."""

    label: str = ""
    value: str = ""
    at: str = ""


class AdminLookState(rx.State):
    """`handle` is empty while nothing is inspected; `trouble` is the code of what went wrong."""

    handle: str = ""
    person: str = ""
    kind: str = ""
    state: str = ""
    word: str = ""
    facts: list[Fact] = []
    events: list[TailLine] = []
    note: str = ""
    all_of_person: str = ""
    is_mine: bool = False
    domains: list[dict[str, str]] = []
    user_id: str = ""
    trouble: str = ""

    @rx.event
    @admins
    async def load(self):
        """On load: the session the address names."""
        await self._read(await person(self))

    @rx.event
    @admins
    async def close(self, is_open: bool):
        """Take the inspector away; the rest of the view stays."""
        if not is_open:
            self.handle = ""
            return rx.redirect(address_of(changed(view_here(self), session="")))
        return None

    @rx.event
    @admins
    async def grant(self, form: dict[str, str]):
        """Open a domain to the person of this session for a while, for a reason."""
        minutes = str(form.get("minutes", ""))
        await services().grants.give(
            await person(self),
            domain_id=str(form.get("domain", "")),
            span=timedelta(minutes=int(minutes) if minutes.isdecimal() and len(minutes) < 5 else 0),
            reason=str(form.get("reason", "")),
            user_id=self.user_id,
        )
        (await self.get_state(NoticeState))._say(t("notice.granted"))
        return NoticeState.fade

    async def _read(self, me: Principal) -> None:
        view = view_here(self)
        if view.session != self.handle:
            self._forget()
        self.handle, self.trouble = view.session, ""
        if not view.session:
            return
        try:
            found = await services().desk.inspector.inspect(me, view.session)
        except NotFound:
            self._forget()
            self.note = t("look.no_events")
            return
        except JamBotError as failure:
            self.trouble = failure.code
            return
        self.person = found.name or found.email or found.user_id or t("sessions.nobody")
        self.user_id = found.user_id or ""
        self.domains = [{"id": each.id, "name": each.name} for each in await services().domains.all(me)]
        self.kind, self.state, self.word = kind_name(found.kind), found.state, t(f"life.{found.state}")
        self.is_mine = found.handle == me.login_id
        self.all_of_person = address_of(changed(view, session="", person=found.user_id)) if found.user_id else ""
        self.note = "" if found.created_at else t("look.gone")
        if not found.is_readable:
            self.note = t("look.unreadable")
        self.facts = facts_of(found)
        self.events = [tail_line(entry, "", "") for entry in found.events]

    def _forget(self) -> None:
        """Keep nothing of the session before, least of all whose it was: a grant goes to that person."""
        self.person = self.user_id = self.kind = self.state = self.word = self.all_of_person = self.note = ""
        self.facts, self.events, self.domains, self.is_mine = [], [], [], False


def facts_of(found: SessionDetail) -> list[Fact]:
    """What there is to say of a session, in the order of the inspector."""
    facts = [Fact(label=t("look.handle"), value=found.handle)]
    if found.created_at is None:
        return facts
    words = {
        "sessions.device": found.device,
        "sessions.address": found.ip_address,
        "look.agent": found.user_agent,
        "look.strategy": found.strategy,
        "look.ttl": span_text(found.ttl) if found.ttl else "",
        "look.max_age": span_text(found.max_age) if found.max_age else "",
    }
    moments = {
        "sessions.created": found.created_at,
        "sessions.used": found.last_used_at,
        "look.extended": found.extended_at,
        "look.ends": found.ends_at,
        "look.lease": found.lease_until,
        "look.lock": found.locked_until,
        "look.last_request": found.last_request_at,
    }
    counts = {
        "sessions.version": str(found.version),
        "sessions.pages": str(max(found.connections, found.open_pages)),
        "look.requests": str(found.active_requests),
        "look.fence": str(found.fence),
        "look.scopes": ", ".join(found.scopes) or t("look.none"),
        "look.pins": ", ".join(found.pins) or t("look.none"),
        "look.seen": t("look.seen_words").format(requests=found.requests, errors=found.errors),
    }
    facts += [Fact(label=t(key), value=value) for key, value in words.items() if value]
    facts += [Fact(label=t(key), at=iso(at)) for key, at in moments.items() if at is not None]
    return facts + [Fact(label=t(key), value=value) for key, value in counts.items()]
