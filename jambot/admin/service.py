"""The admin's use cases. Each asks first whether the caller may administer; each action is audited where it happens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from sqlmodel import Session as DbSession

from jambot.access import Action, Principal, Role, require
from jambot.admin.rows import AuditRow, InviteRow, LoginRow, Overview, Page, WorkspaceRow
from jambot.auth.keys import derive
from jambot.auth.links import IssuedLink
from jambot.auth.login import login_of
from jambot.auth.logins import Logins
from jambot.auth.service import AuthService, Person
from jambot.auth.terms import KIND
from jambot.clean import visible_name
from jambot.clock import Clock, iso
from jambot.db import UnitOfWork
from jambot.db.models import AuditEntry, User
from jambot.db.repositories import administration, audit, links, users
from jambot.db.types import parse_iso
from jambot.errors import InvalidInput, NotFound
from jambot.ids import is_id
from jambot.sessions import Session, SessionManager
from jambot.settings import Settings
from jambot.workspaces.cursors import Cursors

LARGEST_PAGE = 100
_MOST_MATCHES = 50
_STATES = ("active", "idle", "expiring")
_STATUSES = ("active", "completed", "abandoned", "archived")
T = TypeVar("T")


class AdminService:
    """Looks across people, and acts on them."""

    def __init__(
        self,
        *,
        work: UnitOfWork,
        clock: Clock,
        sessions: SessionManager,
        logins: Logins,
        auth: AuthService,
        settings: Settings,
    ) -> None:
        self._work = work
        self._clock = clock
        self._sessions = sessions
        self._logins = logins
        self._auth = auth
        self._settings = settings
        self._cursors = Cursors(derive(settings.master_key(), "admin-cursors"))

    async def overview(self, me: Principal) -> Overview:
        """The figures of this moment."""
        require(me, Action.ADMINISTER)
        now = self._clock.now()
        counts = await self._work.read(lambda db: administration.counts(db, now=now))
        stats = (await self._sessions.stats()).now
        return Overview(
            people=counts.people,
            signed_in_devices=stats.by_kind.get(KIND, 0),
            workspaces_active=counts.workspaces_active,
            workspaces_used_today=counts.workspaces_used_today,
            missions_running=counts.missions_running,
            counted_at=now,
        )

    async def logins(
        self, me: Principal, *, query: str = "", state: str | None = None, cursor: str | None = None, limit: int = 50
    ) -> Page[LoginRow]:
        """Signed-in devices of everybody, newest first.

        Args:
            query: looked for in e-mail and name; what is found comes as one page of the devices of up to 50 people.
            state: active, idle or expiring.
        """
        require(me, Action.ADMINISTER)
        _check(limit, state, _STATES)
        if query.strip():
            return Page(rows=await self._logins_matching(query.strip(), state, limit), next_cursor=None)
        page = await self._sessions.list(kind=KIND, state=state, cursor=cursor, limit=limit)
        return Page(rows=await self._login_rows(page.sessions), next_cursor=page.cursor)

    async def workspaces(
        self, me: Principal, *, query: str = "", status: str | None = None, cursor: str | None = None, limit: int = 50
    ) -> Page[WorkspaceRow]:
        """Workspaces of everybody that are not in a trash, the one used last first."""
        require(me, Action.ADMINISTER)
        _check(limit, status, _STATUSES)
        after = self._after(me, "workspaces", cursor)
        found = await self._work.read(
            lambda db: administration.workspaces(db, query=query.strip(), status=status, after=after, limit=limit + 1)
        )
        rows = [WorkspaceRow(**{**row, "name": visible_name(row["name"])}) for row in found]
        return self._page(me, "workspaces", rows, limit, lambda row: (row.last_activity_at, row.id))

    async def people(
        self, me: Principal, *, query: str = "", cursor: str | None = None, limit: int = 50
    ) -> Page[Person]:
        """Everybody, newest first; `query` is looked for in e-mail and name."""
        require(me, Action.ADMINISTER)
        _check(limit, None, ())
        after = self._after(me, "people", cursor)
        found = await self._work.read(lambda db: users.page(db, query=query.strip(), after=after, limit=limit + 1))
        rows = [Person.of(user) for user in found]
        return self._page(me, "people", rows, limit, lambda row: (row.created_at, row.id))

    async def person(self, me: Principal, user_id: str) -> Person:
        """One of the people. Raises `NotFound`."""
        require(me, Action.ADMINISTER)
        user = await self._work.read(lambda db: users.by_id(db, user_id)) if is_id(user_id) else None
        if user is None:
            raise NotFound
        return Person.of(user)

    async def audit(
        self, me: Principal, *, action: str = "", cursor: str | None = None, limit: int = 50
    ) -> Page[AuditRow]:
        """What happened to people and their ways in, newest first."""
        require(me, Action.ADMINISTER)
        _check(limit, None, ())
        after = self._after(me, "audit", cursor)

        def query(db: DbSession) -> tuple[list[AuditEntry], dict[str, User]]:
            entries = audit.page(db, action=action, after=after, limit=limit + 1)
            ids = {each for entry in entries for each in (entry.actor_id, entry.subject) if each}
            return entries, users.names_by_id(db, ids)

        entries, named = await self._work.read(query)
        rows = [
            AuditRow(
                id=entry.id,
                at=entry.at,
                action=entry.action,
                actor=_email(named, entry.actor_id),
                subject=_email(named, entry.subject),
                reason=visible_name(entry.reason, most=500),
                details=entry.details,
            )
            for entry in entries
        ]
        return self._page(me, "audit", rows, limit, lambda row: (row.at, row.id))

    async def invites(self, me: Principal) -> list[InviteRow]:
        """Invitations nobody used yet, newest first."""
        require(me, Action.ADMINISTER)
        now = self._clock.now()
        found = await self._work.read(lambda db: links.open_invites(db, now=now))
        return [
            InviteRow(
                id=link.id, email=link.email, role=link.role, created_at=link.created_at, expires_at=link.expires_at
            )
            for link in found
        ]

    async def sign_out(self, me: Principal, login_id: str, *, reason: str = "") -> None:
        """End somebody's login; dead when this returns. Raises `NotFound`."""
        require(me, Action.ADMINISTER)
        await self._logins.revoke(me, login_id, reason=reason.strip() or "ended_by_admin")

    async def sign_out_everywhere(self, me: Principal, user_id: str, *, reason: str = "") -> int:
        """End every login of a person; how many ended. Raises `NotFound`."""
        await self.person(me, user_id)
        reason = reason.strip() or "ended_by_admin"
        count = await self._logins.revoke_all(user_id, reason=reason)
        at = self._clock.now()
        await self._work.write(
            lambda tx: audit.record(
                tx, at=at, action="login.all_ended", actor_id=me.user_id, subject=user_id, reason=reason, count=count
            )
        )
        return count

    async def invite(self, me: Principal, *, email: str | None = None, role: Role = Role.USER) -> IssuedLink:
        """An invitation; its address is shown here and never again."""
        return await self._auth.invite(me, email=email, role=role)

    async def reset_link(self, me: Principal, user_id: str) -> IssuedLink:
        """A link by which a person chooses a new password. Raises `NotFound`."""
        if not is_id(user_id):
            raise NotFound
        return await self._auth.reset_link(me, user_id=user_id)

    async def set_role(self, me: Principal, user_id: str, *, role: Role, reason: str = "") -> Person:
        """Make somebody an admin, or no longer. Raises `NotFound`, `WrongState`."""
        return await self._auth.set_role(me, user_id, role=role, reason=reason)

    async def set_disabled(self, me: Principal, user_id: str, *, is_disabled: bool, reason: str = "") -> Person:
        """Shut somebody out at once, or let them in again. Raises `NotFound`, `WrongState`."""
        return await self._auth.set_disabled(me, user_id, is_disabled=is_disabled, reason=reason)

    async def _logins_matching(self, query: str, state: str | None, limit: int) -> list[LoginRow]:
        people = await self._work.read(lambda db: users.page(db, query=query, limit=_MOST_MATCHES))
        found: list[Session] = []
        for person in people:
            found += await self._sessions.get_user_sessions(person.id, kind=KIND)
        found.sort(key=lambda session: (session.created_at, session.handle), reverse=True)
        rows = await self._login_rows(found)
        return [row for row in rows if state is None or row.state == state][:limit]

    async def _login_rows(self, found: Sequence[Session]) -> list[LoginRow]:
        ids = {session.user_id for session in found if session.user_id}
        named = await self._work.read(lambda db: users.names_by_id(db, ids))
        now = self._clock.now()
        return [
            LoginRow(
                login=login_of(session, Role(user.role), self._settings),
                email=user.email,
                name=visible_name(user.name),
                role=user.role,
                state=session.state(now).value,
            )
            for session in found
            if (user := named.get(session.user_id or "")) is not None
        ]

    def _after(self, me: Principal, listing: str, cursor: str | None) -> tuple[datetime, str] | None:
        """The last row already shown; raises `BadCursor`."""
        if not cursor:
            return None
        at, row_id = self._cursors.read(cursor, user_id=me.user_id, listing=listing, now=self._clock.now())
        return parse_iso(at), row_id

    def _page(
        self, me: Principal, listing: str, rows: list[T], limit: int, place: Callable[[T], tuple[datetime, str]]
    ) -> Page[T]:
        if len(rows) <= limit:
            return Page(rows=rows, next_cursor=None)
        at, row_id = place(rows[limit - 1])
        cursor = self._cursors.sign([iso(at), row_id], user_id=me.user_id, listing=listing, now=self._clock.now())
        return Page(rows=rows[:limit], next_cursor=cursor)


def _check(limit: int, choice: str | None, choices: tuple[str, ...]) -> None:
    if not 1 <= limit <= LARGEST_PAGE:
        raise InvalidInput(f"A page has 1 to {LARGEST_PAGE} rows.")
    if choice is not None and choice not in choices:
        raise InvalidInput(f"Choose one of: {', '.join(choices)}.")


def _email(named: dict[str, User], user_id: str | None) -> str:
    user = named.get(user_id or "")
    return user.email if user else user_id or ""
