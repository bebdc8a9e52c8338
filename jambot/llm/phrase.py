"""A phrase cut into what its words are: columns, values, periods, ways to reckon, and words nobody knows. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from jambot.llm import lexicon
from jambot.llm.comparing import Comparison, Containing
from jambot.llm.marks import MARK, OTHERS, TABULAR, WEEKDAY, Meaning, Percentile, RowNumber, cut_marks
from jambot.llm.matching import MAX_WORDS, Candidates, ColumnIndex, Surety, column_index
from jambot.llm.spans import whole_year
from jambot.llm.wordforms import split_compound, stem
from jambot.tools.profile import ColumnProfile, Profile
from jambot.tools.words import words

Kind = Literal[
    "column",
    "value",
    "granularity",
    "aggregation",
    "percentile",
    "count",
    "distinct",
    "share",
    "distribution",
    "others",
    "chart",
    "task",
    "number",
    "period",
    "limit",
    "containing",
    "row_number",
    "tabular",
    "list",
    "group",
    "split",
    "versus",
    "join",
    "only",
    "not",
    "high",
    "low",
    "which",
    "entity",
    "transaction",
    "time",
    "relative",
    "pie",
    "no_chart",
    "unserved",
    "from",
    "since",
    "until",
    "after",
    "before",
    "unknown",
]
IGNORE = "#ignore"
_STEMMED = "#stem"
_SHORT = 4
# A profile cuts longer values, so they could not be found again by their text.
_CUT_AT = 80
# Nobody asks for a chart in more; what stands behind is not read.
_MAX_CHARS = 1_500


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One meaning found. `start` is the place of its first word, `end` the place after its last.

    Which of the other fields is set follows from `kind`: `candidates` of a column, `values` of a value (column and
    value as the table has it), `meaning` of what was said in several words, or `name` for the rest.
    """

    kind: Kind
    text: str
    start: int
    end: int
    name: str = ""
    candidates: Candidates | None = None
    values: tuple[tuple[ColumnProfile, str], ...] = ()
    meaning: Meaning | None = None


# Words that never name a column, even when a column is called like that.
_SHORTER = {f"sales {word}": (word,) for word in ("channel", "channels")}
_NEVER = lexicon.DETERMINERS | frozenset(
    {"i", "in", "im", "of", "to", "is", "and", "und", "for", "fuer", "mit", "by", "per", "pro"}
)
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


def cut(
    phrase: str,
    profile: Profile,
    *,
    row_names: Sequence[str],
    answers: Mapping[str, str],
    spelling: Mapping[str, str] = MappingProxyType({}),
) -> list[Item]:
    """The meanings in `phrase`, in order; fillers are dropped.

    Args:
        spelling: words as they were meant, by the words that were written.
        row_names: words that name what one row is, such as those of the file's name.
        answers: what the user said before about a word: `word:x` or `column:x` -> a column's SQL name or `IGNORE`.
    """
    text, meanings = cut_marks(" ".join(phrase[: 2 * _MAX_CHARS].split()))
    text = text[:_MAX_CHARS]
    tokens = [part for word in words(re.sub(r"[,;&+]\s", " and ", text)) for part in split_compound(word)]
    tokens = [spelling.get(token, token) for token in tokens]
    known_values = _values(profile)
    index = column_index(profile.columns)
    items: list[Item] = []
    place = 0
    ignored = {w for id_, answer in answers.items() if answer == IGNORE for w in id_.partition(":")[2].split()}
    while place < len(tokens):
        if tokens[place] in ignored:
            place += 1
            continue
        item = _named(tokens, place, profile, index, known_values, answers) or _word(tokens, place, meanings, row_names)
        if item is None:
            place += 1
            continue
        items.append(item)
        place = item.end
    return _columns_with_their_values(items)


