"""What the embedded assistant says. Pure: an intent in, markdown out."""

from __future__ import annotations

from collections.abc import Sequence

from jambot.llm.draft import MissionDraft
from jambot.llm.intent import Clarify, TableInfo, Unsupported
from jambot.llm.strings import say
from jambot.tools.markdown import escape
from jambot.tools.strings import Language, counted


def proposed(draft: MissionDraft, language: Language) -> str:
    """The words beside a proposal."""
    outputs = ", ".join(escape((a.description or a.name).split(",")[0]) for a in draft.outputs[:4])
    hops = say(language, f"hop.{'one' if len(draft.hops) == 1 else 'many'}", n=len(draft.hops))
    name, table = escape(draft.name), escape(draft.inputs[0].name)
    lines = [say(language, "said.proposed", name=name, table=table, hops=hops, outputs=_within(outputs))]
    if draft.notes:
        lines += ["", say(language, "said.read"), "", *(f"- {escape(note)}" for note in draft.notes)]
    lines += ["", say(language, "said.accept")]
    return "\n".join(lines)


def asked(clarify: Clarify) -> str:
    """The questions as text, so that a plain chat is enough to answer them."""
    lines: list[str] = []
    for question in clarify.questions:
        lines += [escape(question.text), "", *(f"- {escape(option)}" for option in question.options), ""]
    return "\n".join(lines).rstrip()


def refused(intent: Unsupported, tables: Sequence[TableInfo], unread: Sequence[str] = ()) -> str:
    """What to say when there is nothing to propose. `unread` are files that are there but cannot be read."""
    language = intent.language
    can, connect = say(language, "said.can"), say(language, "said.connect")
    invitation = _invitation(tables, language)
    match intent.reason:
        case "greeting":
            return f"{say(language, 'said.hello', invitation=invitation)}\n\n{can}"
        case "help":
            return f"{can}\n\n{invitation} {connect}"
        case "no_table" | "no_request" if unread and not tables:
            return say(language, "said.unread", names=", ".join(escape(name) for name in unread[:3]))
        case "no_table":
            return say(language, "said.no_table")
        case "empty_table":
            name = escape(intent.table or say(language, "said.the_file"))
            return say(language, "said.empty_table", table=name)
        case "no_request":
            return f"{say(language, 'said.unknown')} {can}\n\n{invitation} {connect}"


def _within(outputs: str) -> str:
    """Inside a sentence `The chart` begins with a small letter, and so does `Das Diagramm`."""
    parts = outputs.split(", ")
    return ", ".join(part[:1].lower() + part[1:] for part in parts)


def _invitation(tables: Sequence[TableInfo], language: Language) -> str:
    if not tables:
        return say(language, "said.upload")
    table = tables[-1]
    rows = counted(language, "row", table.profile.row_count)
    columns = counted(language, "column", len(table.profile.columns))
    return say(language, "said.see", table=escape(table.name), rows=rows, columns=columns)
