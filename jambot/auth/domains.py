"""Domains: departments, teams and scopes in one. Admins make them, their owners say who belongs to them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session as DbSession

from jambot.access import Action, DomainRole, Principal, may, require
from jambot.clean import clean_text
from jambot.clock import Clock
from jambot.db import Tx, UnitOfWork
from jambot.db.models import Domain, DomainMember, User
from jambot.db.repositories import audit, domain_pages, users
from jambot.db.repositories import domains as rows
from jambot.db.repositories.domain_pages import Viewers
from jambot.errors import InvalidInput, NotFound
from jambot.events.types import AccessChanged
from jambot.ids import is_id

LONGEST_NAME = 100
MOST = 500


class NameTaken(InvalidInput):
    """There is a domain of this name already."""

    code = "name_taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainView:
    """A domain as the caller sees it; `role` is theirs in it, empty for an admin who does not belong to it."""

    id: str
    name: str
    role: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedDomain:
    """A domain as an admin sees it."""

    id: str
    name: str
    created_at: datetime
    members: int
    workspaces: int
    grants: int

    @classmethod
    def of(cls, row: Mapping[Any, Any]) -> CountedDomain:
        return cls(**{name: row[name] for name in ("id", "name", "created_at", "members", "workspaces", "grants")})


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody who belongs to a domain; `role` is member or owner."""

    user_id: str
    email: str
    name: str
    role: str
    added_at: datetime

    @classmethod
    def of(cls, row: Mapping[Any, Any]) -> Member:
        return cls(**{name: row[name] for name in ("user_id", "email", "name", "role", "added_at")})


