"""The tools missions are made of. A new tool is one new module here with a `TOOL` constant."""

from jambot.tools.registry import Tool, ToolContext, ToolError, ToolOutput, ToolResult, all_tools, find_tool, get_tool

__all__ = ["Tool", "ToolContext", "ToolError", "ToolOutput", "ToolResult", "all_tools", "find_tool", "get_tool"]
