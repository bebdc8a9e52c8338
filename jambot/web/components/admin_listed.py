"""The table of a list of the administration: its heads, and rows that scroll by keys too."""

from __future__ import annotations

from collections.abc import Collection

import reflex as rx

from jambot.web.strings import t


def listed(title: str, heads: tuple[str, ...], rows: rx.Component, *, numbers: Collection[str] = ()) -> rx.Component:
    """A table under these heads.

    Args:
        title: the key of what a screen reader calls it.
        heads: keys of the catalogue; empty for the column of buttons.
        numbers: which of the heads stand over numbers.
    """
    return rx.el.div(
        rx.el.table(
            rx.el.thead(rx.el.tr(*[_head(head, is_number=head in numbers) for head in heads])),
            rx.el.tbody(rows),
            class_name="table",
        ),
        class_name="scroll-x",
        # What scrolls can be scrolled by keys.
        tab_index=0,
        role="group",
        aria_label=t(title),
    )


def _head(key: str, *, is_number: bool) -> rx.Component:
    """The head of a column; the column of buttons is named for screen readers only."""
    words = t(key) if key else rx.el.span(t("admin.action"), class_name="sr")
    return rx.el.th(words, scope="col", **({"class_name": "num"} if is_number else {}))
