import pytest

from jambot.auth.preferences import Preferences, changed, read
from jambot.errors import InvalidInput


def test_a_choice_changes_that_and_nothing_else():
    assert changed(Preferences(), density="comfortable") == Preferences(density="comfortable")


def test_hidden_columns_stand_in_the_order_of_the_table_and_each_once():
    assert changed(Preferences(), hidden_columns=["device", "state", "device"]).hidden_columns == ("state", "device")


@pytest.mark.parametrize(
    "values",
    [
        {"density": "cosy"},
        {"send_key": None},
        {"send_key": ["enter"]},
        {"hidden_columns": ["title"]},
        {"hidden_columns": "state"},
        {"hidden_columns": [["state"]]},
        {"theme": "dark"},
    ],
)
def test_what_cannot_be_chosen_is_refused(values):
    with pytest.raises(InvalidInput):
        changed(Preferences(), **values)


def test_what_another_version_stored_is_read_as_far_as_it_is_known():
    stored = {"density": "comfortable", "send_key": "alt", "sidebar_width": 300}
    assert read(stored) == Preferences(density="comfortable")
    assert read({}) == Preferences()
