"""A mission as it is proposed to its owner: checked, whole, and only words until it is accepted. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from jambot.errors import InvalidInput
from jambot.ids import ProposalId, is_id
from jambot.llm.draft import HopDraft, MissionDraft, ToAsset, draft_from_json, draft_to_json
from jambot.missions.facts import AskMode
from jambot.missions.validation import FindTool, chain_errors

MAX_NAME = 200  # characters
MAX_TEXT = 4_000  # characters
MAX_ASSETS = 50
MAX_HOPS = 20
MAX_STEPS = 50  # in one hop


class ProposalStatus(StrEnum):
    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    # The owner asked for a change, or the assistant proposed something else meanwhile.
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A checked draft with its id, which is also the key that makes accepting it twice one mission."""

    id: ProposalId
    draft: MissionDraft
    ask: AskMode = AskMode.SIDE_EFFECTS

    def to_json(self) -> dict[str, Any]:
        return {"id": self.id, "ask": self.ask.value, **draft_to_json(self.draft)}


class UnsoundProposal(InvalidInput):
    """This proposal cannot be carried out as it stands."""

    code = "unsound_proposal"

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__(" ".join(problems), problems=problems)
        self.problems = problems


def propose(
    proposal_id: ProposalId,
    draft: MissionDraft,
    find_tool: FindTool,
    tool_ids: Collection[str] = (),
    ask: AskMode = AskMode.SIDE_EFFECTS,
) -> Proposal:
    """The proposal for a sound draft. Raises UnsoundProposal with every problem at once."""
    problems = (*draft_errors(draft), *chain_errors(draft, find_tool, tool_ids))
    if problems:
        raise UnsoundProposal(problems)
    return Proposal(id=proposal_id, draft=draft, ask=ask)


def proposal_from_json(data: Mapping[str, Any]) -> Proposal:
    """The inverse of `Proposal.to_json`. Raises InvalidInput when `data` is not one."""
    try:
        proposal = Proposal(id=data["id"], ask=AskMode(data["ask"]), draft=draft_from_json(data))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidInput("This is not a mission proposal.") from error
    if not is_id(proposal.id):
        raise InvalidInput("This is not a mission proposal.")
    return proposal


def draft_errors(draft: MissionDraft) -> tuple[str, ...]:
    """What is wrong with the words of a draft, as sentences; its tool chain is looked at by `validation`."""
    return tuple(_draft_errors(draft))


def _draft_errors(draft: MissionDraft) -> Iterator[str]:
    yield from _text_errors("The mission's name", draft.name, MAX_NAME)
    yield from _text_errors("The goal", draft.goal, MAX_TEXT)
    if not 2 <= len(draft.success_criteria) <= 3:
        yield f"A mission needs 2 or 3 success criteria, not {len(draft.success_criteria)}."
    for criterion in draft.success_criteria:
        yield from _text_errors("A success criterion", criterion, MAX_TEXT)
    if not draft.outputs:
        yield "A mission needs at least one output."
    if len(draft.assets) > MAX_ASSETS:
        yield f"A mission has at most {MAX_ASSETS} assets, not {len(draft.assets)}."
    for asset in draft.assets:
        yield from _text_errors("An asset's name", asset.name, MAX_NAME)
    for name, count in Counter(asset.name for asset in draft.assets).items():
        if count > 1:
            yield f'The asset "{name}" is named {count} times.'
    for asset in draft.inputs:
        if asset.asset_id is None:
            yield f'The input "{asset.name}" is missing; upload it first.'
        elif not is_id(asset.asset_id):
            yield f'The input "{asset.name}" does not refer to an asset.'
    yield from _hops_errors(draft.hops)
    yield from _output_errors(draft)


def _hops_errors(hops: tuple[HopDraft, ...]) -> Iterator[str]:
    if len(hops) > MAX_HOPS:
        yield f"A mission has at most {MAX_HOPS} hops, not {len(hops)}."
    for place, hop in enumerate(hops):
        yield from _text_errors("A hop's name", hop.name, MAX_NAME)
        yield from _text_errors(f'The goal of the hop "{hop.name}"', hop.goal, MAX_TEXT)
        if hop.is_final and place != len(hops) - 1:
            yield f'The hop "{hop.name}" is final, but others come after it.'
        if len(hop.steps) > MAX_STEPS:
            yield f'The hop "{hop.name}" has more than {MAX_STEPS} steps.'
        for step in hop.steps:
            yield from _text_errors("A step's name", step.name, MAX_NAME)


def _output_errors(draft: MissionDraft) -> Iterator[str]:
    # Hops may still be designed later; once the final one is there, everything promised must be made by someone.
    if not draft.hops or not draft.hops[-1].is_final or not all(hop.steps for hop in draft.hops):
        return
    steps = [step for hop in draft.hops for step in hop.steps]
    made = {target.asset for step in steps for target in step.result_mapping.values() if isinstance(target, ToAsset)}
    for asset in draft.outputs:
        if asset.name not in made:
            yield f'No step makes the output "{asset.name}".'


def _text_errors(what: str, text: str, longest: int) -> Iterator[str]:
    if not text.strip():
        yield f"{what} is empty."
    elif len(text) > longest:
        yield f"{what} has {len(text)} characters; at most {longest} are allowed."
