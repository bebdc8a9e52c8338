"""A payload fits its handler exactly, or the handler does not run."""

from typing import Any

import pytest
import reflex as rx
from reflex_base.event import Event

from jambot.web.arguments import acceptable
from jambot.web.policy import public


class ArgumentsProbe(rx.State):
    @rx.event
    @public
    def submit(self, form: dict[str, str]) -> None:
        """Takes a form."""

    @rx.event
    @public
    def choose(self, row_id: str, count: int) -> None:
        """Takes an id and a number."""


def event(handler: str, payload: Any) -> Event:
    return Event(name=f"{ArgumentsProbe.get_full_name()}.{handler}", payload=payload)


@pytest.mark.parametrize(
    ("handler", "payload", "fits"),
    [
        ("submit", {"form": {"__reflex_form_data__": [["email", "a@example.org"]]}}, True),
        ("submit", {"form": {"__reflex_form_data__": []}}, True),
        ("submit", {"form": {"email": "a@example.org"}}, True),
        ("submit", {"form": {"__reflex_form_data__": [["email", 1]]}}, False),
        ("submit", {"form": {"__reflex_form_data__": [["email"]]}}, False),
        ("submit", {"form": {"__reflex_form_data__": "ab"}}, False),
        ("submit", {"form": {"__reflex_form_data__": None}}, False),
        ("submit", {"form": [["email", "x"]]}, False),
        ("choose", {"row_id": "x", "count": 1}, True),
        ("choose", {"row_id": "x", "count": "1"}, False),
        ("choose", {"row_id": {"$ne": ""}, "count": 1}, False),
        ("choose", {"row_id": "x"}, False),
        ("choose", {"row_id": "x", "count": 1, "is_admin": True}, False),
        ("missing", {}, False),
    ],
)
def test_only_the_arguments_a_handler_asks_for_are_let_through(handler, payload, fits):
    assert acceptable(event(handler, payload)) is fits
