"""Domains in the administration: the list of them, and one of them with who belongs and what is open for a while.

Which one, and which page of which list, stands in the address.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta

import reflex as rx

from jambot.access import DomainRole, Principal
from jambot.admin.domains import Ending
from jambot.clock import iso
from jambot.errors import InvalidInput, JamBotError, NotFound
from jambot.events import listening
from jambot.events.types import ADMIN_TOPIC, AccessChanged
from jambot.services import services
from jambot.web import routes
from jambot.web.domain_lines import (
    ClosingLine,
    DomainLine,
    GrantLine,
    MemberLine,
    address,
    closing_lines,
    domain_line,
    grant_line,
    member_line,
)
from jambot.web.policy import admins
from jambot.web.states.base import checked_id, person
from jambot.web.states.frame import framed
from jambot.web.states.notice import NoticeState
from jambot.web.strings import t
from jambot.web.when import span_words

PAGE_SIZE = 50
LONGEST_QUERY = 100
LOOK_AGAIN_S = 20.0


class AdminDomainsState(rx.State):
    """`trouble` is the code of what went wrong while loading, else empty; `ending` is empty while nothing is asked."""

    domains: list[DomainLine] = []
    domain: DomainLine = DomainLine()
    members: list[MemberLine] = []
    grants: list[GrantLine] = []
    query: str = ""
    older: str = ""
    more_members: str = ""
    more_grants: str = ""
    is_first_page: bool = True
    is_loading: bool = True
    trouble: str = ""
    error: str = ""
    done: int = 0
    """Counts what was done, so that a form begins anew after each."""
    ending: str = ""
    title: str = ""
    hits: list[ClosingLine] = []
    counted_at: str = ""
    _subject: str = ""

    @rx.event
    @admins
    async def load(self):
        """On load: what the address asks for."""
        self.is_loading, self.trouble, self.error, self.ending = True, "", "", ""
        yield
        try:
            await self._read(await framed(self))
        except JamBotError as failure:
            self.trouble = failure.code
        finally:
            self.is_loading = False

    @rx.event(background=True, supersedes=True)
    @admins
    async def watch(self) -> None:
        """Keep it true while it is looked at: what others give or end shows within a second."""
        async with listening(services().bus, ADMIN_TOPIC) as inbox:
            while True:
                event = None
                with suppress(TimeoutError):
                    event = await asyncio.wait_for(inbox.next(), LOOK_AGAIN_S)
                if event is not None and not isinstance(event, AccessChanged):
                    continue
                inbox.take_waiting()
                async with self:
                    me = await person(self)
                    # A look that fails is made again; the page keeps what it has.
                    with suppress(JamBotError):
                        await self._read(me)

    @rx.event
    @admins
    def find(self, form: dict[str, str]):
        """Look for words in the names."""
        return rx.redirect(address(query=str(form.get("q", "")).strip()[:LONGEST_QUERY]))

    @rx.event
    @admins
    async def create(self, form: dict[str, str]):
        """Make a domain, and go to it to say who belongs."""
        me = await person(self)
        try:
            made = await services().domains.create(me, name=str(form.get("name", "")))
        except InvalidInput as refused:
            self.error = refused.detail
            return None
        await self._say(t("domains.created").format(name=made.name))
        return [rx.redirect(address(domain_id=made.id)), NoticeState.fade]

    @rx.event
    @admins
    async def rename(self, form: dict[str, str]):
        """Give the domain another name."""
        me, name = await person(self), str(form.get("name", ""))
        return await self._change(me, services().domains.rename(me, self.domain.id, name=name), t("domains.renamed"))

    @rx.event
    @admins
    async def add(self, form: dict[str, str]):
        """Let somebody belong to it, by their e-mail."""
        me, email = await person(self), str(form.get("email", "")).strip()[:320]
        role = DomainRole.OWNER if form.get("role") == DomainRole.OWNER else DomainRole.MEMBER
        adding = services().domains.add_by_email(me, self.domain.id, email, role=role)
        return await self._change(me, adding, t("domains.added").format(who=email))

    @rx.event
    @admins
    async def set_role(self, user_id: str, role: str):
        """Make a member an owner, or an owner a member."""
        if role not in tuple(DomainRole):
            raise InvalidInput("There is no such role.")
        me = await person(self)
        putting = services().domains.put_member(me, self.domain.id, checked_id(user_id), role=DomainRole(role))
        return await self._change(me, putting, t("notice.saved"))

    @rx.event
    @admins
    async def give(self, form: dict[str, str]):
        """Open the domain to somebody for a while, for a reason."""
        me, email = await person(self), str(form.get("email", "")).strip()[:320]
        minutes = str(form.get("minutes", ""))
        span = timedelta(minutes=int(minutes) if minutes.isdecimal() and len(minutes) < 5 else 0)
        giving = services().grants.give(
            me, domain_id=self.domain.id, span=span, reason=str(form.get("reason", "")), email=email
        )
        return await self._change(me, giving, t("domains.given").format(who=email, span=span_words(span)))

    @rx.event
    @admins
    async def ask(self, ending: Ending, subject: str) -> None:
        """Say what an end would hit, before it does: of the domain, of somebody's membership, of a grant."""
        me = await person(self)
        impact = await services().domain_desk.impact(me, self.domain.id, ending, checked_id(subject))
        self._subject, self.ending, self.error = subject, ending, ""
        self.title = t(f"domains.ask_{ending}").format(name=impact.name)
        self.hits, self.counted_at = closing_lines(impact, ending), iso(impact.counted_at)

    @rx.event
    @admins
    def cancel(self) -> None:
        """End nothing."""
        self.ending = ""

    @rx.event
    @admins
    async def confirm(self, form: dict[str, str]):
        """End what was asked about."""
        me, ending, domain, subject = await person(self), self.ending, self.domain, self._subject
        self.ending = ""
        if ending == "domain":
            await services().domains.delete(me, domain.id)
            await self._say(t("domains.deleted").format(name=domain.name))
            return [rx.redirect(routes.ADMIN_DOMAINS), NoticeState.fade]
        if ending == "member":
            who = next((each.person for each in self.members if each.id == subject), "")
            removing = services().domains.remove_member(me, domain.id, subject)
            return await self._change(me, removing, t("domains.removed").format(who=who))
        if ending == "grant":
            reason = str(form.get("reason", ""))
            return await self._change(me, services().grants.end(me, subject, reason=reason), t("domains.ended"))
        return None

    async def _change(self, me: Principal, change, done: str):
        """Do it and say so, or say in the page why not."""
        self.error = ""
        try:
            await change
        except InvalidInput as refused:
            self.error = refused.detail
        except NotFound:
            # The domain is there, for the page shows it; who was meant is not.
            self.error = t("domains.no_such_person")
        else:
            self.done += 1
            await self._say(done)
        await self._read(me)
        return NoticeState.fade

    async def _say(self, words: str) -> None:
        (await self.get_state(NoticeState))._say(words)

    async def _read(self, me: Principal) -> None:
        desk, asked = services().domain_desk, self.router.url.query_parameters
        domain_id, cursor = asked.get("domain", ""), asked.get("cursor") or None
        if not domain_id:
            self.query = asked.get("q", "")[:LONGEST_QUERY]
            page = await desk.page(me, query=self.query, cursor=cursor, limit=PAGE_SIZE)
            self.domains, self.domain = [domain_line(each) for each in page.rows], DomainLine()
            self.is_first_page = cursor is None
            self.older = address(query=self.query, cursor=page.next_cursor) if page.next_cursor else ""
            return
        self.domain = domain_line(await desk.domain(me, domain_id))
        members, grants = asked.get("members") or None, asked.get("grants") or None
        people = await desk.members(me, domain_id, cursor=members, limit=PAGE_SIZE)
        given = await desk.grants(me, domain_id, cursor=grants, limit=PAGE_SIZE)
        now = services().clock.now()
        self.members = [member_line(each) for each in people.rows]
        self.grants = [grant_line(each, now) for each in given.rows]
        self.is_first_page = members is None and grants is None
        here = {"domain_id": domain_id, "members": members, "grants": grants}
        self.more_members = address(**{**here, "members": people.next_cursor}) if people.next_cursor else ""
        self.more_grants = address(**{**here, "grants": given.next_cursor}) if given.next_cursor else ""
