"""Administration: the dashboard of sessions. What it shows stands in its address."""

from __future__ import annotations

import reflex as rx

from jambot.admin.dashboard import RANGES
from jambot.admin.view import REFRESHES
from jambot.web import routes
from jambot.web.admin_items import KindCount
from jambot.web.components.admin_acting import preview, progress
from jambot.web.components.admin_figures import charts, stat_cards
from jambot.web.components.admin_look import inspector
from jambot.web.components.admin_shell import admin_shell
from jambot.web.components.admin_table import sessions_table
from jambot.web.components.admin_tail import live_tail
from jambot.web.components.admin_views import saved_views
from jambot.web.components.basics import icon
from jambot.web.states.admin import AdminState
from jambot.web.states.admin_table import AdminTableState
from jambot.web.strings import t


def admin_page() -> rx.Component:
    return admin_shell(
        t("title.admin"),
        routes.ADMIN,
        rx.el.div(
            rx.el.div(
                rx.el.h1(t("admin.title")),
                saved_views(),
                rx.el.div(
                    rx.foreach(AdminState.kinds, _kind), class_name="kinds", role="group", aria_label=t("plot.kinds")
                ),
                _picker(t("admin.range"), "range", AdminState.range, "clock", RANGES),
                _picker(t("admin.refresh"), "refresh", AdminState.refresh, "refresh-cw", REFRESHES),
                rx.el.button(
                    icon("share-2", 14),
                    rx.el.span(t("admin.share"), class_name="hide-phone"),
                    type="button",
                    class_name="btn small",
                    aria_label=t("admin.share"),
                    custom_attrs={"data-copy-address": ""},
                ),
                class_name="page-head dense",
            ),
            stat_cards(),
            charts(),
            rx.el.div(sessions_table(), live_tail(), class_name="work-area"),
            class_name="scroll admin",
            tab_index=0,
            role="group",
            aria_label=t("admin.title"),
        ),
        inspector(),
        preview(),
        progress(),
    )


def _kind(kind: rx.Var[KindCount]) -> rx.Component:
    """How many there are of a kind now; pressed, only those are shown."""
    is_on = AdminTableState.kind == kind.kind
    return rx.el.button(
        kind.name,
        rx.el.b(kind.count),
        type="button",
        class_name="chip",
        custom_attrs={"aria-pressed": is_on.to_string()},
        on_click=AdminState.choose("kind", rx.cond(is_on, "", kind.kind)),
        key=kind.kind,
    )


def _picker(label: str, name: str, value: rx.Var[str], sign: str, choices: object) -> rx.Component:
    return rx.el.label(
        icon(sign, 14),
        rx.el.select(
            *[rx.el.option(t(f"admin.{name}_{each}"), value=each) for each in choices],
            value=value,
            on_change=lambda chosen: AdminState.choose(name, chosen),
            aria_label=label,
        ),
        class_name="field small picker",
    )
