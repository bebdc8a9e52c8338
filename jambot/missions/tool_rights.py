"""Who may use which tool. Most are everybody's; one that carries a domain is there only for whom that is open to.

Asked three times: when tools are offered or proposed, when a proposal is accepted, and again right before each run. So
the end of a grant stops the next step of a mission; the one that runs is let finish.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from jambot.auth.domains import folded
from jambot.db.repositories import domains
from jambot.errors import Forbidden
from jambot.missions.validation import FindTool
from jambot.tools.registry import Tool, all_tools, find_tool


class ToolClosed(Forbidden):
    """This tool belongs to a domain that is not open to you."""

    code = "tool_closed"


class ToolRights:
    """The tools there are for a person at a moment.

    Args:
        carried: the name of a domain by tool id. It goes before the domain a tool's own definition names. A domain
            that does not exist is open to nobody.
        find: where tools are found.
    """

    def __init__(self, carried: Mapping[str, str] | None = None, *, find: FindTool = find_tool) -> None:
        self._carried = dict(carried or {})
        self._find = find

    def finder(self, session: Session, user_id: str, now: datetime) -> FindTool:
        """Finds tools as this person has them: what is closed to them is not there."""

        def find(tool_id: str) -> Tool | None:
            tool = self._find(tool_id)
            return tool if tool is not None and self._is_open(session, tool, user_id, now) else None

        return find

    def open_to(self, session: Session, user_id: str, now: datetime) -> tuple[Tool, ...]:
        """Every tool this person may use, by id."""
        return tuple(tool for tool in all_tools() if self._is_open(session, tool, user_id, now))

    def require(self, session: Session, tool: Tool, user_id: str, now: datetime) -> None:
        """Raise `ToolClosed` unless this person may run the tool at this moment."""
        if not self._is_open(session, tool, user_id, now):
            raise ToolClosed(
                f"{tool.title} belongs to the domain {self._domain_of(tool)}, which is not open to you any more. "
                "Ask one of its owners, then retry this step."
            )

    def is_everybodys(self, tool: Tool) -> bool:
        """Whether nobody has to be asked who wants to use it."""
        return not self._domain_of(tool)

    def _domain_of(self, tool: Tool) -> str:
        return self._carried.get(tool.id, tool.domain)

    def _is_open(self, session: Session, tool: Tool, user_id: str, now: datetime) -> bool:
        name = self._domain_of(tool)
        if not name:
            return True
        domain = domains.by_name(session, folded(name))
        return domain is not None and domain.id in domains.open_to(session, user_id, now)
