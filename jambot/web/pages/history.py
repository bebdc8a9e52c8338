"""All workspaces as a table, and the Trash."""

from __future__ import annotations

import reflex as rx

from jambot.web import routes
from jambot.web.components.basics import age_time, bones, button, day, empty, go, icon, segments, status
from jambot.web.components.shell import page_shell, trouble
from jambot.web.states.history import HistoryState
from jambot.web.strings import t
from jambot.web.view_models import HitItem, SessionItem

_FILTERS = ("", "active", "completed", "abandoned", "archived")


def history_page() -> rx.Component:
    return page_shell(
        t("title.history"),
        routes.HISTORY,
        rx.el.div(
            rx.el.h1(t("history.title")),
            rx.el.span(class_name="grow"),
            rx.el.form(
                rx.el.div(
                    icon("search"),
                    rx.el.input(
                        name="q",
                        type="search",
                        placeholder=t("history.search"),
                        aria_label=t("history.search"),
                        max_length=200,
                        auto_focus=True,
                    ),
                    class_name="field small",
                ),
                on_submit=HistoryState.search,
                role="search",
                class_name="search-box",
            ),
            class_name="page-head",
        ),
        rx.el.div(
            *[_filter(value) for value in _FILTERS],
            rx.cond(
                HistoryState.query != "",
                rx.el.button(
                    icon("search", 14),
                    HistoryState.query,
                    icon("x", 14),
                    type="button",
                    class_name="chip",
                    custom_attrs={"aria-pressed": "true"},
                    aria_label=t("history.clear"),
                    on_click=rx.redirect(routes.HISTORY),
                ),
            ),
            class_name="bar",
        ),
        _body(_table(), "clock", t("history.empty"), t("history.empty_note"), HistoryState.load),
        rx.el.div(
            rx.el.span(class_name="grow"),
            button(t("history.newer"), kind="small", disabled=HistoryState.is_first_page, on_click=HistoryState.newest),
            button(t("history.older"), kind="small", disabled=~HistoryState.has_older, on_click=HistoryState.older),
            class_name="page-foot",
        ),
    )


def trash_page() -> rx.Component:
    return page_shell(
        t("title.trash"),
        routes.TRASH,
        rx.el.div(rx.el.h1(t("trash.title")), rx.el.span(t("trash.note"), class_name="meta"), class_name="page-head"),
        _body(_deleted(), "trash-2", t("trash.empty"), t("trash.empty_note"), HistoryState.load_trash),
    )


def _no_result() -> rx.Component:
    """Repeats what was looked for; words that are in messages alone are no empty result."""
    query = HistoryState.query
    return rx.cond(
        HistoryState.hits,
        rx.el.p(t("history.none_in_titles"), class_name="fg2 none-in-titles"),
        empty(
            "search-x",
            t("history.none"),
            rx.cond(query != "", rx.fragment(t("history.none_note"), rx.el.b(query)), t("history.none_state")),
            go(t("history.clear"), href=routes.HISTORY, class_name="btn primary"),
        ),
    )


def _filter(value: str) -> rx.Component:
    return rx.el.button(
        t(f"history.{value or 'all'}"),
        type="button",
        class_name="chip",
        custom_attrs={"aria-pressed": (HistoryState.status == value).to_string()},
        on_click=HistoryState.filter_status(value),
    )


def _body(table: rx.Component, icon_name: str, title: str, note: str, again: rx.event.EventHandler) -> rx.Component:
    """Loading, trouble, no result, empty, or the table."""
    is_filtered = (HistoryState.query != "") | (HistoryState.status != "")
    return rx.el.div(
        rx.cond(
            HistoryState.trouble != "",
            trouble(HistoryState.trouble, again),
            rx.cond(
                HistoryState.rows,
                table,
                rx.cond(
                    HistoryState.is_loading,
                    bones(8, "bone-row"),
                    rx.cond(
                        is_filtered,
                        _no_result(),
                        empty(
                            icon_name,
                            title,
                            note,
                            go(t("side.new"), href=routes.NEW, class_name="btn primary"),
                        ),
                    ),
                ),
            ),
        ),
        rx.cond(HistoryState.hits, _hits()),
        class_name="scroll",
        custom_attrs={"aria-busy": HistoryState.is_loading.to_string()},
    )


def _table() -> rx.Component:
    return rx.el.table(
        rx.el.colgroup(
            *[rx.el.col(style={"width": width}) for width in ("152px", "", "168px", "72px", "152px", "96px")]
        ),
        rx.el.thead(
            rx.el.tr(
                rx.el.th(t("history.col_state"), scope="col"),
                rx.el.th(t("history.col_title"), scope="col"),
                rx.el.th(t("history.col_mission"), scope="col"),
                rx.el.th(t("history.col_assets"), class_name="num", scope="col"),
                rx.el.th(t("history.col_device"), scope="col"),
                rx.el.th(t("history.col_updated"), class_name="num", scope="col"),
            )
        ),
        rx.el.tbody(rx.foreach(HistoryState.rows, _row)),
        class_name="table fixed",
        id="history-table",
    )


def _row(row: rx.Var[SessionItem]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(status(row.state, row.word)),
        rx.el.td(
            go(
                rx.el.span(row.name, class_name="med"),
                rx.cond(row.is_pinned, icon("pin", 12, "gray inline")),
                rx.el.span(row.preview, class_name="fg2 preview"),
                href=row.href,
                class_name="cover",
            )
        ),
        rx.el.td(
            rx.cond(
                row.mission != "",
                rx.el.span(segments(row.segments), rx.el.span(row.mission, class_name="meta"), class_name="h g2"),
                rx.el.span("—", class_name="fg2"),
            )
        ),
        rx.el.td(row.asset_count, class_name="num"),
        rx.el.td(row.device, class_name="fg2"),
        rx.el.td(age_time(row.age, row.at), class_name="num fg2"),
        key=row.id,
    )


def _deleted() -> rx.Component:
    return rx.el.table(
        rx.el.thead(
            rx.el.tr(
                rx.el.th(t("history.col_title"), scope="col"),
                rx.el.th(t("trash.deleted"), scope="col"),
                rx.el.th(rx.el.span(t("do.restore"), class_name="sr"), class_name="num", scope="col"),
            )
        ),
        rx.el.tbody(
            rx.foreach(
                HistoryState.rows,
                lambda row: rx.el.tr(
                    rx.el.td(rx.el.span(row.name, class_name="med")),
                    rx.el.td(day(row.deleted_at), class_name="fg2"),
                    rx.el.td(
                        button(t("do.restore"), kind="tiny", on_click=HistoryState.restore(row.id)), class_name="num"
                    ),
                    key=row.id,
                ),
            )
        ),
        class_name="table",
    )


def _hits() -> rx.Component:
    return rx.el.section(
        rx.el.h2(t("history.hits"), class_name="section-title", style={"padding": "24px 24px 8px"}),
        rx.foreach(HistoryState.hits, _hit),
    )


def _hit(hit: rx.Var[HitItem]) -> rx.Component:
    return go(
        rx.el.span(hit.workspace, class_name="med nw"),
        rx.el.span(hit.snippet, class_name="fg2 cut grow"),
        rx.el.span(hit.age, class_name="meta nw"),
        href=hit.href,
        class_name="pick hit",
    )
