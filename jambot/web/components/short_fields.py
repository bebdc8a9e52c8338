"""Fields of a form that is one line: what they are for stands in them, and is read to who cannot see it."""

from __future__ import annotations

from typing import Any

import reflex as rx


def short_field(name: str, words: str, *, kind: str = "text", **props: Any) -> rx.Component:
    """A line of text that must be filled in."""
    return rx.el.div(
        rx.el.input(
            name=name, type=kind, placeholder=words, aria_label=words, required=True, auto_complete="off", **props
        ),
        class_name="field small",
    )


def short_choice(name: str, words: str, options: list[tuple[str, str]], *, chosen: str = "") -> rx.Component:
    """One of `options`, each a value and its words; the first unless another is `chosen`."""
    return rx.el.label(
        rx.el.select(
            *[rx.el.option(text, value=value) for value, text in options],
            name=name,
            aria_label=words,
            **({"default_value": chosen} if chosen else {}),
        ),
        class_name="field small picker",
    )
