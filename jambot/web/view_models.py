"""What the components draw: flat values with words and times ready to show, made from the views of the use cases.

All of it is public: it is sent to the browser of the person it belongs to, and to nobody else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from jambot.tools.markdown import escape
from jambot.web import routes
from jambot.web.asset_items import size_text
from jambot.web.strings import t
from jambot.web.when import age
from jambot.workspaces.view import (
    MessageView,
    ProposalView,
    WorkspaceRow,
)


@dataclass(frozen=True, kw_only=True)
class SessionItem:
    """A workspace in a list. `at` is an ISO moment, `age` the same in words, `segments` one state per hop. `listed` is
    the word of a list it was put away into, unless its mission has something newer to say."""

    id: str = ""
    name: str = ""
    preview: str = ""
    href: str = ""
    status: str = ""
    listed: str = ""
    state: str = "idle"
    word: str = ""
    age: str = ""
    at: str = ""
    is_pinned: bool = False
    is_demo: bool = False
    segments: list[str] = field(default_factory=list)
    mission: str = ""
    asset_count: int = 0
    message_count: int = 0
    device: str = ""
    deleted_at: str = ""
    domain: str = ""
    """The domain whose members see it."""
    owner: str = ""
    """Whose it is when it is somebody else's, which can be read and not changed."""


@dataclass(frozen=True, kw_only=True)
class SessionGroup:
    title: str = ""
    rows: list[SessionItem] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class FileChip:
    id: str = ""
    name: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class QuestionItem:
    text: str = ""
    options: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class MessageItem:
    """`figures` are the ids of charts that belong below it; a result is said by a mission, so it is not answered
    again; only the last message is still open to an answer."""

    id: str = ""
    role: str = ""
    content: str = ""
    status: str = ""
    at: str = ""
    error: str = ""
    activity: str = ""
    activity_lines: list[str] = field(default_factory=list)
    files: list[FileChip] = field(default_factory=list)
    questions: list[QuestionItem] = field(default_factory=list)
    proposal_id: str = ""
    figures: list[str] = field(default_factory=list)
    is_unsettled: bool = False
    is_result: bool = False
    is_last: bool = False
    is_fixed: bool = False
    """It is in somebody else's workspace: nothing about it can be changed or answered."""


@dataclass(frozen=True, kw_only=True)
class ProposalItem:
    id: str = ""
    name: str = ""
    goal: str = ""
    criteria: list[str] = field(default_factory=list)
    reads: list[str] = field(default_factory=list)
    yields: list[str] = field(default_factory=list)
    hops: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def session_item(row: WorkspaceRow, now: datetime, *, owner: str = "") -> SessionItem:
    """`row` as the sidebar and the history show it; `owner` names whose it is unless it is the reader's own."""
    return SessionItem(
        id=row.id,
        name=row.name or t("top.untitled"),
        preview=row.preview,
        href=routes.workspace(row.id),
        status=row.status,
        listed=t(f"history.{row.status}") if row.status != "active" and row.state in {"idle", "done"} else "",
        state=row.state,
        word=t(f"state.{row.state}"),
        age=age(row.last_activity_at, now),
        at=row.last_activity_at,
        is_pinned=row.pinned,
        is_demo=row.is_demo,
        segments=segments(row.mission_done, row.mission_total, row.state),
        mission=_mission_progress(row),
        asset_count=row.asset_count,
        message_count=row.message_count,
        device=row.last_device,
        deleted_at=row.deleted_at or "",
        domain=row.domain,
        owner=owner,
    )


