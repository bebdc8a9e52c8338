"""Every tool describes itself truly."""

from __future__ import annotations

import json

import pytest

from jambot.tools import ToolError, all_tools, find_tool, get_tool


def test_the_shipped_tools_are_found_by_themselves() -> None:
    ids = [tool.id for tool in all_tools()]
    assert ids == sorted(ids)
    assert {"chart", "profile_table", "query_table", "summarize", "write_report"} <= set(ids)


@pytest.mark.parametrize("tool", all_tools(), ids=lambda tool: tool.id)
def test_a_tool_has_a_schema_outputs_and_limits(tool) -> None:
    json.dumps(tool.input_schema)
    assert set(tool.required) <= set(tool.parameters)
    assert tool.outputs
    assert tool.timeout_s > 0
    assert tool.title
    assert tool.description.endswith(".")


def test_an_unknown_tool_is_refused_with_the_ones_there_are() -> None:
    assert find_tool("nope") is None
    with pytest.raises(ToolError, match="profile_table"):
        get_tool("nope")
