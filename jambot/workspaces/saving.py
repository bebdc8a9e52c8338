"""The one unit of work that writes dirty drafts and places of any number of workspaces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from jambot.clock import iso
from jambot.db.repositories import drafts as rows
from jambot.db.unit_of_work import Tx
from jambot.events.types import WorkspaceSaved
from jambot.failpoint import failpoint
from jambot.workspaces import place
from jambot.workspaces.drafts import DraftWrite, StoredDraft, Verdict, decide


@dataclass(frozen=True, slots=True, kw_only=True)
class Dirty:
    """What one device changed in one workspace and nobody has written yet."""

    workspace_id: str
    user_id: str
    device_id: str
    since: datetime
    drafts: Mapping[str, DraftWrite] = field(default_factory=dict)
    place: Mapping[str, Any] | None = None

    def under(self, newer: Dirty) -> Dirty:
        """Both together, where `newer` wins."""
        return Dirty(
            workspace_id=self.workspace_id,
            user_id=self.user_id,
            device_id=self.device_id,
            since=min(self.since, newer.since),
            drafts={**self.drafts, **newer.drafts},
            place=self.place if newer.place is None else newer.place,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """The answer to a save. `draft` is None when there was no text in it."""

    draft: StoredDraft | None
    saved_at: datetime


Verdicts = dict[str, Verdict]
"""The verdict on each draft of one `Dirty`, by field."""


def write_batch(tx: Tx, batch: Sequence[Dirty], now: datetime) -> list[Verdicts | None]:
    """Write `batch`, older values first; whatever is not its author's, gone or in the trash is left out.

    Returns:
        One answer for each of `batch`, None for what was left out.
    """
    owners = rows.hold_open(tx, {each.workspace_id for each in batch})
    mine = [each for each in batch if owners.get(each.workspace_id) == each.user_id]
    answers = _write_drafts(tx, mine, now)
    failpoint("autosave.in_unit")
    _write_places(tx, [each for each in mine if each.place is not None], now)
    at = iso(now)
    for each, verdicts in zip(mine, answers, strict=True):
        if saved := _saved(each, verdicts, at):
            tx.emit(saved)
    failpoint("autosave.before_commit")
    by_change = {id(each): verdicts for each, verdicts in zip(mine, answers, strict=True)}
    return [by_change.get(id(each)) for each in batch]


def stored_draft(row: Any | None) -> StoredDraft:
    """A draft's row as the rule sees it."""
    if row is None:
        return StoredDraft()
    return StoredDraft(
        text=row.text, caret=row.caret, revision=row.revision, device_id=row.device_id, updated_at=row.updated_at
    )


def _saved(change: Dirty, verdicts: Verdicts, at: str) -> WorkspaceSaved | None:
    written = {name: verdict.stored.revision for name, verdict in verdicts.items() if verdict.kind == "save"}
    fields = (*written, *(("place",) if change.place is not None else ()))
    if not fields:
        return None
    return WorkspaceSaved(
        workspace_id=change.workspace_id,
        user_id=change.user_id,
        fields=fields,
        revision=max(written.values(), default=0),
        at=at,
        device_id=change.device_id,
    )


def _write_drafts(tx: Tx, mine: Sequence[Dirty], now: datetime) -> list[Verdicts]:
    written_in = {each.workspace_id for each in mine if each.drafts}
    if not written_in:
        return [{} for _ in mine]
    seen = rows.of_workspaces(tx, written_in)
    present = {key: stored_draft(row) for key, row in seen.items()}
    changed: dict[tuple[str, str], tuple[rows.DraftRow, str]] = {}
    answers: list[Verdicts] = []
    for each in mine:
        verdicts: Verdicts = {}
        for write in each.drafts.values():
            here = (each.workspace_id, write.field)
            verdict = verdicts[write.field] = decide(present.get(here, StoredDraft()), write, now)
            if verdict.kind == "save":
                present[here] = verdict.stored
                changed[here] = _draft_row(each.workspace_id, write.field, verdict.stored, now), each.user_id
        answers.append(verdicts)
    rows.replace(tx, [row for here, (row, _) in changed.items() if here in seen])
    rows.put(tx, [made for here, made in changed.items() if here not in seen])
    return answers


def _draft_row(workspace_id: str, name: str, stored: StoredDraft, now: datetime) -> rows.DraftRow:
    at = stored.updated_at or now
    return rows.DraftRow(workspace_id, name, stored.text, stored.caret, stored.revision, stored.device_id, at)


def _write_places(tx: Tx, placed: Sequence[Dirty], now: datetime) -> None:
    if not placed:
        return
    rows.set_spots(tx, [(place.spot_of(each.place or {}), each.workspace_id) for each in placed])
    events = rows.last_events(tx, {each.workspace_id for each in placed})
    records = rows.device_places(tx, {each.user_id for each in placed})
    by_device: dict[tuple[str, str], list[place.Sight]] = {}
    for each in placed:
        if each.device_id:
            sight = place.Sight(
                workspace_id=each.workspace_id, place=each.place or {}, last_event=events.get(each.workspace_id, 0)
            )
            by_device.setdefault((each.user_id, each.device_id), []).append(sight)
    rows.put_places(
        tx,
        [
            (*whose, sights[-1].workspace_id, place.device_record(records.get(whose), sights), now)
            for whose, sights in by_device.items()
        ],
    )
