"""Choosing rows of a table. What is chosen belongs to the browser: a tick answers at once, and is no news to a server
until something is done with it. assets/js/choose.js keeps it."""

from __future__ import annotations

from typing import Any

import reflex as rx

from jambot.web.components.basics import icon_button
from jambot.web.states.history import HistoryState
from jambot.web.strings import t


def chosen() -> rx.Var[list[str]]:
    """The ids that are ticked at the moment of a click."""
    return rx.Var("window.jambot.parts.choose.ids()", _var_type=list[str])


def everything() -> rx.Var[bool]:
    """Whether the list is meant with all its pages."""
    return rx.Var("window.jambot.parts.choose.isEverything()", _var_type=bool)


def tick(name: Any, label: Any) -> rx.Component:
    """A box of 16 px in a field of 36 px. `name` is the id it stands for, or `all`."""
    return rx.el.label(
        rx.el.input(type="checkbox", class_name="check", aria_label=label, custom_attrs={"data-choose": name}),
        class_name="tick",
    )


def choice_bar(*deeds: rx.Component) -> rx.Component:
    """Slides up while rows are chosen: how many, and what can be done with them."""
    return rx.el.div(
        rx.el.span(
            rx.el.b(id="choice-count"),
            f" {t('choose.chosen')}",
            class_name="nw",
            role="status",
        ),
        rx.cond(
            HistoryState.has_older,
            rx.el.button(
                t("choose.everything"),
                type="button",
                class_name="link nw",
                custom_attrs={"data-choose-everything": "", "aria-pressed": "false"},
            ),
        ),
        rx.el.span(class_name="vr"),
        *deeds,
        rx.el.span(class_name="vr"),
        icon_button("x", t("choose.none"), size=14, class_name="ib", custom_attrs={"data-choose-none": ""}),
        id="choice-bar",
        class_name="choice-bar",
        role="toolbar",
        aria_label=t("choose.bar"),
        hidden=True,
    )
