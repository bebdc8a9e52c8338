"""What to do with typed text that arrives: the rule that no two devices' words may eat each other. Pure.

The server's revision is the only clock. A write says which revision it was typed over; times are never compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from jambot.clean import clean_text
from jambot.clock import iso
from jambot.errors import InvalidInput, TooLarge

MOST_CHARS = 256 * 1024
MOST_FIELD_CHARS = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDraft:
    """A draft as the database has it. Revision 0 = never saved; empty text = sent or cleared."""

    text: str = ""
    caret: int = 0
    revision: int = 0
    device_id: str = ""
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftWrite:
    """Text as somebody typed it over `base_revision`; None when they never saw a saved one."""

    text: str
    caret: int = 0
    base_revision: int | None = None
    device_id: str = ""
    field: str = "composer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`save` writes `stored`; `same` has nothing to write; `clash` keeps `stored` and asks the person."""

    kind: Literal["save", "same", "clash"]
    stored: StoredDraft


def decide(stored: StoredDraft, write: DraftWrite, now: datetime) -> Verdict:
    """Whether `write` may replace `stored`.

    Equal texts never clash. Text typed over the present revision replaces it. Text typed over an older one replaces
    the present one only when it contains all of it and there is some: a lost acknowledgement, not a second author. An
    empty present text was sent or cleared on purpose, so older typing may not bring it back unasked.
    """
    if write.text == stored.text:
        moved = write.base_revision == stored.revision and stored.revision > 0 and write.caret != stored.caret
        return Verdict(kind="save", stored=_after(write, stored.revision, now)) if moved else _same(stored)
    is_current = (write.base_revision or 0) == stored.revision
    if is_current or (stored.text and write.text.startswith(stored.text)):
        return Verdict(kind="save", stored=_after(write, stored.revision + 1, now))
    return Verdict(kind="clash", stored=stored)


def checked(write: DraftWrite, *, device_id: str = "") -> DraftWrite:
    """`write` as it may be stored, marked as typed on `device_id`.

    Raises:
        TooLarge: more than 256 Ki characters.
        InvalidInput: the caret or the field's name cannot be.
    """
    if len(write.text) > MOST_CHARS:
        raise TooLarge("This draft is too long to be saved here. Attach it as a file.")
    if not 0 <= write.caret <= MOST_CHARS or (write.base_revision or 0) < 0:
        raise InvalidInput("caret and base_revision must not be negative.")
    if not write.field.isidentifier() or len(write.field) > MOST_FIELD_CHARS:
        raise InvalidInput("field must be a short name.")
    text = clean_text(write.text)
    return DraftWrite(
        text=text,
        caret=min(write.caret, len(text)),
        base_revision=write.base_revision,
        device_id=device_id,
        field=write.field,
    )


def as_current(stored: StoredDraft) -> dict[str, Any]:
    """The other text, as the answer to a clash shows it."""
    return {
        "text": stored.text,
        "caret": stored.caret,
        "revision": stored.revision,
        "device_id": stored.device_id,
        "updated_at": None if stored.updated_at is None else iso(stored.updated_at),
    }


def _after(write: DraftWrite, revision: int, now: datetime) -> StoredDraft:
    return StoredDraft(text=write.text, caret=write.caret, revision=revision, device_id=write.device_id, updated_at=now)


def _same(stored: StoredDraft) -> Verdict:
    return Verdict(kind="same", stored=stored)
