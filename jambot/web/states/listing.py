"""How the list of workspaces is drawn: which variables of the page a page of the history becomes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jambot.access import Principal
from jambot.services import services
from jambot.web.shared_items import shared_item
from jambot.web.start_items import continue_note, first_to_continue
from jambot.web.states.base import person
from jambot.web.view_models import SessionItem, group_by_day, session_item

if TYPE_CHECKING:
    from jambot.web.states.session import SessionState

PAGE_SIZE = 50
MOST_ROWS = 200


async def list_workspaces(session: SessionState, me: Principal) -> None:
    """Show the first page of one's own, and what is shared with oneself."""
    page = await services().history.page(me, limit=PAGE_SIZE)
    now = services().clock.now()
    _show_rows(session, [session_item(row, now) for row in page.rows], page.next_cursor)
    shared = [shared_item(each, now) for each in (await services().history.shared(me)).rows]
    if shared != session.shared:
        session.shared = shared


async def list_more(session: SessionState) -> None:
    """Append the next page; nothing where there is none, or as many as a page can show are shown."""
    if session._cursor is None or len(session._rows) >= MOST_ROWS:
        return
    page = await services().history.page(await person(session), cursor=session._cursor, limit=PAGE_SIZE)
    now = services().clock.now()
    _show_rows(session, [*session._rows, *(session_item(row, now) for row in page.rows)], page.next_cursor)


def _show_rows(session: SessionState, rows: list[SessionItem], cursor: str | None) -> None:
    now = services().clock.now()
    session._rows, session._cursor = rows, cursor
    groups = group_by_day(rows, now)
    if groups != session.groups:
        session.groups = groups
    session.has_more = cursor is not None and len(rows) < MOST_ROWS
    session.is_listed = True
    session.waiting = first_to_continue(rows)
    session.waiting_note = continue_note(session.waiting, now)
    session.recent = [row for row in rows if row.id != session.waiting.id][:3]
