"""Files nobody prepared for, asked in two languages: the figures are those of plain arithmetic, or a question comes."""

from __future__ import annotations

from datetime import date

import pytest

from jambot.llm.intent import Chart, Clarify, Intent, Listing, Question, Report, Unsupported
from jambot.llm.understand import understand
from tests.llm.cases import ANY, ASKED, BOTH, BOTH_BY_MONTH, CASES, HISTOGRAM, ROWS
from tests.llm.truth import Asked, Groups, Truth, agree
from tests.llm.unseen import Order, Unseen, tables

TODAY = date(2026, 11, 20)
# On a table with dates and clear names most requests are served, not asked back; without dates, what is asked by
# month and by week has to be.
_MOST_ASKED, _MOST_ASKED_WITHOUT_DAYS = 0.2, 0.45


@pytest.mark.parametrize("unseen", tables(), ids=lambda unseen: unseen.name)
def test_a_request_gives_true_figures_or_a_question(unseen: Unseen) -> None:
    asked = Asked(unseen.content, unseen.name)
    wrong: list[str] = []
    questions = 0
    place = tables().index(unseen)
    for number, (english, german, truth) in enumerate(CASES):
        # Every request in both languages, though not on every table: it is the reading that is tried, not the file.
        language, said = ("en", english) if (place + number) % 2 else ("de", german)
        phrases = [p.format(**unseen.says[language]) for p in ([said] if isinstance(said, str) else said)]
        intent = understand(phrases, [asked.info], today=TODAY)
        questions += isinstance(intent, Clarify)
        if not _is_right(intent, truth, asked, unseen.orders):
            wrong.append(f"{phrases}: {intent}")
        if not isinstance(intent, Unsupported) and intent.language != language:
            wrong.append(f"{phrases}: answered in the other language")
    assert wrong == []
    most = _MOST_ASKED if unseen.has_days else _MOST_ASKED_WITHOUT_DAYS
    assert questions <= most * len(CASES), f"{questions} questions"


def _is_right(intent: Intent, truth: Truth | list[Truth] | str, asked: Asked, orders: tuple[Order, ...]) -> bool:
    if isinstance(intent, Clarify) or truth == ANY:
        return True
    if isinstance(intent, Listing):
        return truth == ROWS
    if not isinstance(intent, Chart | Question | Report) or truth in (ASKED, ROWS):
        return False
    found = asked.figures(intent)
    if truth == HISTOGRAM:
        return sum(found.values()) == len(orders) and len(found) > 4
    if truth in (BOTH, BOTH_BY_MONTH):
        by = ("R",) if truth == BOTH else ("month",)
        pairs = [Truth(by=by).of_orders(orders), Truth(of="C", by=by).of_orders(orders)]
        return _rounded(found) == sorted(value for groups in pairs for value in _rounded(groups))
    true = truth if isinstance(truth, list) else [truth]
    return any(isinstance(each, Truth) and agree(found, each.of_orders(orders)) for each in true)


def _rounded(groups: Groups) -> list[float]:
    return sorted(round(value, 2) for value in groups.values())
