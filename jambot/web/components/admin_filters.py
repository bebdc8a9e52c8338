"""What chooses sessions in the dashboard: filters, columns, and the export of what they choose."""

from __future__ import annotations

from typing import Any

import reflex as rx

from jambot.admin.session_rows import STATES
from jambot.admin.view import COLUMNS
from jambot.web import routes
from jambot.web.components.basics import go, icon
from jambot.web.states.admin import AdminState
from jambot.web.states.admin_table import AdminTableState
from jambot.web.strings import t


def filters() -> rx.Component:
    """Words, state, kind and device; the rest under a fold; what is chosen as chips that take it away."""
    state = AdminTableState
    return rx.el.div(
        rx.el.form(
            rx.el.div(
                icon("search", 14),
                rx.el.input(
                    name="person",
                    type="search",
                    default_value=state.person_query,
                    key=state.person_query,
                    placeholder=t("sessions.search"),
                    aria_label=t("sessions.search"),
                    max_length=200,
                    auto_complete="off",
                ),
                class_name="field small",
            ),
            on_submit=state.search,
            role="search",
            class_name="session-search",
        ),
        _select(
            t("sessions.state"),
            "state",
            state.life,
            *[rx.el.option(t(f"life.{each}"), value=each) for each in STATES],
        ),
        _select(
            t("sessions.kind"),
            "kind",
            state.kind,
            rx.el.option(t("sessions.any_kind"), value=""),
            rx.foreach(state.kinds, lambda each: rx.el.option(each["name"], value=each["kind"])),
        ),
        _select(
            t("sessions.device"),
            "device",
            state.device,
            rx.el.option(t("sessions.any_device"), value=""),
            rx.foreach(state.devices, lambda name: rx.el.option(name, value=name)),
        ),
        _more(),
        rx.foreach(state.chips, _chip),
        rx.cond(state.is_narrowed, go(t("sessions.clear"), href=routes.ADMIN, class_name="link nw")),
        class_name="session-filters",
    )


def _select(label: str, name: str, value: Any, *options: rx.Component) -> rx.Component:
    return rx.el.label(
        rx.el.select(
            *options,
            value=value,
            on_change=lambda chosen: AdminState.choose(name, chosen),
            aria_label=label,
        ),
        class_name="field small picker",
    )


def _more() -> rx.Component:
    state = AdminTableState
    names = ("created_from", "created_to", "used_from", "used_to")
    return rx.el.details(
        rx.el.summary(icon("plus", 14), t("sessions.more"), class_name="chip"),
        rx.el.form(
            rx.el.label(
                t("sessions.address"),
                rx.el.input(
                    name="address", default_value=state.address, key=state.address, max_length=64, auto_complete="off"
                ),
            ),
            *[
                rx.el.label(
                    t(f"sessions.{name}"),
                    rx.el.input(
                        name=name, type="datetime-local", default_value=state.spans[name], key=state.spans[name]
                    ),
                )
                for name in names
            ],
            rx.el.button(t("sessions.apply"), type="submit", class_name="btn primary small"),
            on_submit=state.search,
            class_name="pop",
        ),
        class_name="popper",
    )


def _chip(chip: rx.Var[dict[str, str]]) -> rx.Component:
    return rx.el.button(
        rx.el.span(chip["label"], class_name="fg2"),
        rx.el.span(chip["value"], class_name="med cut"),
        icon("x", 12),
        type="button",
        class_name="chip",
        aria_label=f"{t('sessions.remove')}: {chip['label']} {chip['value']}",
        on_click=AdminState.choose(chip["name"], ""),
        key=chip["name"],
    )


def columns() -> rx.Component:
    """Which columns are shown."""
    return rx.el.details(
        rx.el.summary(icon("columns-3", 14), t("sessions.columns"), class_name="btn tiny ghost"),
        rx.el.div(
            *[
                rx.el.label(
                    rx.el.input(
                        type="checkbox",
                        class_name="check",
                        checked=AdminTableState.columns[name],
                        on_change=AdminTableState.toggle_column(name),
                    ),
                    t(f"sessions.{name}"),
                    class_name="h g2",
                )
                for name in COLUMNS
            ],
            class_name="pop end",
        ),
        class_name="popper hide-phone",
    )


def export() -> rx.Component:
    """What the filters choose, as a file."""
    return rx.el.details(
        rx.el.summary(icon("download", 14), t("sessions.export"), class_name="btn tiny ghost"),
        rx.el.div(
            *[
                rx.el.a(
                    t(f"sessions.export_{kind}"),
                    href=AdminTableState.export + f"&format={kind}",
                    download=True,
                    class_name="pick",
                )
                for kind in ("csv", "jsonl")
            ],
            class_name="pop end",
        ),
        class_name="popper",
    )
