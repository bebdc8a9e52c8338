"""Whatever is said or uploaded: an intent, a table, or a sentence; never a crash."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from jambot.llm.intent import Clarify, TableInfo, Unsupported
from jambot.llm.plan import plan
from jambot.llm.understand import understand
from jambot.tools import ToolError
from jambot.tools.profile import Profile
from jambot.tools.tables import profile_of, read_table, table_to_json
from tests.llm.tables import table

_CELLS = st.sampled_from(
    ["1,5", "1.234", "12 %", "5 €", "31.12.2025", "03/04/2026", "9999-12-31", "", "n/a", "Web", "yes", "a\nb", '"']
)
_HEADERS = st.sampled_from("Datum|Umsatz|Umsatz (€)||Anzahl|Kanal|select|value|x|id|Jahr".split("|"))  # noqa: SIM905
_SAID = """
    umsatz pro monat nach kanal chart top 5 zwei summe durchschnitt web ohne in 2025 2026-13 9999-12-31 seit bis vor q1
    period3mark wie viele anzahl report bericht und by split compare datum id was ist die datei last März 2026
"""
_WORDS = st.sampled_from(_SAID.split())


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_a_table_or_refused(data: bytes) -> None:
    try:
        made = read_table(data)
    except ToolError as refused:
        assert refused.message
        return
    json.dumps(table_to_json(made), allow_nan=False)
    found = profile_of(made)
    assert Profile.from_json(json.loads(json.dumps(found.to_json(), allow_nan=False))) == found


@settings(max_examples=80, deadline=None)
@given(st.lists(_HEADERS, min_size=1, max_size=5), st.lists(_CELLS, max_size=30), st.lists(_WORDS, max_size=9))
def test_any_words_on_any_table_are_a_plan_or_a_question(headers: list[str], cells: list[str], said: list[str]) -> None:
    width = len(headers)
    rows = [cells[i : i + width] for i in range(0, len(cells), width)]
    source = "\n".join(";".join('"' + c.replace('"', '""') + '"' for c in row) for row in [headers, *rows])
    info = TableInfo(id="t", name="any.csv", profile=profile_of(read_table(source)))
    intent = understand([" ".join(said)], [info])
    if isinstance(intent, Clarify):
        assert all(q.options for q in intent.questions)
        intent = understand([" ".join(said), "\n".join(q.options[0] for q in intent.questions)], [info])
    if not isinstance(intent, Clarify | Unsupported):
        assert plan(intent).hops


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_any_text_gets_an_intent(said: str) -> None:
    understand([said, said], [table("kassenbuch.csv")])
