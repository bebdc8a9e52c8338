"""The history at the left: what is open, what waits, and the way to everything else."""

from __future__ import annotations

import reflex as rx

from jambot.web import routes
from jambot.web.components.basics import age_time, bones, go, icon, kbd, state_slot
from jambot.web.components.workspace_menu import row_menu
from jambot.web.shared_items import SharedItem
from jambot.web.states.auth import AuthState
from jambot.web.states.preferences import PreferencesState
from jambot.web.states.session import SessionState
from jambot.web.strings import t
from jambot.web.view_models import SessionGroup, SessionItem


def sidebar(current: str = "") -> rx.Component:
    """`current` is the address of the page it stands on; empty for a workspace, whose row is then marked."""
    return rx.el.nav(
        _link(
            "plus",
            t("side.new"),
            routes.NEW,
            current,
            kbd(rx.cond(AuthState.is_mac, "⌘⇧O", "Ctrl ⇧ O")),
            action="new-session",
        ),
        _link(
            "search",
            t("side.search"),
            f"{routes.HISTORY}#search",
            "",
            kbd(rx.cond(AuthState.is_mac, "⌘K", "Ctrl K")),
            action="search",
        ),
        _link("clock", t("side.history"), routes.HISTORY, current),
        rx.el.div(
            rx.cond(
                SessionState.is_listed,
                rx.cond(
                    SessionState.groups,
                    rx.foreach(SessionState.groups, lambda group: _group(group, marks_open=not current)),
                    rx.el.p(t("side.empty"), class_name="meta", style={"padding": "8px"}),
                ),
                bones(8),
            ),
            rx.cond(
                SessionState.has_more,
                rx.el.button(t("side.load_more"), type="button", class_name="nav fg2", on_click=SessionState.load_more),
            ),
            rx.cond(
                SessionState.shared,
                rx.el.section(
                    rx.el.h2(t("side.shared"), class_name="group-title"),
                    rx.el.ul(rx.foreach(SessionState.shared, _shared)),
                ),
            ),
            class_name="side-list",
            id="session-list",
        ),
        rx.el.div(
            _link("trash-2", t("side.trash"), routes.TRASH, current),
            _link("sliders-horizontal", t("side.settings"), routes.SETTINGS, current),
            rx.cond(AuthState.is_admin, _link("activity", t("side.admin"), routes.ADMIN, current)),
            class_name="side-foot",
        ),
        class_name="side",
        aria_label=t("side.label"),
    )


def _link(name: str, text: str, href: str, current: str, *more: rx.Component, action: str = "") -> rx.Component:
    on = href == current
    attributes = {"aria-current": "page"} if on else {}
    if action:
        attributes["data-action"] = action
    return go(
        icon(name),
        rx.el.span(text, class_name="cut"),
        *more,
        href=href,
        class_name="nav on" if on else "nav",
        custom_attrs=attributes,
    )


def _group(group: rx.Var[SessionGroup], *, marks_open: bool) -> rx.Component:
    return rx.el.section(
        rx.el.h2(group.title, class_name="group-title"),
        rx.el.ul(rx.foreach(group.rows, lambda row: _row(row, marks_open=marks_open))),
    )


def _shared(row: rx.Var[SharedItem]) -> rx.Component:
    return rx.el.li(
        go(
            state_slot(row.state, rx.cond(row.state == "idle", "", row.word)),
            rx.el.span(row.name, class_name="cut grow"),
            rx.el.span(row.domain, class_name="badge cut", title=row.owner),
            href=row.href,
            class_name=rx.cond(SessionState.current_session.id == row.id, "work-row on", "work-row"),
            custom_attrs={"data-shared-row": row.id},
        ),
        key=row.id,
        class_name="work-item",
    )


def _row(row: rx.Var[SessionItem], *, marks_open: bool) -> rx.Component:
    is_current = (SessionState.current_session.id == row.id) & marks_open
    return rx.el.li(
        go(
            state_slot(row.state, rx.cond(row.state == "idle", "", row.word)),
            rx.el.span(
                rx.el.span(row.name, class_name="cut"),
                rx.cond(
                    PreferencesState.density == "comfortable",
                    rx.el.span(rx.cond(row.preview != "", row.preview, row.word), class_name="meta cut"),
                ),
                class_name="v grow",
            ),
            rx.cond(
                row.domain != "",
                rx.el.span(
                    icon("users", 12),
                    rx.el.span(f"{t('share.shared_with')} {row.domain}", class_name="sr"),
                    class_name="slot gray",
                    title=f"{t('share.shared_with')} {row.domain}",
                ),
            ),
            age_time(row.age, row.at, class_name="age"),
            href=row.href,
            class_name=rx.cond(is_current, "work-row on", "work-row"),
            custom_attrs={"aria-current": rx.cond(is_current, "page", "false"), "data-workspace-row": row.id},
        ),
        row_menu(row),
        key=row.id,
        class_name="work-item",
    )
