"""Whether a phrase goes on with what was said before: `and by region`, `the same for costs`, `as bars`. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from jambot.llm import lexicon
from jambot.llm.intent import Chart, Query, Question, Report, TableInfo
from jambot.llm.marks import TABULAR, cut_marks
from jambot.tools.words import words

_POLITE = frozenset({"please", "bitte", "make", "mach", "show", "zeig", "zeige", "ok", "okay", "now", "jetzt", "nun"})
_ADDING = frozenset({"and", "und", "also", "auch", "plus", "additionally", "zusaetzlich", "split"})
_REPLACING = frozenset({"instead", "rather", "lieber", "stattdessen", "sondern", "statt", "same", "only", "nur"})
_ABOUT = re.compile(
    r"^(?:what about|how about|and what about|was ist mit|wie sieht es|wie waere es|and for|und fuer|und in|and in)\b"
)
_IT = re.compile(r"\b(?:it|that|this|those|das|davon|daraus|darueber|dazu|diese[smn]?)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """The last request that could be served."""

    intent: Chart | Question | Report
    query: Query


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaning:
    """`adds` when the phrase asks for more of the same (`and by region`) instead of something else."""

    query: Query
    kind: str | None
    is_table: bool
    adds: bool

    @staticmethod
    def on(before: Before, table: TableInfo, *, adds: bool) -> Leaning | None:
        """None when the earlier request is about columns this table does not have."""
        query = before.query
        named = (query.measure, query.x, query.split, query.second)
        if not all(table.profile.column(name) for name in named if name):
            return None
        kind = before.intent.kind if isinstance(before.intent, Chart | Report) else None
        is_table = isinstance(before.intent, Question) and bool(query.x or query.split)
        return Leaning(query=query, kind=kind, is_table=is_table, adds=adds)


def leans_on_nothing(phrase: str) -> bool:
    """Whether a phrase means nothing without one before it, as `the same for costs` does."""
    return bool({"same", "dasselbe", TABULAR} & set(words(cut_marks(phrase[:1_500])[0])))


def leaning(phrase: str, table: TableInfo, before: Before | None) -> Leaning | None:
    """What the phrase goes on with; None when it stands alone."""
    if before is None:
        return None
    folded = " ".join(words(cut_marks(phrase[:1_500])[0]))
    said = folded.split()
    while said and said[0] in _POLITE and len(said) > 1:
        said = said[1:]
    if not said:
        return None
    leans = (
        said[0] in lexicon.LEANING
        or bool(lexicon.FOLLOW_UP & set(folded.split()))
        or bool(_ABOUT.match(" ".join(said)))
        or (bool(_IT.search(folded)) and bool(set(said) & lexicon.REPORT_WORDS))
    )
    if not leans:
        return None
    adds = bool(_ADDING & set(said)) and not _REPLACING & set(folded.split())
    return Leaning.on(before, table, adds=adds)
