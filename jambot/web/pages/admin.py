"""Administration: the dashboard of sessions. What it shows stands in its address."""

from __future__ import annotations

import reflex as rx

from jambot.admin.dashboard import RANGES
from jambot.web import routes
<<<<<<< HEAD
from jambot.web.components.basics import age_time, bones, button, clock_time, day, empty
from jambot.web.components.forms import form, once
from jambot.web.components.shell import page_shell, trouble
from jambot.web.states.admin import AdminState, Figure, LoginLine, PersonLine, WorkspaceLine
=======
from jambot.web.admin_items import KindCount
from jambot.web.admin_view import REFRESHES
from jambot.web.components.admin_figures import charts, stat_cards
from jambot.web.components.admin_look import inspector, live_tail, preview, progress
from jambot.web.components.admin_shell import admin_shell
from jambot.web.components.admin_table import sessions_table
from jambot.web.components.basics import icon
from jambot.web.states.admin import AdminState
from jambot.web.states.admin_table import AdminTableState
>>>>>>> 5d525f0 (Show the sessions of an installation: figures, charts, a table with filters in the address, an inspector, actions, a live tail)
from jambot.web.strings import t


def admin_page() -> rx.Component:
    return admin_shell(
        t("title.admin"),
        routes.ADMIN,
        rx.el.div(
            rx.el.div(
                rx.el.h1(t("admin.title")),
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


<<<<<<< HEAD
def _login(row: rx.Var[LoginLine]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(row.person, class_name="med"),
        rx.el.td(row.device, class_name="fg2"),
        rx.el.td(row.role),
        rx.el.td(row.state),
        rx.el.td(age_time(row.age, row.at), " · ", clock_time(row.at)),
        rx.el.td(day(row.ends_at)),
        rx.el.td(
            rx.cond(
                row.is_mine,
                rx.el.span(t("settings.current"), class_name="meta"),
                button(t("admin.revoke"), kind="tiny danger", on_click=AdminState.revoke_login(row.id)),
            ),
            class_name="num",
        ),
        key=row.id,
    )


def _workspaces() -> rx.Component:
    heads = ("history.col_title", "admin.person", "history.col_state", "admin.messages", "history.col_updated")
    return _table(t("admin.workspaces"), heads, rx.foreach(AdminState.workspaces, _workspace))


def _workspace(row: rx.Var[WorkspaceLine]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(row.name, class_name="med"),
        rx.el.td(row.person, class_name="fg2"),
        rx.el.td(row.status),
        rx.el.td(row.messages),
        rx.el.td(age_time(row.age, row.at)),
        key=row.id,
    )


def _people() -> rx.Component:
    heads = ("admin.person", "login.email", "admin.role", "admin.last_activity", "")
    return _table(t("admin.users"), heads, rx.foreach(AdminState.people, _person), _invite())


def _person(row: rx.Var[PersonLine]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(row.person, class_name="med"),
        rx.el.td(row.email, class_name="fg2"),
        rx.el.td(row.role),
        rx.el.td(day(row.at)),
        rx.el.td(
            rx.cond(
                row.is_me,
                rx.fragment(),
                rx.cond(
                    row.is_disabled,
                    button(t("admin.enable"), kind="tiny", on_click=AdminState.set_disabled(row.id, False)),
                    button(t("admin.disable"), kind="tiny danger", on_click=AdminState.set_disabled(row.id, True)),
                ),
            ),
            class_name="num",
        ),
        key=row.id,
    )


def _invite() -> rx.Component:
    """Posted by the page's script: the address of an invitation is a secret, so no state ever holds it."""
    return form(
        "invite",
        rx.el.div(
            rx.el.div(
                rx.el.input(
                    name="email",
                    type="email",
                    placeholder=t("login.email"),
                    aria_label=t("login.email"),
                    auto_complete="off",
                ),
                class_name="field small",
            ),
            rx.el.button(t("admin.invite"), type="submit", class_name="btn small"),
            class_name="h g2",
        ),
        once(t("admin.invite_note")),
        done=t("notice.invited"),
=======
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
>>>>>>> 5d525f0 (Show the sessions of an installation: figures, charts, a table with filters in the address, an inspector, actions, a live tail)
    )
