"""Sharing a workspace of one's own, and what is shared with oneself."""

from __future__ import annotations

import asyncio

import reflex as rx

from jambot.access import Principal
from jambot.errors import JamBotError
from jambot.events import listening
from jambot.events.types import AccessChanged, user_topic
from jambot.services import services
from jambot.web.policy import signed_in
from jambot.web.shared_items import DomainItem, GrantItem, domain_item, grant_item, viewers_words
from jambot.web.states.base import checked_id, person
from jambot.web.states.frame import framed
from jambot.web.states.jambot import JamBotState
from jambot.web.states.notice import NoticeState
from jambot.web.states.session import SessionState
from jambot.web.strings import t

LOOK_AGAIN_S = 20.0


class ShareState(rx.State):
    """The question with whom a workspace is shared; `workspace_id` is empty while it is not asked."""

    workspace_id: str = ""
    name: str = ""
    domains: list[DomainItem] = []
    chosen: str = ""
    before: str = ""
    seen_by: str = ""

    @rx.event
    @signed_in
    async def ask(self, workspace_id: str) -> None:
        """Ask with whom a workspace of one's own is shared."""
        me = await person(self)
        facts = await services().workspaces.get(me, checked_id(workspace_id))
        mine = [domain_item(each) for each in await services().domains.mine(me)]
        before = facts.row.domain_id or ""
        if before and all(each.id != before for each in mine):
            mine.append(DomainItem(id=before, name=await services().domains.name_of(before), note=t("share.was")))
        self.name, self.domains, self.before = facts.row.name or t("top.untitled"), mine, before
        await self._choose(me, before)
        self.workspace_id = facts.row.id

    @rx.event
    @signed_in
    async def choose(self, domain_id: str) -> None:
        """Say who would see it."""
        await self._choose(await person(self), checked_id(domain_id) if domain_id else "")

    @rx.event
    @signed_in
    async def save(self):
        """Share it with what is chosen, or take it back."""
        me, workspace_id = await person(self), checked_id(self.workspace_id)
        facts = await services().workspaces.carry(me, workspace_id, self.chosen or None)
        domain = next((each.name for each in self.domains if each.id == self.chosen), "")
        self.workspace_id = ""
        page = await self.get_state(JamBotState)
        if page.workspace_id == facts.row.id:
            await page._reload()
        await (await self.get_state(SessionState))._repaint(me)
        words = t("notice.shared") if self.chosen else t("notice.taken_back")
        (await self.get_state(NoticeState))._say(words.format(name=self.name, domain=domain))
        return NoticeState.fade

    @rx.event
    @signed_in
    def cancel(self) -> None:
        """Leave it as it is."""
        self.workspace_id = ""

    async def _choose(self, me: Principal, domain_id: str) -> None:
        chosen = next((each for each in self.domains if each.id == domain_id), None)
        self.chosen = chosen.id if chosen else ""
        if chosen is None:
            self.seen_by = t("share.sees_nobody")
        elif chosen.note == t("share.was"):
            self.seen_by = chosen.note
        else:
            self.seen_by = viewers_words(await services().domains.viewers(me, chosen.id))


class SharedWithMeState(rx.State):
    """The domains somebody belongs to, and those open to them for a while. `leaving` is what they are asked about."""

    domains: list[DomainItem] = []
    grants: list[GrantItem] = []
    trouble: str = ""
    leaving: DomainItem = DomainItem()

    @rx.event
    @signed_in
    async def load(self) -> None:
        """On load: what is shared with this person."""
        try:
            await self._read(await framed(self))
        except JamBotError as failure:
            self.trouble = failure.code

    @rx.event(background=True, supersedes=True)
    @signed_in
    async def watch(self) -> None:
        """Keep it true while the page is open: what ends goes at once, what is left grows less."""
        async with self:
            me = await person(self)
        async with listening(services().bus, user_topic(me.user_id)) as inbox:
            while True:
                try:
                    event = await asyncio.wait_for(inbox.next(), LOOK_AGAIN_S)
                except TimeoutError:
                    event = None
                if event is not None and not isinstance(event, AccessChanged):
                    continue
                async with self:
                    # Asked before every drawing: a login may end in silence, and then nothing more may reach the tab.
                    if (await person(self)).user_id != me.user_id:
                        return
                    try:
                        await self._read(me)
                    except JamBotError:
                        # The next event, or the next look, draws it; the page keeps what it has.
                        continue

    @rx.event
    @signed_in
    async def end(self, grant_id: str):
        """Close what was opened to oneself before its time."""
        me = await person(self)
        await services().grants.end(me, checked_id(grant_id))
        return await self._done(me, t("mine.ended"))

    @rx.event
    @signed_in
    def ask_to_leave(self, domain_id: str) -> None:
        """Ask before leaving a domain: only its owners can let one in again."""
        self.leaving = next((each for each in self.domains if each.id == domain_id), DomainItem())

    @rx.event
    @signed_in
    def stay(self) -> None:
        """Leave nothing after all."""
        self.leaving = DomainItem()

    @rx.event
    @signed_in
    async def leave(self):
        """Leave the domain that was asked about."""
        me, domain, self.leaving = await person(self), self.leaving, DomainItem()
        await services().domains.remove_member(me, checked_id(domain.id), me.user_id)
        return await self._done(me, t("mine.left_it").format(domain=domain.name))

    async def _done(self, me: Principal, words: str):
        await self._read(me)
        (await self.get_state(NoticeState))._say(words)
        return NoticeState.fade

    async def _read(self, me: Principal) -> None:
        now = services().clock.now()
        domains = [domain_item(each) for each in await services().domains.mine(me)]
        grants = [grant_item(each, now) for each in await services().grants.mine(me)]
        self.trouble = ""
        # Only what changed travels: this runs again and again.
        if domains != self.domains:
            self.domains = domains
        if grants != self.grants:
            self.grants = grants
