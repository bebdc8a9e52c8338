"""What of a page belongs to a workspace is known for every variable, so that none is shown with the wrong one."""

from __future__ import annotations

import pytest

from jambot.web.states.jambot import JamBotState
from jambot.web.states.opening import FRESH, KEPT, OF_THE_TAB
from jambot.web.states.session import SessionState
from jambot.web.states.stream import OlderState, StreamState


@pytest.mark.parametrize(
    ("role", "state"),
    [("page", JamBotState), ("session", SessionState), ("stream", StreamState), ("older", OlderState)],
)
def test_every_variable_belongs_to_the_workspace_or_starts_anew_or_belongs_to_the_tab(role, state):
    named = [*KEPT[role], *FRESH[role], *OF_THE_TAB[role]]

    assert sorted(named) == sorted(state.base_vars)
