import pytest

from jambot.errors import InvalidInput, TooLarge
from jambot.workspaces import place
from jambot.workspaces.away import Happened, away_lines
from jambot.workspaces.place import Sight


def happened(*events):
    return [Happened(sequence=n, kind=kind, data=data) for n, (kind, data) in enumerate(events, 1)]


def test_the_spot_goes_with_the_work_and_the_layout_stays_with_the_device():
    here = {"message": "m", "offset": 4, "sidebar": False, "panel_width": 420}
    assert place.spot_of(here) == {"message": "m", "offset": 4}
    record = place.device_record({}, [Sight(workspace_id="w", place=here, last_event=7)])
    assert record == {"layout": {"sidebar": False, "panel_width": 420}, "seen": {"w": 7}}
    assert place.restored({"message": "n"}, record) == {"message": "n", "sidebar": False, "panel_width": 420}


def test_a_device_remembers_its_last_hundred_workspaces():
    sights = [Sight(workspace_id=f"w{n}", place={}, last_event=n) for n in range(150)]
    record = place.device_record({"seen": {"w0": 1}}, [*sights, Sight(workspace_id="w1", place={}, last_event=9)])
    assert len(record["seen"]) == 100
    assert list(record["seen"])[-1] == "w1"
    assert "w0" not in record["seen"]


@pytest.mark.parametrize("damaged", [None, [], "x", {"layout": 3, "seen": "y"}])
def test_a_damaged_record_is_an_empty_one(damaged):
    assert place.restored({}, damaged) == {}
    assert place.seen_up_to("w", damaged, [damaged]) is None
    assert place.device_record(damaged, [Sight(workspace_id="w", place={}, last_event=1)])["seen"] == {"w": 1}


@pytest.mark.parametrize("damaged", [None, [], "x"])
def test_a_damaged_spot_leaves_the_layout(damaged):
    assert place.restored(damaged, {"layout": {"sidebar": False}}) == {"sidebar": False}


def test_what_a_device_has_seen_is_its_own_or_the_most_any_other_has():
    assert place.seen_up_to("w", {"seen": {"w": 3}}, [{"seen": {"w": 9}}]) == 3
    assert place.seen_up_to("w", {}, [{"seen": {"w": 4}}, {"seen": {"w": 9}}, {}]) == 9
    assert place.seen_up_to("w", None, []) is None


def test_a_place_is_a_small_object_of_json():
    for wrong in ("x", None, [1], {"x": float("nan")}, {"x": object()}):
        with pytest.raises(InvalidInput):
            place.checked(wrong)
    with pytest.raises(TooLarge):
        place.checked({"x": "y" * 9000})


def test_quiet_times_have_no_lines():
    assert away_lines([]) == ()
    assert away_lines(happened(("message.added", {}), ("workspace.renamed", {}), ("unknown", {"status": "x"}))) == ()


def test_what_needs_the_person_comes_first_and_the_like_is_counted():
    lines = away_lines(
        happened(
            ("message.settled", {"message_id": "m1", "status": "complete"}),
            ("message.settled", {"message_id": "m2", "status": "complete"}),
            ("step.progress", {"step_id": "s", "status": "failed"}),
            ("mission.changed", {"mission_id": "x", "status": "awaiting_approval"}),
        )
    )
    assert [(line.text, line.target) for line in lines] == [
        ("The mission waits for you", "x"),
        ("A step failed", "s"),
        ("2 answers arrived", "m2"),
    ]


def test_only_the_last_state_of_a_mission_is_told():
    lines = away_lines(
        happened(
            ("mission.changed", {"mission_id": "x", "status": "failed"}),
            ("mission.changed", {"mission_id": "x", "status": "in_progress"}),
            ("mission.changed", {"mission_id": "x", "status": "completed"}),
            ("proposal.changed", {"proposal_id": "p", "status": "pending"}),
            ("proposal.changed", {"proposal_id": "p", "status": "accepted"}),
        )
    )
    assert [line.text for line in lines] == ["The mission is finished"]


def test_never_more_than_five_lines():
    kinds = [("mission.changed", status) for status in ("failed", "paused", "completed", "cancelled")]
    kinds += [("step.progress", "failed"), ("message.settled", "failed"), ("asset.changed", "ready")]
    events = [(kind, {"status": status, "mission_id": str(n)}) for n, (kind, status) in enumerate(kinds)]
    assert len(away_lines(happened(*events))) == 5
