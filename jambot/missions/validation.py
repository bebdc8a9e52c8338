"""Whether a chain of tool steps can run at all, found out before it starts. Pure.

Every error is found in one pass and says what exists, so that it can be corrected in one go.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field

from jambot.llm.draft import FromAsset, HopDraft, MissionDraft, ToAsset, ToolStepDraft
from jambot.tools.registry import Tool

FindTool = Callable[[str], Tool | None]


def chain_errors(draft: MissionDraft, find_tool: FindTool, tool_ids: Collection[str] = ()) -> tuple[str, ...]:
    """Everything that would stop the steps of `draft`, as sentences in the order of the steps; empty when none.

    `tool_ids` are the tools there are, for the sentence about one there is not.
    """
    board = _Board(
        declared={asset.name for asset in draft.assets},
        ready={asset.name for asset in draft.inputs},
        makers=_makers(draft),
    )
    found: list[str] = []
    for hop in draft.hops:
        for step in hop.steps:
            found.extend(_step_errors(step, find_tool(step.tool_id), board, tool_ids))
        found.extend(_hop_errors(hop, board))
    return tuple(found)


@dataclass(slots=True)
class _Board:
    """Asset names on the way through the chain: declared at all, there by now, and by which step each is made."""

    declared: set[str]
    ready: set[str]
    makers: dict[str, str]
    made: dict[str, str] = field(default_factory=dict)


def _makers(draft: MissionDraft) -> dict[str, str]:
    return {
        target.asset: step.name
        for hop in draft.hops
        for step in hop.steps
        for target in step.result_mapping.values()
        if isinstance(target, ToAsset)
    }


def _step_errors(step: ToolStepDraft, tool: Tool | None, board: _Board, tool_ids: Collection[str]) -> Iterator[str]:
    if tool is None:
        yield f'Step "{step.name}": there is no tool "{step.tool_id}". Tools: {_listed(tool_ids)}.'
    else:
        yield from _name_errors(step, tool)
    for parameter, source in step.parameter_mapping.items():
        if isinstance(source, FromAsset):
            yield from _source_errors(step, parameter, source.asset, board)
    for target in step.result_mapping.values():
        if isinstance(target, ToAsset):
            yield from _target_errors(step, target.asset, board)


def _name_errors(step: ToolStepDraft, tool: Tool) -> Iterator[str]:
    for parameter in step.parameter_mapping:
        if parameter not in tool.parameters:
            yield (
                f'Step "{step.name}": {tool.id} has no parameter "{parameter}". Parameters: {_listed(tool.parameters)}.'
            )
    for parameter in tool.required:
        if parameter not in step.parameter_mapping:
            yield f'Step "{step.name}": {tool.id} needs the parameter "{parameter}".'
    for result in step.result_mapping:
        if result not in tool.outputs:
            yield f'Step "{step.name}": {tool.id} has no result "{result}". Results: {_listed(tool.outputs)}.'


def _source_errors(step: ToolStepDraft, parameter: str, asset: str, board: _Board) -> Iterator[str]:
    if asset not in board.declared:
        yield (
            f'Step "{step.name}": the parameter "{parameter}" refers to "{asset}", which does not exist. '
            f"Assets: {_listed(board.declared)}."
        )
    elif asset not in board.ready:
        maker = board.makers.get(asset)
        when = f'it is made by "{maker}"' if maker else "no step makes it"
        yield f'Step "{step.name}": "{asset}" is not available yet for the parameter "{parameter}"; {when}.'


def _target_errors(step: ToolStepDraft, asset: str, board: _Board) -> Iterator[str]:
    if asset not in board.declared:
        yield (
            f'Step "{step.name}": its result goes to "{asset}", which does not exist. '
            f"Assets: {_listed(board.declared)}."
        )
    elif asset in board.made:
        yield f'Step "{step.name}": "{asset}" is already made by "{board.made[asset]}".'
    elif asset in board.ready:
        yield f'Step "{step.name}": "{asset}" is an input and cannot be overwritten.'
    board.made.setdefault(asset, step.name)
    board.ready.add(asset)


def _hop_errors(hop: HopDraft, board: _Board) -> Iterator[str]:
    for name in hop.inputs:
        if name not in board.declared:
            yield f'Hop "{hop.name}": its input "{name}" does not exist. Assets: {_listed(board.declared)}.'
    if hop.steps and hop.output not in board.ready:
        yield f'Hop "{hop.name}": none of its steps makes its output "{hop.output}".'


def _listed(names: Collection[str]) -> str:
    return ", ".join(sorted(names)) or "none"
