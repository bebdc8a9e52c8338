"""Brings a person back to where they were. A lookup that fails is an error, never an empty start page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from sqlmodel import Session

from jambot.access import Principal
from jambot.clock import Clock, iso
from jambot.db.models import Domain, MessageStatus, User, UserSession
from jambot.db.repositories import domains
from jambot.db.repositories import workspaces as rows
from jambot.db.repositories.views import ViewRows, events_since, view_rows
from jambot.db.unit_of_work import UnitOfWork
from jambot.errors import GrantExpired, NotFound
from jambot.meter import meter
from jambot.sessions.ciphers import Cipher
from jambot.workspaces import conversation, place
from jambot.workspaces.asset_view import asset_view
from jambot.workspaces.autosave import Autosave
from jambot.workspaces.away import Happened, away_lines
from jambot.workspaces.chat import has_lapsed, message_view
from jambot.workspaces.metadata import MetadataSeal
from jambot.workspaces.present import draft_view, mission_view, proposal_view, row_view
from jambot.workspaces.view import AwayLine, ClosedView, SharedView, WorkspaceRow, WorkspaceView

WINDOW = 50

Reason = Literal["address", "device", "active", "recent", "none", "gone"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """Where a person lands and why.

    `view` is None for "none" (there is nothing yet) and "gone" (the address names what is not there, or not theirs).
    `trashed` is the row of what the address names when it waits in their trash; `closed` says what had opened it to
    them when that has ended lately.
    """

    view: WorkspaceView | None
    reason: Reason
    trashed: WorkspaceRow | None = None
    closed: ClosedView | None = None


class Recovery:
    def __init__(self, *, work: UnitOfWork, clock: Clock, cipher: Cipher, autosave: Autosave | None = None) -> None:
        self._work = work
        self._clock = clock
        self._seal = MetadataSeal(cipher)
        self._autosave = autosave

    async def recover_last(self, me: Principal, wanted_workspace_id: str | None, device_id: str | None) -> Recovered:
        """The workspace of the address, else this device's last, else the newest active, else the most recent.

        Nothing is made and no status changes. Demo workspaces are opened only by address or by this device's own last.

        Raises:
            Unavailable: the database does not answer; try again, and open nothing meanwhile.
        """
        meter.count("recoveries")
        await self._save_first(me.user_id)
        if wanted_workspace_id is not None:
            return await self._at_address(me, wanted_workspace_id, device_id)

        def query(session: Session) -> tuple[Reason, _Read] | None:
            for reason, workspace_id in _open_candidates(session, me.user_id, device_id):
                return reason, _read(session, me, workspace_id, device_id, self._clock.now())
            return None

        found = await self._work.read(query)
        if found is None:
            return Recovered(view=None, reason="none")
        reason, read = found
        return Recovered(view=await self._view(me, read, device_id), reason=reason)

    async def last_id(self, user_id: str, device_id: str | None) -> str | None:
        """Where `recover_last` would bring somebody without an address; None for the start page."""

        def query(session: Session) -> str | None:
            return next((found for _, found in _open_candidates(session, user_id, device_id)), None)

        await self._save_first(user_id)
        return await self._work.read(query)

    async def open(self, me: Principal, workspace_id: str, device_id: str | None = None) -> WorkspaceView:
        """One workspace whole, as it is now; from the trash too. Raises `NotFound`, `Unavailable`."""
        await self._save_first(me.user_id)
        read = await self._work.read(lambda session: _read(session, me, workspace_id, device_id, self._clock.now()))
        return await self._view(me, read, device_id)

    async def closed(self, me: Principal, workspace_id: str) -> ClosedView | None:
        """By what a workspace was open to the caller until lately, and why it is not; None when nothing was."""
        now = self._clock.now()
        found = await self._work.read(lambda s: domains.last_grant_of(s, me.user_id, workspace_id, now))
        if found is None:
            return None
        grant, domain, why = found
        return ClosedView(domain=domain, why=why, ended_at=iso(min(grant.ended_at or now, grant.ends_at)))

    async def _at_address(self, me: Principal, workspace_id: str, device_id: str | None) -> Recovered:
        try:
            read = await self._work.read(lambda session: _read(session, me, workspace_id, device_id, self._clock.now()))
        except NotFound:
            return Recovered(view=None, reason="gone")
        except GrantExpired:
            return Recovered(view=None, reason="gone", closed=await self.closed(me, workspace_id))
        if read.rows.workspace.deleted_at is not None:
            return Recovered(view=None, reason="gone", trashed=row_view(read.rows.workspace))
        return Recovered(view=await self._view(me, read, device_id), reason="address")

    async def _save_first(self, user_id: str) -> None:
        """What this person's pages noted in this process belongs into what they are shown."""
        if self._autosave is not None:
            await self._autosave.flush_user(user_id)

    async def _view(self, me: Principal, read: _Read, device_id: str | None) -> WorkspaceView:
        workspace_id = read.rows.workspace.id
        if any(has_lapsed(message, self._clock.now()) for message in read.rows.messages):
            await self._work.write(
                lambda tx: conversation.settle_lapsed(tx, now=self._clock.now(), workspace_id=workspace_id)
            )
            read = await self._work.read(lambda session: _read(session, me, workspace_id, device_id, self._clock.now()))
        return self._shown(read, device_id)

    def _shown(self, read: _Read, device_id: str | None) -> WorkspaceView:
        found, workspace = read.rows, read.rows.workspace
        # One more than the window was read: it only says that there are older ones.
        messages = tuple(map(message_view, found.messages[-WINDOW:]))
        streaming = next((each for each in reversed(messages) if each.status == MessageStatus.STREAMING), None)
        sealed = "" if read.shared else workspace.session_metadata
        opened = self._seal.open(sealed, user_id=workspace.user_id, workspace_id=workspace.id)
        return WorkspaceView(
            # On which device its owner works is nobody else's business.
            row=replace(
                row_view(workspace), domain=read.domain, last_device="" if read.shared else workspace.last_device
            ),
            description=workspace.description,
            chat_id=workspace.chat_id,
            messages=messages,
            has_older=len(found.messages) > WINDOW,
            streaming=streaming,
            proposal=None if found.proposal is None else proposal_view(found.proposal),
            mission=None if found.mission is None else mission_view(found.mission, found.hops, found.steps),
            assets=tuple(map(asset_view, found.assets)),
            draft=draft_view(found.draft),
            place=place.restored({} if read.shared else workspace.place, found.places.get(device_id or "")),
            away=read.away,
            metadata=opened.value,
            shared=read.shared,
            metadata_readable=opened.readable,
            last_event=found.last_event,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """`shared` says through which domain and from whom somebody else sees it; None for its owner."""

    rows: ViewRows
    away: tuple[AwayLine, ...]
    domain: str = ""
    shared: SharedView | None = None


def _read_as_guest(session: Session, workspace: UserSession) -> _Read:
    """What a member of its domain sees: the work, and nothing of how its owner works on it."""
    found = view_rows(session, workspace, window=WINDOW + 1)
    found = replace(found, draft=None, places={})
    domain, owner = _domain_name(session, workspace), session.get(User, workspace.user_id)
    shared = SharedView(domain=domain, owner=(owner.name or owner.email) if owner else "")
    return _Read(rows=found, away=(), domain=domain, shared=shared)


def _domain_name(session: Session, workspace: UserSession) -> str:
    found = session.get(Domain, workspace.domain_id) if workspace.domain_id else None
    return found.name if found else ""


def _open_candidates(session: Session, user_id: str, device_id: str | None) -> Iterator[tuple[Reason, str]]:
    """Where to look, in order; the later ones are not asked for when an earlier one is good."""
    for reason, workspace_id in _candidates(session, user_id, device_id):
        if workspace_id is not None and rows.is_open(session, user_id, workspace_id):
            yield reason, workspace_id


def _candidates(session: Session, user_id: str, device_id: str | None) -> Iterator[tuple[Reason, str | None]]:
    if device_id:
        last = rows.place_of(session, user_id, device_id)
        yield "device", None if last is None else last.workspace_id
    yield "active", rows.newest_active(session, user_id)
    yield "recent", rows.most_recent(session, user_id)


def _read(session: Session, me: Principal, workspace_id: str, device_id: str | None, now: datetime) -> _Read:
    workspace: UserSession = domains.readable(session, user_id=me.user_id, workspace_id=workspace_id, now=now)
    if workspace.user_id != me.user_id:
        return _read_as_guest(session, workspace)
    found = view_rows(session, workspace, window=WINDOW + 1)
    own = found.places.get(device_id or "")
    others = [record for device, record in found.places.items() if device != device_id]
    seen = place.seen_up_to(workspace.id, own, others)
    domain = _domain_name(session, workspace)
    if seen is None or seen >= found.last_event:
        return _Read(rows=found, away=(), domain=domain)
    events = events_since(session, workspace.id, seen)
    happened = [Happened(sequence=each.sequence, kind=each.kind, data=place.as_dict(each.data)) for each in events]
    return _Read(rows=found, away=away_lines(happened), domain=domain)
