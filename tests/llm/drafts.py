"""Runs a draft from front to back with the real tools, the way a mission would, without a database."""

from __future__ import annotations

from typing import Any

from jambot.llm.draft import FromAsset, Literal, MissionDraft, ToAsset
from jambot.tools import ToolContext, ToolOutput, get_tool


def carry_out(draft: MissionDraft, files: dict[str, bytes]) -> dict[str, ToolOutput | bytes]:
    """Every asset by name. The inputs are those of `files`; the rest is what the steps made."""
    assets: dict[str, Any] = dict(files)
    for hop in draft.hops:
        for step in hop.steps:
            names = {p: s.asset for p, s in step.parameter_mapping.items() if isinstance(s, FromAsset)}
            inputs = {
                parameter: source.value if isinstance(source, Literal) else _content(assets[source.asset])
                for parameter, source in step.parameter_mapping.items()
            }
            result = get_tool(step.tool_id).run(inputs, ToolContext(input_names=names))
            for output, target in step.result_mapping.items():
                if isinstance(target, ToAsset):
                    assets[target.asset] = result.outputs[output]
    return assets


def _content(asset: ToolOutput | bytes) -> Any:
    if isinstance(asset, bytes):
        return asset
    return asset.content if asset.content is not None else asset.value
