from __future__ import annotations

import pytest

from jambot.llm.naming import name_in_words
from jambot.llm.understand import understand
from tests.llm.tables import table

TABLES = [table("umsatz.csv")]


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Show me the Umsatz per month, split by Kanal.", "Umsatz per month, split by Kanal"),
        ("Bitte zeige mir den Umsatz pro Monat", "Umsatz pro Monat"),
        ("please chart Umsatz by Kanal", "Umsatz by Kanal"),
        ("Umsatz by Kanal, please", "Umsatz by Kanal"),
        ("which month had the highest Umsatz?", "Which month had the highest Umsatz"),
    ],
)
def test_a_mission_is_named_in_the_words_of_who_asked_for_it(said: str, name: str):
    assert name_in_words([said], understand([said], TABLES), TABLES) == name


def test_words_that_mean_nothing_by_themselves_name_nothing():
    said = ["Umsatz pro Monat", "the same by Kanal"]
    assert name_in_words(said, understand(said, TABLES), TABLES) == ""


def test_an_answer_to_a_question_is_named_after_what_was_asked_first():
    tables = [table("kassenbuch.csv")]
    said = ["Umsatz pro Monat", "Umsatz netto\nLieferdatum"]
    assert name_in_words(said, understand(said, tables), tables) == "Umsatz pro Monat"


def test_a_long_story_is_no_name():
    said = ["Umsatz pro Monat " + "und so weiter " * 20]
    assert name_in_words(said, understand(said, TABLES), TABLES) == ""
