"""What was done last in this tab, so that it can be taken back. Nothing of it is sent to the browser."""

from __future__ import annotations

from collections.abc import Sequence

import reflex as rx

from jambot.access import Principal
from jambot.services import services
from jambot.web import routes
from jambot.web.policy import signed_in
from jambot.web.states.base import person
from jambot.web.states.notice import NoticeState
from jambot.web.strings import t
from jambot.workspaces.many import Deed, Step

_DONE: dict[Deed, str] = {
    "activate": "notice.activated",
    "complete": "notice.completed",
    "archive": "notice.archived",
    "trash": "notice.trashed",
    "restore": "notice.restored",
}


class UndoState(rx.State):
    _steps: tuple[Step, ...] = ()

    @rx.event
    @signed_in
    async def undo(self):
        """Take back what was done last, once."""
        steps, self._steps = self._steps, ()
        notice = await self.get_state(NoticeState)
        count = await services().many.undo(await person(self), steps) if steps else 0
        notice._say(t("notice.undone") if count else t("notice.nothing_to_undo"))
        from jambot.web.states.session import SessionState

        again = [NoticeState.fade, *self._tables(), SessionState.list_sessions]
        was_thrown_away_here = len(steps) == 1 and steps[0].after == "trash" and self._path() == routes.NEW
        return [*again, rx.redirect(routes.workspace(steps[0].workspace_id))] if was_thrown_away_here else again

    async def _do(self, me: Principal, ids: Sequence[str], deed: Deed, *, name: str = "") -> None:
        """Do `deed`, say so, and offer the way back. `name` is said when it is about one workspace."""
        self._remember(await services().many.change(me, ids, deed))
        done = t(_DONE[deed])
        count = len(self._steps)
        words = f"{name} {done}" if name and count == 1 else f"{count:,} {t('notice.workspaces')} {done}"
        notice = await self.get_state(NoticeState)
        if count:
            notice._say(words, detail=t("trash.kept") if deed == "trash" else "", can_undo=True)
        else:
            notice._say(t("notice.already"))

    def _remember(self, steps: tuple[Step, ...]) -> None:
        self._steps = steps

    def _tables(self) -> list[rx.event.EventCallback]:
        """The table of this page, if it has one, is read again."""
        from jambot.web.states.history import HistoryState

        table = {routes.HISTORY: [HistoryState.load], routes.TRASH: [HistoryState.load_trash]}
        return table.get(self._path(), [])

    def _path(self) -> str:
        return self.router.url.path.rstrip("/")
