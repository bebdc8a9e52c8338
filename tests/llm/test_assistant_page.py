"""The page that tells users what the built-in assistant understands says what is so."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path

import pytest

from jambot.llm.intent import Clarify, TableInfo, Unsupported
from jambot.llm.plan import plan
from jambot.llm.understand import understand
from jambot.tools.tables import profile_of, read_table

PAGE = (Path(__file__).parents[2] / "docs" / "assistant.md").read_text()
TODAY = date(2026, 11, 20)
_ROW = re.compile(r"^\| (\*.+\*) \| (.+) \|$", re.MULTILINE)
EXAMPLES = _ROW.findall(PAGE)


@cache
def _orders() -> TableInfo:
    content = files("jambot.demo").joinpath("orders.csv").read_bytes()
    return TableInfo(id="t", name="orders.csv", profile=profile_of(read_table(content)))


def test_the_page_has_its_examples():
    assert len(EXAMPLES) > 40


@pytest.mark.parametrize(("said", "promised"), EXAMPLES)
def test_an_example_gives_what_the_page_says(said: str, promised: str):
    phrases = [phrase.strip("* ") for phrase in said.split("* / *")]
    intent = understand(phrases, [_orders()], today=TODAY)
    if promised == "a question":
        assert isinstance(intent, Clarify)
        return
    assert not isinstance(intent, Clarify | Unsupported), intent
    assert plan(intent).name == promised
