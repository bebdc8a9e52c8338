"""The lines of the administration's other lists. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from jambot.admin.rows import AuditRow
from jambot.admin.schedule import JobRow
from jambot.clock import iso
from jambot.web.admin_items import number
from jambot.web.strings import t
from jambot.web.when import seconds_text


@dataclass(frozen=True, kw_only=True)
class PersonLine:
    id: str = ""
    person: str = ""
    email: str = ""
    role: str = ""
    is_disabled: bool = False
    joined_at: str = ""
    seen_at: str = ""
    sessions: str = ""
    is_me: bool = False


@dataclass(frozen=True, kw_only=True)
class WorkspaceLine:
    id: str = ""
    name: str = ""
    person: str = ""
    status: str = ""
    messages: str = ""
    age: str = ""
    at: str = ""


@dataclass(frozen=True, kw_only=True)
class JobLine:
    name: str = ""
    words: str = ""
    every: str = ""
    at: str = ""
    took: str = ""
    outcome: str = ""
    tone: str = ""
    result: str = ""
    next_at: str = ""
    is_running: bool = False


@dataclass(frozen=True, kw_only=True)
class AuditLine:
    id: str = ""
    at: str = ""
    actor: str = ""
    action: str = ""
    subject: str = ""
    reason: str = ""
    details: str = ""


def job_line(row: JobRow) -> JobLine:
    """A job in words."""
    took = (row.ended_at - row.started_at).total_seconds() if row.ended_at and row.started_at else 0.0
    said = ", ".join(f"{number(n)} {what}" for what, n in row.result.items() if isinstance(n, int) and n)
    failed = str(row.result.get("error", ""))
    return JobLine(
        name=row.name,
        words=t(f"job.{row.name}"),
        every=seconds_text(row.every_s) if row.every_s < 60 else _minutes(row.every_s),
        at=iso(row.ended_at) if row.ended_at else "",
        took=seconds_text(took) if row.ended_at and not row.is_running else "",
        outcome=t(f"jobs.{row.outcome}") if row.outcome else t("jobs.never"),
        tone={"done": "done", "failed": "failed"}.get(row.outcome, "idle"),
        result=failed or said or (t("jobs.nothing") if row.outcome else ""),
        next_at=iso(row.next_at),
        is_running=row.is_running,
    )


def audit_line(row: AuditRow) -> AuditLine:
    """An entry in words."""
    return AuditLine(
        id=row.id,
        at=iso(row.at),
        actor=row.actor or "JamBot",
        action=row.action,
        subject=row.subject,
        reason=row.reason,
        details=", ".join(f"{name} {value}" for name, value in row.details.items())[:200],
    )


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds < 3_600 else f"{seconds / 3_600:.0f} h"