def _values(profile: Profile) -> dict[tuple[str, ...], tuple[tuple[ColumnProfile, str], ...]]:
    known: dict[tuple[str, ...], list[tuple[ColumnProfile, str]]] = {}
    for column in profile.columns:
        if column.type != "text":
            continue
        for value in column.values:
            said = words(value)
            if said and len(said) <= MAX_WORDS and len("".join(said)) > 1 and len(value) < _CUT_AT:
                known.setdefault(said, []).append((column, value))
                if len(said) == 1 and len(said[0]) > _SHORT:
                    # `Retouren` are the rows that say `Retoure`.
                    known.setdefault((_STEMMED, stem(said[0])), []).append((column, value))
    return {said: tuple(found) for said, found in known.items()}


def _named(
    tokens: Sequence[str],
    place: int,
    profile: Profile,
    index: ColumnIndex,
    known_values: Mapping[tuple[str, ...], tuple[tuple[ColumnProfile, str], ...]],
    answers: Mapping[str, str],
) -> Item | None:
    """A column or a value that starts here, the longest first."""
    grouped = _follows_group(tokens, place)
    for end in range(min(len(tokens), place + MAX_WORDS), place, -1):
        said = tuple(tokens[place:end])
        text = " ".join(said)
        if any(MARK.fullmatch(s) for s in said):
            continue
        if (said[0] in _NEVER or said[-1] in _NEVER) and not (
            index.is_name(said) and _is_last_group(tokens, place, end)
        ):
            continue
        if told := profile.column(answers.get(f"column:{text}") or answers.get(f"word:{text}") or ""):
            candidates = Candidates(columns=(told,), surety=Surety.NAME)
            return Item(kind="column", text=text, start=place, end=end, candidates=candidates)
        candidates = index.find(said) or index.find(_SHORTER.get(text, ()))
        sure = candidates is not None and candidates.surety is Surety.NAME
        values = known_values.get(said, ())
        if not values and len(said) == 1:
            values = known_values.get((_STEMMED, stem(said[0])), ())
        if values and not sure and not (candidates and grouped) and not all(_is_lexical(s) for s in said):
            return Item(kind="value", text=text, start=place, end=end, values=values)
        whole = sure or (candidates is not None and len(said) > 1 and candidates.surety is Surety.IDEA)
        if candidates is None or (not whole and any(_is_lexical(s) for s in said)):
            continue
        return Item(kind="column", text=text, start=place, end=end, candidates=candidates)
    return None


def _is_last_group(tokens: Sequence[str], place: int, end: int) -> bool:
    """`value by a`: a column may have such a name, when nothing else follows the `by`."""
    follows = end == len(tokens) or tokens[end] in lexicon.JOINERS
    return follows and place > 0 and tokens[place - 1] in lexicon.GROUP_WORDS


def _follows_group(tokens: Sequence[str], place: int) -> bool:
    before = next((t for t in reversed(tokens[:place]) if t not in lexicon.DETERMINERS), "")
    return before in lexicon.GROUP_WORDS or (place > 0 and tokens[place - 1] in lexicon.GROUP_WORDS)


def _is_lexical(token: str) -> bool:
    """Words with a meaning of their own name a column only when they are its whole name."""
    return (
        token in lexicon.FILLERS
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


def _word(tokens: Sequence[str], place: int, meanings: Sequence[Meaning], row_names: Sequence[str]) -> Item | None:
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
    if token in lexicon.FILLERS or token in lexicon.DETERMINERS or token in lexicon.FOLLOW_UP:
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


def _columns_with_their_values(items: list[Item]) -> list[Item]:
    """`channel web` and `web channel` are one value, not a column and a value."""
    merged: list[Item] = []
    for item in items:
        before = merged[-1] if merged else None
        if before and {before.kind, item.kind} == {"column", "value"}:
            column, value = (before, item) if before.kind == "column" else (item, before)
            named = {c.name for c in column.candidates.columns} if column.candidates else set()
            shared = tuple(v for v in value.values if v[0].name in named)
            if shared:
                merged[-1] = Item(kind="value", text=value.text, start=before.start, end=item.end, values=shared)
                continue
        merged.append(item)
    return merged
