"""What a mission says in the chat when it is over or cannot go on by itself."""

from __future__ import annotations

from datetime import datetime

from jambot.db import Tx
from jambot.db.models import Asset, MessageRole, ToolStep, UserSession
from jambot.db.repositories.missions import MissionRows
from jambot.missions.lifecycle import StepStatus
from jambot.tools.markdown import escape
from jambot.tools.strings import Language, counted, language_of, say
from jambot.workspaces import conversation

MOST_FINDINGS = 6_000  # characters


def tell_done(tx: Tx, rows: MissionRows, workspace: UserSession, *, now: datetime) -> None:
    """Say what the mission found, in the commit that completes it. A workspace in the Trash is told nothing."""
    outputs = [asset for asset in rows.assets.values() if asset.role == "output" and asset.scope_id == rows.mission.id]
    said = [say(_language(rows), "mission.done", name=escape(rows.mission.name))]
    said += [text for asset in outputs if (text := _findings(asset))]
    _say(tx, rows, workspace, "\n\n".join(said), outputs, now=now)


def tell_stuck(tx: Tx, rows: MissionRows, workspace: UserSession, *, now: datetime) -> None:
    """Say which step failed, and that nothing runs until somebody decides."""
    failed = next((step for step in rows.steps if step.status == StepStatus.FAILED), None)
    language, name = _language(rows), escape(rows.mission.name)
    if failed:
        error = escape(failed.error_message or "")
        words = say(language, "mission.stuck_at", name=name, step=escape(failed.name), error=error)
    else:
        words = say(language, "mission.stuck", name=name)
    words += f"\n\n{say(language, 'mission.decide')}"
    _say(tx, rows, workspace, words, [], now=now)


def _say(
    tx: Tx, rows: MissionRows, workspace: UserSession, content: str, outputs: list[Asset], *, now: datetime
) -> None:
    if workspace.deleted_at is not None:
        return
    metadata = {
        "mission_id": rows.mission.id,
        "figures": [asset.id for asset in outputs if asset.type == "chart"],
        "activity": [{"label": step.name} for step in rows.steps if step.status == StepStatus.COMPLETED],
        "activity_summary": _summary(rows.steps, _language(rows)),
    }
    conversation.append(
        tx, workspace, role=MessageRole.ASSISTANT, content=content, now=now, metadata=metadata, is_activity=False
    )


def _findings(asset: Asset) -> str:
    if asset.type != "text" or not asset.content:
        return ""
    text = asset.content.strip()
    return text if len(text) <= MOST_FINDINGS else f"{text[:MOST_FINDINGS].rsplit(chr(10), 1)[0]}\n\n…"


def _summary(steps: list[ToolStep], language: Language) -> str:
    """Such as `5 steps`; empty when none is done."""
    done = sum(step.status == StepStatus.COMPLETED for step in steps)
    return counted(language, "step", done) if done else ""


def _language(rows: MissionRows) -> Language:
    """What the mission is written in, as its steps were told."""
    told = (step.parameter_mapping.get("language") for step in rows.steps)
    literals = [source["literal"] for source in told if isinstance(source, dict) and "literal" in source]
    return language_of({"language": literals[0]}) if literals else "en"
