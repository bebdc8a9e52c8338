"""The tables phrases are tried on, and an intent as one line to compare."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jambot.llm.intent import Chart, Clarify, Intent, Report, TableInfo, Unsupported
from jambot.tools.tables import profile_of, read_table
from tests.data.generated import large_csv, wide_csv

_DATA = Path(__file__).parent.parent / "data"


@cache
def content(name: str) -> bytes:
    match name:
        case "wide.csv":
            return wide_csv()
        case "umsatz.csv":
            return large_csv()
        case _:
            return (_DATA / name).read_bytes()


@cache
def table(name: str, id_: str = "") -> TableInfo:
    return TableInfo(id=id_ or name, name=name, profile=profile_of(read_table(content(name))))


def line(intent: Intent) -> str:
    """`chart sum(umsatz) by datum/month x kanal as bar`, `ask measure=Umsatz|Menge`, or the reason of a refusal."""
    if isinstance(intent, Clarify):
        return "ask " + "; ".join(f"{q.id}={'|'.join(q.options)}" for q in intent.questions)
    if isinstance(intent, Unsupported):
        return intent.reason
    name = type(intent).__name__.lower()
    query = getattr(intent, "query", None)
    if query is None:
        return name
    text = f"{name} {query.aggregation}({query.measure or '*'})"
    if query.x:
        text += f" by {query.x}" + (f"/{query.granularity}" if query.granularity else "")
    if query.split:
        text += f" x {query.split}"
    for limit in query.filters:
        text += f" [{limit.column} {limit.op} {'|'.join(limit.values)}]"
    if query.top_n:
        text += f" {'top' if query.descending else 'bottom'} {query.top_n}"
    return text + (f" as {intent.kind}" if isinstance(intent, Chart | Report) else "")
