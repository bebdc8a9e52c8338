"""Every part of the app and what it is made of, in one place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from jambot.admin.clean_ups import clean_ups
from jambot.admin.desk import Desk, build_desk
from jambot.admin.domains import DomainDesk
from jambot.admin.service import AdminService
from jambot.admin.targets import Targets
from jambot.assistant.demo import Demo
from jambot.assistant.proposing import keep_proposal
from jambot.assistant.turns import Turns
from jambot.auth.domains import Domains
from jambot.auth.grants import Grants
from jambot.auth.keys import derive
from jambot.auth.logins import Logins
from jambot.auth.preferences import PreferenceService
from jambot.auth.presence import Presence
from jambot.auth.service import AuthService, build_auth
from jambot.auth.terms import login_kind
from jambot.clock import Clock, SystemClock
from jambot.db import BlobStore, FileBlobs, UnitOfWork
from jambot.events import EventBus, LocalBus
from jambot.events.redis_bus import RedisBus, redis_at
from jambot.llm import stream_reply
from jambot.llm.providers import LOCAL_NAME
from jambot.meter import meter
from jambot.missions.finished import Finished
from jambot.missions.service import MissionService
from jambot.missions.tool_rights import ToolRights
from jambot.missions.workflow import MissionRunner
from jambot.sessions import LimitPolicy, SessionConfig, SessionManager
from jambot.sessions.ciphers import KeyRing
from jambot.sessions.config import PURPOSE as SESSIONS_PURPOSE
from jambot.sessions.stores.sql import SqlStore
from jambot.sessions.stores.timed import timed
from jambot.settings import Settings
from jambot.workspaces.assets import AssetService
from jambot.workspaces.autosave import Autosave
from jambot.workspaces.chat import ChatService
from jambot.workspaces.cursors import Cursors
from jambot.workspaces.facts import FactsReader
from jambot.workspaces.key_check import KeyCheck
from jambot.workspaces.leaving import Leaving
from jambot.workspaces.lifecycle import Lifecycle
from jambot.workspaces.many import Many
from jambot.workspaces.recovery import Recovery
from jambot.workspaces.search import History
from jambot.workspaces.service import WorkspaceService
from jambot.workspaces.trash import Trash

# The embedded model knows its whole answer at once; a person reads it as it comes.
LOCAL_PAUSE_S = 0.012


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The parts the two faces may call."""

    settings: Settings
    clock: Clock
    bus: EventBus
    work: UnitOfWork
    blobs: BlobStore
    sessions: SessionManager
    auth: AuthService
    logins: Logins
    presence: Presence
    preferences: PreferenceService
    domains: Domains
    grants: Grants
    workspaces: WorkspaceService
    history: History
    trash: Trash
    many: Many
    recovery: Recovery
    autosave: Autosave
    lifecycle: Lifecycle
    key_check: KeyCheck
    metadata_keys: KeyRing
    chats: ChatService
    assets: AssetService
    missions: MissionService
    finished: Finished
    runner: MissionRunner
    turns: Turns
    admin: AdminService
    desk: Desk
    domain_desk: DomainDesk
    demo: Demo


_current: Services | None = None


def services() -> Services:
    """The parts of this process, built from the environment at first use."""
    global _current
    if _current is None:
        _current = build(Settings())
    return _current


def set_services(parts: Services | None) -> None:
    """Use `parts` in this process from now on: for tests, and for a server that built its own."""
    global _current
    _current = parts


def session_keys_of(settings: Settings) -> tuple[bytes, ...]:
    """The keys of the app's own sessions, the newest first."""
    return tuple(derive(each, "sessions") for each in settings.master_keys())


def key_rings(settings: Settings) -> tuple[KeyRing, KeyRing]:
    """What seals the metadata of workspaces, and what seals sessions."""
    metadata = [derive(each, "metadata") for each in settings.master_keys()]
    sessions = KeyRing(session_keys_of(settings), purpose=SESSIONS_PURPOSE)
    return KeyRing(metadata, purpose="workspace-metadata"), sessions


