"""The table of sessions: filters, columns, rows, and what is done with those that are chosen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import reflex as rx

from jambot.admin.doing import Doing
from jambot.admin.view import COLUMNS
from jambot.sessions.search import Order
from jambot.web import routes
from jambot.web.admin_items import SessionLine
from jambot.web.components.admin_filters import columns, export, filters
from jambot.web.components.admin_shell import alone
from jambot.web.components.basics import bones, button, clock_time, empty, go, icon, icon_button, recent_time
from jambot.web.states.admin import AdminState
from jambot.web.states.admin_acting import AdminActingState
from jambot.web.states.admin_table import AdminTableState
from jambot.web.strings import t

_ENDING = {Doing.EXPIRE, Doing.SIGN_OUT, Doing.REVOKE}
_SORTED = tuple(order.value for order in Order)
_LIFE_LOOKS = {
    "active": ("circle-dot", "blue"),
    "idle": ("moon", ""),
    "expiring": ("hourglass", "orange"),
    "expired": ("timer-off", ""),
}


def sessions_table() -> rx.Component:
    """The panel whole."""
    state = AdminTableState
    return rx.el.section(
        rx.el.div(
            rx.el.h2(t("sessions.title"), class_name="med"),
            rx.el.span(
                state.count,
                rx.cond(state.is_narrowed, f" {t('sessions.match')}", ""),
                class_name="meta",
                id="session-count",
            ),
            rx.el.span(class_name="grow"),
            rx.el.span(f"{t('admin.counted')} ", clock_time(AdminState.counted_at), class_name="meta hide-phone"),
            columns(),
            export(),
            class_name="panel-head",
        ),
        filters(),
        alone(
            state.trouble,
            state.load,
            rx.cond(state.rows, _table(), rx.cond(state.is_loading, bones(8, "bone-row"), _none())),
        ),
        _foot(),
        class_name="card sessions",
        aria_label=t("sessions.title"),
    )


def life(state: rx.Var[str], word: rx.Var[str]) -> rx.Component:
    """The state of a session: icon, word and colour."""
    return rx.el.span(
        rx.match(state, *[(name, icon(drawn, 12)) for name, (drawn, _) in _LIFE_LOOKS.items()], rx.fragment()),
        word,
        class_name=rx.match(
            state, *[(name, f"status {colour}".strip()) for name, (_, colour) in _LIFE_LOOKS.items()], "status"
        ),
    )


def deeds(ask: Callable[[Doing], Any]) -> list[rx.Component]:
    """A button for each action; moving is offered where there is a store to move to, else how to name one."""
    buttons = {
        doing: button(
            t(f"act.{doing.value}"),
            kind="tiny danger" if doing in _ENDING else "tiny",
            on_click=ask(doing),
            custom_attrs={"data-doing": doing.value},
        )
        for doing in Doing
    }
    move = buttons.pop(Doing.MOVE)
    how = rx.el.span(t("act.move_none"), class_name="meta how-to-move")
    return [*buttons.values(), rx.cond(AdminTableState.can_move, move, how)]


def _table() -> rx.Component:
    state = AdminTableState
    return rx.el.div(
        rx.el.table(
            rx.el.thead(
                rx.el.tr(
                    rx.el.th(
                        rx.el.label(
                            rx.el.input(
                                type="checkbox",
                                class_name="check",
                                checked=state.is_page_chosen,
                                on_change=state.choose_page,
                                aria_label=t("sessions.choose_page"),
                                custom_attrs={"data-part": state.is_part_chosen.to_string()},
                            ),
                            class_name="tick beside",
                        ),
                        rx.el.span(t("sessions.person")),
                        scope="col",
                        class_name="stuck",
                    ),
                    *[_head(name) for name in COLUMNS],
                )
            ),
            rx.el.tbody(rx.foreach(state.rows, _row)),
            class_name="table dense",
            id="sessions-table",
        ),
        class_name=rx.cond(state.is_loading, "scroll-x table-box stale", "scroll-x table-box"),
        tab_index=0,
        role="group",
        aria_label=t("sessions.title"),
    )


def _head(name: str) -> rx.Component:
    state = AdminTableState
    side = "num" if name in {"pages", "version"} else ""
    words: rx.Component = rx.el.span(t(f"sessions.{name}"))
    attributes: dict[str, Any] = {}
    if name in _SORTED:
        is_sorted = state.sort == name
        words = rx.el.button(
            t(f"sessions.{name}"),
            rx.cond(is_sorted, rx.cond(state.up, icon("arrow-up", 12), icon("arrow-down", 12))),
            type="button",
            class_name="sorter",
            on_click=state.sort_by(name),
        )
        attributes["aria-sort"] = rx.cond(is_sorted, rx.cond(state.up, "ascending", "descending"), "none")
    return rx.cond(state.columns[name], rx.el.th(words, scope="col", class_name=side, custom_attrs=attributes))


def _row(row: rx.Var[SessionLine]) -> rx.Component:
    shown = AdminTableState.columns
    cells = {
        "kind": rx.el.td(row.kind),
        "state": rx.el.td(life(row.state, row.word)),
        "device": rx.el.td(row.device, class_name="fg2"),
        "address": rx.el.td(row.address, class_name="fg2"),
        "created": rx.el.td(recent_time(row.created_at)),
        "used": rx.el.td(recent_time(row.used_at)),
        "ends": rx.el.td(
            rx.el.time(row.ends, date_time=row.ends_at, title=row.ends_at),
            class_name=rx.cond(row.state == "expiring", "orange med", ""),
        ),
        "pages": rx.el.td(row.pages, class_name="num"),
        "version": rx.el.td(row.version, class_name="num"),
    }
    return rx.el.tr(
        rx.el.td(
            rx.el.label(
                rx.el.input(
                    type="checkbox",
                    class_name="check",
                    checked=row.is_chosen,
                    disabled=row.is_mine,
                    on_change=AdminTableState.choose(row.handle),
                    aria_label=f"{t('sessions.choose')} {row.person}",
                ),
                class_name="tick beside",
            ),
            go(row.person, href=row.href, class_name="med cut", title=row.email),
            rx.cond(row.is_mine, rx.el.span(t("sessions.mine"), class_name="meta")),
            class_name="stuck",
        ),
        *[rx.cond(shown[name], cell) for name, cell in cells.items()],
        key=row.handle,
        class_name=rx.cond(row.is_chosen, "picked", ""),
    )


def _none() -> rx.Component:
    state = AdminTableState
    return rx.cond(
        state.is_vague,
        empty("users", t("sessions.vague"), t("sessions.vague_note")),
        rx.cond(
            state.older != "",
            empty("search", t("sessions.none"), t("sessions.looked")),
            empty(
                "search-x",
                t("sessions.none"),
                t("sessions.none_note"),
                go(t("sessions.clear"), href=routes.ADMIN, class_name="btn primary"),
            ),
        ),
    )


def _foot() -> rx.Component:
    state = AdminTableState
    is_any = (state.chosen.length() > 0) | state.is_all_chosen
    return rx.el.div(
        rx.cond(
            is_any,
            rx.el.div(
                rx.el.span(
                    rx.cond(
                        state.is_all_chosen,
                        t("sessions.chosen_matching"),
                        rx.fragment(state.chosen.length(), f" {t('sessions.chosen')}"),
                    ),
                    class_name="med nw",
                ),
                rx.el.span(t("sessions.own_left_out"), class_name="meta nw hide-phone"),
                rx.cond(
                    ~state.is_all_chosen,
                    rx.el.button(
                        t("sessions.choose_matching"),
                        type="button",
                        class_name="link nw",
                        on_click=state.choose_matching,
                    ),
                ),
                rx.el.span(class_name="vr"),
                *deeds(lambda doing: AdminActingState.ask(doing.value)),
                icon_button(
                    "x", t("sessions.forget_choice"), size=14, class_name="ib small", on_click=state.forget_choice
                ),
                class_name="chosen-bar",
                role="group",
                aria_label=t("sessions.chosen"),
            ),
            rx.el.span(),
        ),
        rx.el.span(class_name="grow"),
        _turn(t("sessions.newer"), state.newer, "newer"),
        _turn(t("sessions.older"), state.older, "older"),
        class_name="table-foot",
    )


def _turn(words: str, href: rx.Var[str], name: str) -> rx.Component:
    return rx.cond(
        href != "",
        go(words, href=href, class_name="btn small", id=f"sessions-{name}"),
        button(words, kind="small", disabled=True),
    )