def segments(done: int, total: int, state: str) -> list[str]:
    """The bar of a mission, at most 8 pieces: what is done, then the piece `state` is about, then what is left."""
    if total <= 0:
        return []
    shown = min(total, 8)
    finished = min(shown, done * shown // total)
    pieces = ["done"] * finished + ["open"] * (shown - finished)
    if finished < shown and state in {"running", "waiting", "failed", "interrupted", "paused"}:
        pieces[finished] = state
    return pieces


def group_by_day(rows: Iterable[SessionItem], now: datetime) -> list[SessionGroup]:
    """The sidebar's groups, empty ones left out; rows keep their order. Days are counted back from `now`."""
    groups: dict[str, list[SessionItem]] = {key: [] for key in ("pinned", "today", "yesterday", "week", "older")}
    for row in rows:
        groups["pinned" if row.is_pinned else _day(row.at, now)].append(row)
    return [SessionGroup(title=t(f"group.{key}"), rows=members) for key, members in groups.items() if members]


def message_item(message: MessageView, *, is_fixed: bool = False) -> MessageItem:
    """`message` as a row of the conversation; `is_fixed` says that the workspace is somebody else's."""
    about = message.metadata
    steps = [str(each.get("label") or each.get("name") or "") for each in _dicts(about.get("activity"))]
    questions = [
        QuestionItem(text=str(each.get("text", "")), options=[str(option) for option in each.get("options") or ()])
        for each in _dicts(about.get("questions"))
    ]
    return MessageItem(
        id=message.id,
        role=message.role,
        content=_without_questions(message.content, questions),
        status=message.status,
        at=message.created_at,
        error=message.error_message,
        activity=str(about.get("activity_summary") or (" · ".join(steps[:3]) if steps else "")),
        activity_lines=steps,
        files=[_file_chip(each) for each in _dicts(about.get("assets"))],
        questions=questions,
        proposal_id=str(about.get("proposal_id") or ""),
        figures=[str(each) for each in about["figures"]] if isinstance(about.get("figures"), list) else [],
        is_result=bool(about.get("mission_id")),
        is_fixed=is_fixed,
        is_unsettled=message.status in {"interrupted", "failed"} and not about.get("kept"),
    )


def proposal_item(proposal: ProposalView) -> ProposalItem:
    """`proposal` as the card that asks for a yes."""
    return ProposalItem(
        id=proposal.id,
        name=proposal.name,
        goal=proposal.goal,
        criteria=list(proposal.success_criteria),
        reads=_names(proposal.inputs),
        yields=_said(proposal.outputs),
        hops=[str(hop.get("name", "")) for hop in proposal.hops],
        notes=list(proposal.notes),
    )


def initials(name: str) -> str:
    """One or two letters for an avatar."""
    parts = [part for part in name.replace("@", " ").split() if part]
    return "".join(part[0] for part in (parts[:1] + parts[-1:] if len(parts) > 1 else parts)).upper() or "?"


def _day(at: str, now: datetime) -> str:
    days = (now.date() - datetime.fromisoformat(at).date()) // timedelta(days=1)
    return "today" if days <= 0 else "yesterday" if days == 1 else "week" if days < 7 else "older"


def _mission_progress(row: WorkspaceRow) -> str:
    if not row.mission_total:
        return ""
    if row.mission_done >= row.mission_total:
        return f"{row.mission_total} {t('panel.of')} {row.mission_total}"
    return f"{t('panel.step')} {row.mission_done + 1} {t('panel.of')} {row.mission_total}"


def _file_chip(about: dict[str, Any]) -> FileChip:
    size = about.get("size_bytes")
    return FileChip(id=str(about.get("id", "")), name=str(about.get("name", "")), note=size_text(size) if size else "")


def _dicts(value: object) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list | tuple) else []


def _names(drafts: Sequence[dict[str, Any]]) -> list[str]:
    return [str(each.get("name", "")) for each in drafts] or [t("proposal.none")]


def _said(drafts: Sequence[dict[str, Any]]) -> list[str]:
    """What comes out, in the words a draft has for it, else its name; none twice."""
    words = [str(each.get("description") or each.get("name") or "").split(",")[0] for each in drafts]
    return list(dict.fromkeys(words)) or [t("proposal.none")]


def _without_questions(content: str, questions: Sequence[QuestionItem]) -> str:
    """The text of an answer without the questions it asks, which are drawn with their options as buttons."""
    drawn = {escape(each.text) for each in questions}
    drawn |= {f"- {escape(option)}" for each in questions for option in each.options}
    if not drawn:
        return content
    return "\n".join(line for line in content.splitlines() if line.strip() not in drawn).strip()
