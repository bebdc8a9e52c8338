"""What a single word of a request is, when it names no column and no value. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from jambot.llm import lexicon
from jambot.llm.comparing import Comparison, Containing
from jambot.llm.fillers import DETERMINERS, FILLERS
from jambot.llm.items import Item, Kind
from jambot.llm.marks import MARK, OTHERS, TABULAR, WEEKDAY, Meaning, Percentile, RowNumber
from jambot.llm.spans import whole_year
from jambot.llm.wordforms import stem

_COUNTING = (
    "one two three four five six seven eight nine ten",
    "eins zwei drei vier fuenf sechs sieben acht neun zehn",
)
_NUMBERS = {word: number for text in _COUNTING for number, word in enumerate(text.split(), start=1)} | {
    "dozen": 12,
    "dutzend": 12,
    "twenty": 20,
    "zwanzig": 20,
}


def is_lexical(token: str) -> bool:
    """Words with a meaning of their own name a column only when they are its whole name."""
    return (
        token in FILLERS
        or token in lexicon.GRANULARITY
        or token in lexicon.AGGREGATIONS
        or token in lexicon.GROUP_WORDS
        or token in lexicon.JOINERS
        or token in _TASKS
        or token in lexicon.CHART_WORDS
        or token in lexicon.HIGHEST
        or token in lexicon.LOWEST
        or token in lexicon.COUNT_WORDS
        or token in lexicon.OVER_TIME
        or token in lexicon.LIST_WORDS
    )


_TASKS: dict[str, str] = {
    **dict.fromkeys(lexicon.ANALYSE_WORDS, "analyse"),
    **dict.fromkeys(lexicon.COMPARE_WORDS, "compare"),
    **dict.fromkeys(lexicon.PROFILE_WORDS, "profile"),
    **dict.fromkeys(lexicon.SUMMARY_WORDS, "summarise"),
    **dict.fromkeys(lexicon.REPORT_WORDS, "report"),
}
# The first set a word is in says what it is.
_LEXICON: tuple[tuple[Kind, frozenset[str]], ...] = (
    ("tabular", frozenset([TABULAR])),
    ("others", frozenset([OTHERS])),
    ("pie", lexicon.PIES),
    ("no_chart", lexicon.UNSUPPORTED_CHARTS),
    ("share", lexicon.SHARE_WORDS),
    ("distribution", lexicon.DISTRIBUTION_WORDS),
    ("unserved", frozenset(lexicon.UNSERVED)),
    ("chart", lexicon.CHART_WORDS),
    ("task", frozenset(_TASKS)),
    ("split", lexicon.SPLIT_WORDS),
    ("time", lexicon.OVER_TIME | {"time", "zeit"}),
    ("high", lexicon.HIGHEST),
    ("low", lexicon.LOWEST),
    ("count", lexicon.COUNT_WORDS),
    ("group", lexicon.GROUP_WORDS),
    ("versus", lexicon.VERSUS),
    ("join", lexicon.JOINERS),
    ("distinct", lexicon.DISTINCT_WORDS),
    ("not", lexicon.NOT_WORDS),
    ("after", frozenset(["after"])),
    ("before", frozenset(["before", "vor"])),
    ("from", frozenset(["from", "between", "von", "zwischen"])),
    ("since", frozenset(["since", "seit", "ab"])),
    ("until", frozenset(["until", "till", "to", "bis"])),
    ("which", lexicon.WHICH_WORDS),
    ("only", lexicon.ONLY_WORDS),
    ("relative", lexicon.RELATIVE_TIME),
    ("entity", lexicon.ENTITIES),
    ("list", lexicon.LIST_WORDS),
)


def word_item(tokens: Sequence[str], place: int, meanings: Sequence[Meaning], row_names: Sequence[str]) -> Item | None:
    """The meaning of the word at `place`; None for a filler. `row_names` are words for what one row is."""
    token = tokens[place]

    def item(kind: Kind, name: str = "", meaning: Meaning | None = None) -> Item:
        return Item(kind=kind, text=token, start=place, end=place + 1, name=name or token, meaning=meaning)

    if (match := MARK.fullmatch(token)) and int(match[1]) < len(meanings):
        meaning = meanings[int(match[1])]
        return item(_kind_of(meaning), meaning=meaning)
    if token.isdigit():
        year = len(token) == 4 and 1900 <= int(token) <= 2100
        return item("period", meaning=whole_year(int(token))) if year else item("number", token)
    if token in _NUMBERS:
        return item("number", str(_NUMBERS[token]))
    if token in lexicon.GRANULARITY or token == WEEKDAY:
        return item("granularity", lexicon.GRANULARITY.get(token, WEEKDAY))
    if token in lexicon.AGGREGATIONS:
        return item("aggregation", lexicon.AGGREGATIONS[token])
    for kind, members in _LEXICON:
        if token in members:
            name = _TASKS.get(token) or lexicon.CHART_KINDS.get(token) or lexicon.UNSERVED.get(token, "")
            return item(kind, name)
    if stem(token) in {stem(name) for name in row_names}:
        return item("entity")
    if token in lexicon.TRANSACTIONS:
        return item("transaction")
    if token in FILLERS or token in DETERMINERS or token in lexicon.FOLLOW_UP:
        return None
    return item("unknown")


def _kind_of(meaning: Meaning) -> Kind:
    match meaning:
        case Comparison():
            return "limit"
        case Containing():
            return "containing"
        case Percentile():
            return "percentile"
        case RowNumber():
            return "row_number"
        case _:
            return "period"
