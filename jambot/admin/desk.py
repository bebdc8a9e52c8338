"""The parts of the admin's dashboard of sessions, put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jambot.admin.actions import SessionActions
from jambot.admin.clean_ups import of_log
from jambot.admin.dashboard import Dashboard
from jambot.admin.inspector import Inspector
from jambot.admin.moving import Mover
from jambot.admin.operations import Operations
from jambot.admin.sampler import Sampler
from jambot.admin.saved_views import SavedViews
from jambot.admin.schedule import Job, Schedule
from jambot.admin.session_log import SessionLog
from jambot.admin.session_table import SessionTable
from jambot.admin.targets import Targets
from jambot.auth.logins import Logins
from jambot.clock import Clock
from jambot.db import UnitOfWork
from jambot.events import EventBus
from jambot.meter import meter
from jambot.sessions import SessionManager
from jambot.sessions.health import HealthMonitor
from jambot.workspaces.cursors import Cursors


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What looks at sessions and acts on them. `sampler`, `log` and `schedule` run beside the server."""

    dashboard: Dashboard
    table: SessionTable
    inspector: Inspector
    operations: Operations
    log: SessionLog
    schedule: Schedule
    sampler: Sampler
    health: HealthMonitor
    targets: Targets
    views: SavedViews


def build_desk(
    *,
    work: UnitOfWork,
    bus: EventBus,
    clock: Clock,
    sessions: SessionManager,
    logins: Logins,
    cursor_key: bytes,
    targets: Targets,
    jobs: Sequence[Job] = (),
) -> Desk:
    """Put the dashboard together.

    Args:
        cursor_key: 32 secret bytes for the page markers of its tables.
        targets: the stores that sessions may be moved to.
        jobs: what is done from time to time, beside what the dashboard itself needs.
    """
    log = SessionLog(work=work, clock=clock, sessions=sessions, meter=meter)
    table = SessionTable(work=work, clock=clock, sessions=sessions, cursors=Cursors(cursor_key))
    mover = Mover(sessions=sessions, logins=logins, targets=targets)
    actions = SessionActions(work=work, clock=clock, sessions=sessions, logins=logins, table=table, mover=mover)
    health = HealthMonitor(clock=clock)
    return Desk(
        dashboard=Dashboard(work=work, clock=clock, sessions=sessions, online=table.online),
        table=table,
        inspector=Inspector(work=work, clock=clock, sessions=sessions, log=log, health=health),
        operations=Operations(actions=actions, bus=bus, clock=clock),
        log=log,
        schedule=Schedule(work=work, clock=clock, jobs=(*jobs, of_log(log))),
        sampler=Sampler(work=work, clock=clock, sessions=sessions, meter=meter, online=table.online),
        health=health,
        targets=targets,
        views=SavedViews(work=work, clock=clock),
    )
