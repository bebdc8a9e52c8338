"""Drafts of missions and the tools they name: for proposals and chains."""

from __future__ import annotations

from dataclasses import replace

from jambot.ids import new_id
from jambot.llm.draft import AssetDraft, Discard, FromAsset, HopDraft, Literal, MissionDraft, ToAsset, ToolStepDraft
from jambot.tools.registry import Tool, ToolResult

PROFILE = Tool(
    id="profile_table",
    title="Profile",
    description="",
    input_schema={"properties": {"table": {}, "rows": {}}, "required": ["table"]},
    outputs={"profile": "json", "notes": "text"},
    run=lambda inputs, ctx: ToolResult(outputs={}, summary=""),
)
REPORT = Tool(
    id="write_report",
    title="Report",
    description="",
    input_schema={"properties": {"title": {}, "profile": {}}, "required": ["title"]},
    outputs={"report": "text"},
    run=lambda inputs, ctx: ToolResult(outputs={}, summary=""),
)
TOOLS = {tool.id: tool for tool in (PROFILE, REPORT)}

PROFILE_STEP = ToolStepDraft(
    tool_id="profile_table",
    name="Look",
    description="",
    parameter_mapping={"table": FromAsset(asset="sales"), "rows": Literal(value=5)},
    result_mapping={"profile": ToAsset(asset="profile"), "notes": Discard()},
)
REPORT_STEP = ToolStepDraft(
    tool_id="write_report",
    name="Write",
    description="",
    parameter_mapping={"title": Literal(value="Sales"), "profile": FromAsset(asset="profile")},
    result_mapping={"report": ToAsset(asset="report")},
)
HOP = HopDraft(
    name="Understand",
    goal="Know the table",
    rationale="Everything rests on it",
    alternatives=("Ask a person",),
    success_criteria=("Every column is named",),
    inputs=("sales",),
    output="report",
    steps=(PROFILE_STEP, REPORT_STEP),
    is_final=True,
)
DRAFT = MissionDraft(
    name="Sales report",
    goal="Understand sales",
    description="",
    success_criteria=("A profile", "A report"),
    inputs=(AssetDraft(name="sales", kind="table", role="input", asset_id=new_id()),),
    outputs=(AssetDraft(name="report", kind="text", role="output"),),
    intermediates=(AssetDraft(name="profile", kind="json", role="intermediate"),),
    hops=(HOP,),
    notes=("The first row is the header",),
)


def with_steps(*steps: ToolStepDraft) -> MissionDraft:
    return replace(DRAFT, hops=(replace(HOP, steps=steps),))