def build(settings: Settings) -> Services:
    """Put the app together. Opens the database and makes missing keys; starts nothing."""
    clock = SystemClock()
    bus: EventBus = RedisBus(redis_at(settings.redis_url)) if settings.redis_url else LocalBus()
    work = UnitOfWork(settings.sqlalchemy_url, bus)
    blobs = FileBlobs(settings.data_dir / "blobs")
    master = settings.master_key()
    sealed, session_ring = key_rings(settings)
    session_keys = session_keys_of(settings)
    sessions = SessionManager(
        timed(SqlStore(work), partial(meter.took, "store")),
        SessionConfig(
            encryption=True,
            encryption_keys=session_keys,
            kinds=(login_kind(settings),),
            limit_policy=LimitPolicy(settings.login_limit_policy),
            max_concurrent_requests=settings.max_concurrent_requests,
        ),
        clock=clock,
    )
    workspaces = WorkspaceService(work=work, clock=clock, cipher=sealed)
    leaving = Leaving(work=work, workspaces=workspaces, cipher=sealed)
    auth, logins = build_auth(
        sessions=sessions,
        work=work,
        blobs=blobs,
        bus=bus,
        clock=clock,
        settings=settings,
        exports={"workspace_metadata": leaving.metadata},
        reseal=FactsReader(sealed).reseal,
        at_sign_out=leaving.complete_open if settings.complete_on_sign_out else None,
    )
    autosave = Autosave(work=work, clock=clock, interval=timedelta(seconds=settings.autosave_interval_s))
    assets = AssetService(work=work, clock=clock, blobs=blobs, settings=settings)
    trash = Trash(work=work, clock=clock, blobs=blobs, keep_for=timedelta(days=settings.trash_days))
    history = History(work=work, clock=clock, cursors=Cursors(derive(master, "history-cursors")))
    rights = ToolRights(settings.domain_of_tool)
    runner = MissionRunner(settings=settings, work=work, blobs=blobs, clock=clock, rights=rights)
    missions = MissionService(work=work, clock=clock, runner=runner, rights=rights)
    chats = ChatService(work=work, clock=clock)
    presence = Presence(work=work, clock=clock)
    lifecycle = Lifecycle(
        work=work,
        clock=clock,
        trash=trash,
        abandon_after=timedelta(hours=settings.abandon_after_h),
        archive_after=timedelta(days=settings.archive_after_days),
    )
    desk = build_desk(
        work=work,
        bus=bus,
        clock=clock,
        sessions=sessions,
        logins=logins,
        cursor_key=derive(master, "admin-cursors"),
        targets=Targets(settings.session_stores, sessions=sessions, keys=session_keys, clock=clock),
        jobs=clean_ups(
            sessions=sessions,
            lifecycle=lifecycle,
            trash=trash,
            chats=chats,
            assets=assets,
            auth=auth,
            presence=presence,
        ),
    )
    return Services(
        settings=settings,
        clock=clock,
        bus=bus,
        work=work,
        blobs=blobs,
        sessions=sessions,
        auth=auth,
        logins=logins,
        presence=presence,
        preferences=PreferenceService(work=work),
        domains=Domains(work=work, clock=clock),
        grants=Grants(sessions=sessions, work=work, bus=bus, clock=clock),
        workspaces=workspaces,
        history=history,
        trash=trash,
        many=Many(work=work, clock=clock, history=history, trash=trash),
        recovery=Recovery(work=work, clock=clock, cipher=sealed, autosave=autosave),
        metadata_keys=sealed,
        key_check=KeyCheck(
            work=work,
            clock=clock,
            metadata=sealed,
            sessions=session_ring,
            has_older=len(session_keys) > 1,
        ),
        autosave=autosave,
        lifecycle=lifecycle,
        chats=chats,
        assets=assets,
        missions=missions,
        finished=Finished(work=work),
        runner=runner,
        turns=Turns(
            work=work,
            bus=bus,
            clock=clock,
            reply=partial(stream_reply, settings.model, settings=settings, clock=clock, pause_s=LOCAL_PAUSE_S),
            is_repeatable=settings.model == LOCAL_NAME,
            guest_messages=settings.guest_messages,
            keep_proposal=partial(keep_proposal, rights=rights),
        ),
        admin=AdminService(work=work, clock=clock, sessions=sessions, logins=logins, auth=auth, settings=settings),
        desk=desk,
        domain_desk=DomainDesk(work=work, clock=clock, cursors=Cursors(derive(master, "domain-cursors"))),
        demo=Demo(work=work, clock=clock, bus=bus, assets=assets, missions=missions),
    )
