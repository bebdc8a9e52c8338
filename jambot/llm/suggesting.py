"""What could be asked of a table, for somebody who does not know yet. Pure."""

from __future__ import annotations

from jambot.llm.axes import fitting_granularity
from jambot.llm.intent import Clarify, TableInfo
from jambot.llm.matching import is_additive, is_measure
from jambot.llm.replies import ClarifyQuestion
from jambot.llm.strings import say
from jambot.llm.titles import short_label
from jambot.tools.strings import Language

WISH = "wish"
_FEW, _MOST = 2, 30  # values of a column worth grouping by


def suggested(table: TableInfo, phrase: str, language: Language) -> Clarify | None:
    """A question whose options are requests about columns the table has; None when it has no rows."""
    if not table.profile.row_count:
        return None
    columns = table.profile.columns
    figures = [c for c in columns if is_measure(c) and c.distinct_count > 1]
    figures.sort(key=lambda c: (not is_additive(c), c.type != "decimal"))
    groups = [c for c in columns if c.type == "text" and _FEW <= c.distinct_count <= _MOST]
    times = [c for c in columns if c.is_temporal and c.distinct_count > 1]
    what = short_label(figures[0]) if figures else say(language, "rows")
    wishes = [
        say(language, "wish.by", what=what, group=say(language, f"step.{fitting_granularity(time)}"))
        for time in times[:1]
        if len(times) == 1
    ]
    wishes += [say(language, "wish.by", what=what, group=short_label(group)) for group in groups[:2]]
    wishes.append(say(language, "wish.content"))
    question = ClarifyQuestion(id=WISH, text=say(language, "q.wish"), options=tuple(wishes))
    return Clarify(questions=(question,), choices={WISH: tuple(wishes)}, phrase=phrase, answers={}, language=language)