class Domains:
    """Makes domains and says who belongs to them. Every change is audited and reaches open pages at once."""

    def __init__(self, *, work: UnitOfWork, clock: Clock) -> None:
        self._work = work
        self._clock = clock

    async def create(self, me: Principal, *, name: str) -> DomainView:
        """Make a domain; for admins. Raises `NameTaken`, `InvalidInput`."""
        require(me, Action.ADMINISTER)
        name, now = _checked_name(name), self._clock.now()

        def change(tx: Tx) -> Domain:
            domain = Domain(name=name, name_key=folded(name), created_by=me.user_id, created_at=now)
            if rows.by_name(tx, domain.name_key) is not None:
                raise NameTaken
            tx.add(domain)
            audit.record(tx, at=now, action="domain.created", actor_id=me.user_id, subject=domain.id, name=name)
            return domain

        return _view(await self._work.write(change), "")

    async def rename(self, me: Principal, domain_id: str, *, name: str) -> DomainView:
        """Rename a domain; for admins. Raises `NotFound`, `NameTaken`, `InvalidInput`."""
        require(me, Action.ADMINISTER)
        name, now = _checked_name(name), self._clock.now()

        def change(tx: Tx) -> Domain:
            domain = rows.require(tx, domain_id)
            taken = rows.by_name(tx, folded(name))
            if taken is not None and taken.id != domain.id:
                raise NameTaken
            domain.name, domain.name_key = name, folded(name)
            tx.add(domain)
            audit.record(tx, at=now, action="domain.renamed", actor_id=me.user_id, subject=domain.id, name=name)
            return domain

        return _view(await self._work.write(change), "")

    async def delete(self, me: Principal, domain_id: str) -> None:
        """Remove a domain; for admins. What carried it stays its owner's. Raises `NotFound`."""
        require(me, Action.ADMINISTER)
        now = self._clock.now()

        def change(tx: Tx) -> None:
            domain = rows.require(tx, domain_id)
            affected = {user.id for user, _ in rows.members_of(tx, domain_id)}
            affected |= {grant.user_id for grant, *_ in rows.grants(tx, domain_id=domain_id, holding_at=now)}
            audit.record(tx, at=now, action="domain.deleted", actor_id=me.user_id, subject=domain_id, name=domain.name)
            rows.take_apart(tx, domain_id)
            tx.emit(*(AccessChanged(user_id=each, domain_id=domain_id, change="deleted") for each in affected))

        await self._work.write(change)

    async def all(self, me: Principal) -> list[CountedDomain]:
        """The first domains by name with their figures, at most 500; for admins."""
        require(me, Action.ADMINISTER)
        now = self._clock.now()
        found = await self._work.read(lambda db: domain_pages.page(db, now=now, query="", after=None, limit=MOST))
        return [CountedDomain.of(row) for row in found]

    async def mine(self, me: Principal) -> list[DomainView]:
        """The domains the caller belongs to, by name."""
        found = await self._work.read(lambda db: rows.of_member(db, me.user_id))
        return [_view(domain, role) for domain, role in found]

    async def members(self, me: Principal, domain_id: str) -> list[Member]:
        """Who belongs to a domain. Raises `NotFound` for whoever does not, and is no admin."""

        def query(db: DbSession) -> list[Member]:
            rows.require(db, domain_id)
            if rows.role_in(db, me.user_id, domain_id) is None and not may(me, Action.ADMINISTER):
                raise NotFound
            return [
                Member(user_id=user.id, email=user.email, name=user.name, role=member.role, added_at=member.added_at)
                for user, member in rows.members_of(db, domain_id)
            ]

        return await self._work.read(query)

    async def name_of(self, domain_id: str) -> str:
        """What a domain that something of the caller's carries is called; empty when it is there no longer."""
        found = await self._work.read(lambda db: db.get(Domain, domain_id))
        return found.name if found else ""

    async def viewers(self, me: Principal, domain_id: str, *, most: int = 5) -> Viewers:
        """Who besides the caller would see what carries a domain they belong to. Raises `NotFound`."""
        now = self._clock.now()

        def query(db: DbSession) -> Viewers:
            rows.require(db, domain_id)
            if rows.role_in(db, me.user_id, domain_id) is None:
                raise NotFound
            return domain_pages.viewers(db, domain_id, but=me.user_id, now=now, most=most)

        return await self._work.read(query)

    async def put_member(
        self, me: Principal, domain_id: str, user_id: str, *, role: DomainRole = DomainRole.MEMBER
    ) -> None:
        """Let somebody belong to a domain, or change what they are in it; for its owners and admins.

        Raises:
            NotFound: no such domain or person, or the domain is not the caller's to decide on.
        """
        now = self._clock.now()

        def change(tx: Tx) -> None:
            self._require_owner(tx, me, domain_id)
            user = users.by_id(tx, user_id) if is_id(user_id) else None
            if user is None:
                raise NotFound
            member = rows.membership(tx, user_id, domain_id) or DomainMember(
                domain_id=domain_id, user_id=user_id, added_by=me.user_id, added_at=now
            )
            member.role = role.value
            tx.add(member)
            self._tell(tx, me, domain_id, user_id, "domain.member", now, role=role.value)

        await self._work.write(change)

    async def add_by_email(self, me: Principal, domain_id: str, email: str, *, role: DomainRole) -> None:
        """As `put_member`, for somebody known by their e-mail."""
        user = await self._work.read(lambda db: user_of(db, user_id=None, email=email))
        await self.put_member(me, domain_id, user.id, role=role)

    async def remove_member(self, me: Principal, domain_id: str, user_id: str) -> None:
        """Let somebody no longer belong to a domain: for its owners, admins, and oneself. Raises `NotFound`."""
        now = self._clock.now()

        def change(tx: Tx) -> None:
            if user_id != me.user_id:
                self._require_owner(tx, me, domain_id)
            member = rows.membership(tx, user_id, domain_id)
            if member is None:
                raise NotFound
            tx.delete(member)
            self._tell(tx, me, domain_id, user_id, "domain.left", now)

        await self._work.write(change)

    def _require_owner(self, tx: Tx, me: Principal, domain_id: str) -> None:
        rows.require(tx, domain_id)
        if not may(me, Action.ADMINISTER) and rows.role_in(tx, me.user_id, domain_id) != DomainRole.OWNER:
            raise NotFound

    def _tell(
        self, tx: Tx, me: Principal, domain_id: str, user_id: str, action: str, now: datetime, **details: str
    ) -> None:
        audit.record(tx, at=now, action=action, actor_id=me.user_id, subject=user_id, domain_id=domain_id, **details)
        tx.emit(AccessChanged(user_id=user_id, domain_id=domain_id, change=action.partition(".")[2]))


def _view(domain: Domain, role: str) -> DomainView:
    return DomainView(id=domain.id, name=domain.name, role=role, created_at=domain.created_at)


def folded(name: str) -> str:
    """A name as it is compared: no two domains have the same."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())[:200]


def _checked_name(name: str) -> str:
    text = " ".join(unicodedata.normalize("NFC", clean_text(name)).split())
    if not text or len(text) > LONGEST_NAME or not text.isprintable():
        raise InvalidInput(f"A name has 1 to {LONGEST_NAME} characters.")
    return text


def user_of(db: DbSession, *, user_id: str | None, email: str | None) -> User:
    """The person meant by an id or an e-mail. Raises `NotFound`."""
    found = users.by_id(db, user_id) if user_id and is_id(user_id) else users.by_email(db, email or "")
    if found is None or found.is_disabled:
        raise NotFound
    return found
