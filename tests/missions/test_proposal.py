from __future__ import annotations

import json
from dataclasses import replace

import pytest

from jambot.errors import InvalidInput
from jambot.ids import ProposalId, new_id
from jambot.missions.facts import AskMode
from jambot.missions.proposal import UnsoundProposal, draft_errors, proposal_from_json, propose
from tests.missions.drafts import DRAFT, HOP, PROFILE_STEP, TOOLS

ID = ProposalId(new_id())
ASSET = DRAFT.inputs[0]


def with_hops(*hops):
    return replace(DRAFT, hops=hops)


def test_a_sound_draft_becomes_a_proposal_that_survives_json():
    proposal = propose(ID, DRAFT, TOOLS.get, TOOLS, ask=AskMode.RUN_ALL)
    assert proposal_from_json(json.loads(json.dumps(proposal.to_json()))) == proposal


@pytest.mark.parametrize(
    ("draft", "problem"),
    [
        (replace(DRAFT, name="  "), "The mission's name is empty."),
        (replace(DRAFT, name="x" * 201), "The mission's name has 201 characters; at most 200 are allowed."),
        (replace(DRAFT, goal=""), "The goal is empty."),
        (replace(DRAFT, success_criteria=("one",)), "A mission needs 2 or 3 success criteria, not 1."),
        (replace(DRAFT, success_criteria=("a", "b", "c", "d")), "A mission needs 2 or 3 success criteria, not 4."),
        (replace(DRAFT, success_criteria=("a", "")), "A success criterion is empty."),
        (replace(DRAFT, outputs=()), "A mission needs at least one output."),
        (replace(DRAFT, outputs=DRAFT.inputs, hops=()), 'The asset "sales" is named 2 times.'),
        (replace(DRAFT, inputs=(replace(ASSET, asset_id=None),)), 'The input "sales" is missing; upload it first.'),
        (replace(DRAFT, inputs=(replace(ASSET, asset_id="x"),)), 'The input "sales" does not refer to an asset.'),
        (
            replace(DRAFT, hops=(HOP, replace(HOP, is_final=False))),
            'The hop "Understand" is final, but others come after it.',
        ),
        (with_hops(replace(HOP, goal="")), 'The goal of the hop "Understand" is empty.'),
        (replace(DRAFT, hops=(replace(HOP, is_final=False),) * 21), "A mission has at most 20 hops, not 21."),
        (
            replace(DRAFT, hops=(replace(HOP, steps=(PROFILE_STEP,) * 51),)),
            'The hop "Understand" has more than 50 steps.',
        ),
        (with_hops(replace(HOP, steps=(PROFILE_STEP,))), 'No step makes the output "report".'),
    ],
)
def test_every_flaw_in_a_draft_is_a_sentence(draft, problem):
    assert problem in draft_errors(draft)


def test_a_sound_draft_has_no_flaw():
    assert draft_errors(DRAFT) == ()


def test_hops_may_be_designed_after_the_mission_is_accepted():
    assert draft_errors(replace(DRAFT, hops=())) == ()


def test_an_unsound_draft_is_refused_with_every_problem_at_once():
    odd = replace(DRAFT, name="", hops=(replace(HOP, steps=(replace(PROFILE_STEP, tool_id="gone"),)),))
    with pytest.raises(UnsoundProposal) as refused:
        propose(ID, odd, TOOLS.get, TOOLS)
    assert len(refused.value.problems) == 4
    assert refused.value.status == 422


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"id": ID, "ask": "run_all"},
        {"id": ID, "ask": "never", "draft": {}},
        {"id": 3, "ask": "run_all"},
    ],
)
def test_what_is_not_a_proposal_is_refused(data):
    with pytest.raises(InvalidInput):
        proposal_from_json(data)


def test_a_proposal_with_a_malformed_id_is_refused():
    data = propose(ID, DRAFT, TOOLS.get, TOOLS).to_json()
    with pytest.raises(InvalidInput):
        proposal_from_json({**data, "id": "../../x"})
