"""What the sidebar, the history and the conversation draw."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from jambot.clock import iso
from jambot.web.asset_items import asset_item, results_first, size_text
from jambot.web.view_models import group_by_day, initials, message_item, proposal_item, segments, session_item
from jambot.workspaces.view import AssetView, MessageView, ProposalView, WorkspaceRow

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def row(name: str = "Work", *, ago: timedelta = timedelta(), pinned: bool = False, **changes) -> WorkspaceRow:
    made = WorkspaceRow(
        id=f"id of {name}",
        name=name,
        preview="",
        status="active",
        state="idle",
        pinned=pinned,
        mission_status=None,
        mission_done=0,
        mission_total=0,
        asset_count=0,
        message_count=1,
        last_activity_at=iso(NOW - ago),
        created_at=iso(NOW - ago),
        is_demo=False,
        deleted_at=None,
        last_device="",
    )
    return replace(made, **changes)


def test_the_sidebar_groups_by_day_and_leaves_empty_groups_out() -> None:
    rows = [
        session_item(each, NOW)
        for each in (
            row("pinned and old", ago=timedelta(days=40), pinned=True),
            row("this morning", ago=timedelta(hours=3)),
            row("yesterday evening", ago=timedelta(hours=14)),
            row("six days", ago=timedelta(days=6)),
            row("a month", ago=timedelta(days=30)),
        )
    ]
    groups = {group.title: [each.name for each in group.rows] for group in group_by_day(rows, NOW)}
    assert groups == {
        "Pinned": ["pinned and old"],
        "Today": ["this morning"],
        "Yesterday": ["yesterday evening"],
        "Last 7 days": ["six days"],
        "Older": ["a month"],
    }
    assert [group.title for group in group_by_day(rows[1:2], NOW)] == ["Today"]


@pytest.mark.parametrize(
    ("done", "total", "state", "expected"),
    [
        (0, 0, "idle", []),
        (0, 2, "idle", ["open", "open"]),
        (1, 3, "running", ["done", "running", "open"]),
        (3, 3, "done", ["done", "done", "done"]),
        (2, 3, "failed", ["done", "done", "failed"]),
        # More hops than fit are drawn as eight pieces of the same share.
        (8, 16, "waiting", ["done"] * 4 + ["waiting"] + ["open"] * 3),
    ],
)
def test_the_bar_of_a_mission_shows_what_is_done_and_where_it_is(
    done: int, total: int, state: str, expected: list[str]
) -> None:
    assert segments(done, total, state) == expected


def test_a_row_says_the_state_in_words_and_how_far_the_mission_is() -> None:
    item = session_item(row(state="waiting", mission_done=4, mission_total=7), NOW)
    assert (item.word, item.mission) == ("Waiting for you", "Step 5 of 7")
    assert session_item(row(mission_done=3, mission_total=3), NOW).mission == "3 of 3"


def test_a_workspace_nobody_named_still_has_something_to_click() -> None:
    assert session_item(row(""), NOW).name == "New workspace"


def message(status: str = "complete", **metadata) -> MessageView:
    return MessageView(
        id="m", sequence=1, role="assistant", content="text", status=status, created_at=iso(NOW), metadata=metadata
    )


@pytest.mark.parametrize(
    ("status", "asks"), [("complete", False), ("streaming", False), ("interrupted", True), ("failed", True)]
)
def test_only_an_answer_that_stopped_half_way_asks_what_to_do(status: str, asks: bool) -> None:
    assert message_item(message(status)).is_unsettled is asks


def test_metadata_of_an_unknown_shape_costs_nothing_but_itself() -> None:
    item = message_item(message(assets="none", questions=[{"text": "Which year?", "options": None}, 7], activity={}))
    assert (item.files, item.activity) == ([], "")
    assert [question.text for question in item.questions] == ["Which year?"]


def asset(**changes) -> AssetView:
    made = AssetView(
        id="a",
        name="orders.csv",
        type="table",
        subtype="text/csv",
        role="input",
        status="ready",
        size_bytes=1_900_000,
        summary="",
        created_at=iso(NOW),
        metadata={"profile": {"row_count": 12480, "column_count": 14}},
    )
    return replace(made, **changes)


def test_an_asset_says_what_it_is_and_how_large() -> None:
    assert asset_item(asset()).note == "Table · 12,480 rows × 14 columns · 1.9 MB"


def test_what_is_not_made_yet_cannot_be_downloaded() -> None:
    planned = asset_item(asset(status="proposed"))
    assert (planned.download, planned.word) == ("", "Planned")
    assert asset_item(asset()).download == "/api/assets/a/content"


def test_only_pictures_are_shown_in_the_page() -> None:
    assert asset_item(asset(subtype="image/png")).picture == "/api/assets/a/content?inline=1"
    assert asset_item(asset(subtype="text/html")).picture == ""


@pytest.mark.parametrize(
    ("size", "words"), [(0, "0 B"), (999, "999 B"), (1_400, "1.4 KB"), (18_000, "18 KB"), (2_500_000_000, "2.5 GB")]
)
def test_sizes_are_rounded_for_reading(size: int, words: str) -> None:
    assert size_text(size) == words


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Annika Vogel", "AV"), ("ada@example.org", "AE"), ("Prince", "P"), ("", "?"), ("Ana Maria Costa", "AC")],
)
def test_an_avatar_has_one_or_two_letters(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_results_come_in_the_order_people_look_for_them() -> None:
    kinds = [("table", ""), ("file", "image/png"), ("text", "text/markdown"), ("file", "text/html"), ("chart", "")]
    listed = results_first([asset(name=f"{kind} {form}", type=kind, subtype=form) for kind, form in kinds])
    assert [each.type for each in listed] == ["chart", "file", "text", "file", "table"]
    assert [asset_item(each).note.split(" · ")[0] for each in listed[1::2]] == ["HTML", "PNG"]


def asked(content: str = "Which one?\n\n- Net \\*\n- Gross") -> MessageView:
    questions = [{"id": "x", "text": "Which one?", "options": ["Net *", "Gross"]}]
    return replace(message(questions=questions), content=content)


def test_questions_are_drawn_once_and_other_words_stay() -> None:
    assert message_item(asked()).content == ""
    assert message_item(asked("I looked.\n\nWhich one?\n\n- Net \\*\n- Gross")).content == "I looked."
    assert [each.options for each in message_item(asked()).questions] == [["Net *", "Gross"]]


def test_what_a_mission_found_is_a_result_with_its_charts() -> None:
    item = message_item(message(mission_id="m", figures=["a"]))
    assert (item.is_result, item.figures) == (True, ["a"])


def test_a_proposal_says_what_comes_out_in_words() -> None:
    outputs = ({"name": "R.html", "description": "The report, to open"}, {"name": "Figures"}, {"name": "Figures"})
    proposal = ProposalView(
        id="p", status="open", name="N", goal="", description="", success_criteria=(), inputs=(), outputs=outputs,
        hops=(),
    )  # fmt: skip
    assert proposal_item(proposal).yields == ["The report", "Figures"]
