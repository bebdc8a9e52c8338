"""Which option of a question an answer names. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from jambot.llm.fillers import FILLERS
from jambot.llm.intent import Clarify, TableInfo
from jambot.llm.matching import Surety, column_index
from jambot.llm.replies import ClarifyQuestion
from jambot.llm.wordforms import stem
from jambot.tools.words import words

_ORDINALS = {
    word: place
    for place, group in enumerate(
        ("1 first erste erster ersten", "2 second zweite zweiter zweiten", "3 third dritte dritter dritten",
         "4 fourth vierte", "5 fifth fuenfte", "6 sixth sechste")
    )
    for word in group.split()
}  # fmt: skip


def read_answers(reply: str, asked: Clarify, tables: Sequence[TableInfo]) -> dict[str, str]:
    """Question id -> the value behind the option the reply names; empty when it answers nothing.

    A reply may answer several questions, one per line, with or without repeating the question before a colon.
    """
    lines = [line.strip() for line in reply.splitlines() if line.strip()]
    several = len(asked.questions) > 1
    answers: dict[str, str] = {}
    for index, question in enumerate(asked.questions):
        part = reply
        if several and len(lines) == len(asked.questions):
            part = lines[index]
        elif several:
            part = next((line for line in lines if line.startswith(question.text)), reply)
        value = _value(part.removeprefix(question.text).lstrip(" :-"), question, asked.choices[question.id], tables)
        if value is not None:
            answers[question.id] = value
    return answers


def _value(said: str, question: ClarifyQuestion, choices: Sequence[str], tables: Sequence[TableInfo]) -> str | None:
    reply = words(said)
    options = [words(option) for option in question.options]
    if reply in options and options.count(reply) == 1:
        return choices[options.index(reply)]
    contained = [i for i, option in enumerate(options) if option and _within(option, reply)]
    longest = [i for i in contained if len(options[i]) == max(len(options[j]) for j in contained)]
    if len(longest) == 1:
        return choices[longest[0]]
    meant = [w for w in reply if w not in FILLERS] or list(reply)
    if not meant or len(meant) > 6:
        return None
    if len(meant) == 1 and meant[0] in _ORDINALS and _ORDINALS[meant[0]] < len(choices):
        return choices[_ORDINALS[meant[0]]]
    stems = {stem(w) for w in meant}
    partly = [i for i, option in enumerate(options) if stems <= {stem(w) for w in option}]
    if len(partly) == 1:
        return choices[partly[0]]
    return _other_column(said, question, tables)


def _other_column(said: str, question: ClarifyQuestion, tables: Sequence[TableInfo]) -> str | None:
    """A column that was not among the options, named in full."""
    if question.id == "table" or question.id.startswith("count:") or len(tables) != 1:
        return None
    found = column_index(tables[0].profile.columns).find(words(said)) if words(said) else None
    if found and len(found.columns) == 1 and found.surety >= Surety.IDEA:
        return found.columns[0].name
    return None


def _within(part: Sequence[str], whole: Sequence[str]) -> bool:
    return any(tuple(whole[i : i + len(part)]) == tuple(part) for i in range(len(whole) - len(part) + 1))
