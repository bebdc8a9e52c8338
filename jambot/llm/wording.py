"""What the embedded assistant says. Pure: an intent in, markdown out."""

from __future__ import annotations

from collections.abc import Sequence

from jambot.llm.draft import MissionDraft
from jambot.llm.intent import Clarify, TableInfo, Unsupported
from jambot.tools.figures import counted
from jambot.tools.markdown import escape

_CAN = (
    "I am the assistant that is built in: I work offline and only with tables. I can\n\n"
    "- say what is in a CSV file, and summarise it\n"
    "- chart it: *revenue per month by channel*, *Umsatz pro Quartal nach Filiale*, *top 5 products by quantity*\n"
    "- answer questions on it: *which month had the highest revenue?*\n"
    "- write a report with the chart and its figures"
)
_CONNECT = "For anything else connect a model: set `JAMBOT_MODEL`, for instance to `openai:gpt-5`, and its key."


def proposed(draft: MissionDraft) -> str:
    """The words beside a proposal."""
    outputs = ", ".join(escape((a.description or a.name).split(",")[0].lower()) for a in draft.outputs[:4])
    lines = [
        f"I propose **{escape(draft.name)}**, made from {escape(draft.inputs[0].name)} in "
        f"{counted(len(draft.hops), 'hop', 'hops')}. You get: {outputs}."
    ]
    if draft.notes:
        lines += ["", "Before you accept, please read:", "", *(f"- {escape(note)}" for note in draft.notes)]
    lines += ["", "Nothing runs until you accept it. Or tell me what to change."]
    return "\n".join(lines)


def asked(clarify: Clarify) -> str:
    """The questions as text, so that a plain chat is enough to answer them."""
    lines: list[str] = []
    for question in clarify.questions:
        lines += [escape(question.text), "", *(f"- {escape(option)}" for option in question.options), ""]
    return "\n".join(lines).rstrip()


def refused(intent: Unsupported, tables: Sequence[TableInfo]) -> str:
    """What to say when there is nothing to propose."""
    match intent.reason:
        case "greeting":
            return f"Hello. {_invitation(tables)}\n\n{_CAN}"
        case "help":
            return f"{_CAN}\n\n{_invitation(tables)} {_CONNECT}"
        case "no_table":
            return "There is no table in this workspace yet. Upload a CSV file, then say again what you want to know."
        case "empty_table":
            name = escape(intent.table or "The file")
            return f"{name} has no rows, so there is nothing to show. Upload it again with data."
        case "no_request":
            return f"I do not know how to do that. {_CAN}\n\n{_invitation(tables)} {_CONNECT}"


def _invitation(tables: Sequence[TableInfo]) -> str:
    if not tables:
        return "Upload a CSV file and tell me what you want to know about it."
    table = tables[-1]
    return (
        f"I see {escape(table.name)} with {counted(table.profile.row_count, 'row', 'rows')} and "
        f"{counted(len(table.profile.columns), 'column', 'columns')}."
    )
