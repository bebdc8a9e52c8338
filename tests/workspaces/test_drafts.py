from datetime import UTC, datetime

import pytest

from jambot.errors import InvalidInput, TooLarge
from jambot.workspaces.drafts import MOST_CHARS, DraftWrite, StoredDraft, checked, decide

NOW = datetime(2026, 1, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("stored", "revision", "typed", "base", "kind", "text", "after"),
    [
        ("", 0, "a", None, "save", "a", 1),  # the first text of all
        ("", 0, "a", 0, "save", "a", 1),
        ("a", 1, "ab", 1, "save", "ab", 2),  # typed over the present revision
        ("ab", 2, "", 2, "save", "", 3),  # cleared on purpose
        ("a", 1, "a", None, "same", "a", 1),  # equal texts never clash, whatever they are based on
        ("a", 7, "a", 3, "same", "a", 7),
        ("", 0, "", None, "same", "", 0),
        ("a", 1, "b", None, "clash", "a", 1),  # someone saved, and this one never looked
        ("a", 2, "b", 1, "clash", "a", 2),  # the same field typed twice
        ("ab", 2, "a", 1, "clash", "ab", 2),  # less than what is there
        ("ab", 2, "abc", 1, "save", "abc", 3),  # an acknowledgement got lost: nothing of "ab" is lost
        ("", 3, "sent already", 2, "clash", "", 3),  # typed before the message was sent
        ("a", 1, "b", 9, "clash", "a", 1),  # a revision that never was
    ],
)
def test_the_rule_of_drafts(stored, revision, typed, base, kind, text, after):
    verdict = decide(StoredDraft(text=stored, revision=revision), DraftWrite(text=typed, base_revision=base), NOW)
    assert (verdict.kind, verdict.stored.text, verdict.stored.revision) == (kind, text, after)


def test_a_moved_caret_is_saved_without_a_new_revision():
    stored = StoredDraft(text="abc", caret=3, revision=4)
    verdict = decide(stored, DraftWrite(text="abc", caret=1, base_revision=4), NOW)
    assert (verdict.kind, verdict.stored.caret, verdict.stored.revision) == ("save", 1, 4)


def test_what_cannot_be_a_draft_is_refused():
    with pytest.raises(TooLarge):
        checked(DraftWrite(text="x" * (MOST_CHARS + 1)))
    for wrong in (
        DraftWrite(text="", caret=-1),
        DraftWrite(text="", field=""),
        DraftWrite(text="", field="a b"),
        DraftWrite(text="", base_revision=-1),
    ):
        with pytest.raises(InvalidInput):
            checked(wrong)
    assert checked(DraftWrite(text="half \ud83d", caret=99)) == DraftWrite(text="half \ufffd", caret=6)
