"""All workspaces as a table, and the Trash."""

from __future__ import annotations

import reflex as rx

from jambot.web import routes
from jambot.web.components.basics import bones, button, empty, go, icon, kbd
from jambot.web.components.choosing import choice_bar, chosen, everything
from jambot.web.components.history_table import columns_menu, history_table, trash_table
from jambot.web.components.hits import hits
from jambot.web.components.shell import page_shell, trouble
from jambot.web.states.history import SHARED, HistoryState
from jambot.web.strings import t

_FILTERS = ("", "active", "completed", "abandoned", "archived")


def history_page() -> rx.Component:
    return page_shell(
        t("title.history"),
        routes.HISTORY,
        rx.el.div(
            rx.el.h1(t("history.title")),
            rx.el.span(HistoryState.how_many, class_name="meta", id="how-many"),
            rx.el.span(class_name="grow"),
            _search(),
            columns_menu(),
            class_name="page-head",
        ),
        rx.el.div(
            *[_filter(value) for value in _FILTERS],
            rx.cond(HistoryState.has_shared, _filter("shared")),
            rx.cond(
                HistoryState.query != "",
                rx.el.button(
                    icon("search", 14),
                    HistoryState.query,
                    rx.el.span(f": {t('history.clear_query')}", class_name="sr"),
                    icon("x", 14),
                    type="button",
                    class_name="chip",
                    custom_attrs={"aria-pressed": "true"},
                    on_click=HistoryState.search({"q": ""}),
                ),
            ),
            rx.cond(_is_filtered(), go(t("history.clear"), href=routes.HISTORY, class_name="link", id="clear-filters")),
            class_name="bar",
            role="group",
            aria_label=t("history.filters"),
        ),
        rx.cond(
            HistoryState.status == "shared",
            rx.el.p(icon("eye", 14), rx.el.span(t("history.shared_note")), class_name="bar fg2", role="note"),
        ),
        _body(
            history_table(),
            rx.cond(
                HistoryState.has_shared,
                _nothing_yet("clock", t("history.empty_but_shared"), t("history.empty_note"), _see_shared()),
                _nothing_yet("clock", t("history.empty"), t("history.empty_note")),
            ),
            HistoryState.load,
        ),
        _foot(opens=True),
        choice_bar(
            _deed("archive", "archive", t("do.archive")),
            _deed("complete", "check", t("do.complete")),
            _deed("activate", "undo-2", t("do.activate")),
            _deed("trash", "trash-2", t("do.trash"), kbd("#"), kind="danger"),
        ),
    )


def trash_page() -> rx.Component:
    return page_shell(
        t("title.trash"),
        routes.TRASH,
        rx.el.div(rx.el.h1(t("trash.title")), rx.el.span(t("trash.note"), class_name="meta"), class_name="page-head"),
        _body(
            trash_table(),
            empty(
                "trash-2",
                t("trash.empty"),
                t("trash.empty_note"),
                go(t("side.history"), href=routes.HISTORY, class_name="btn"),
            ),
            HistoryState.load_trash,
        ),
        _foot(opens=False),
        choice_bar(
            _deed("restore", "undo-2", t("do.restore")),
            button(
                icon("trash-2", 14),
                rx.el.span(t("do.delete_forever")),
                kind="ghost small danger",
                on_click=HistoryState.ask_to_delete(chosen(), everything()),
                custom_attrs={"data-action": "delete-chosen"},
            ),
        ),
        _really(),
    )


def _search() -> rx.Component:
    return rx.el.form(
        rx.el.div(
            icon("search"),
            rx.el.input(
                name="q",
                id="search-box",
                type="search",
                placeholder=t("history.search"),
                aria_label=t("history.search"),
                max_length=200,
                default_value=HistoryState.query,
                key=HistoryState.query,
                auto_focus=True,
            ),
            kbd("/"),
            class_name="field small",
        ),
        on_submit=HistoryState.search,
        role="search",
        class_name="search-box",
    )


def _is_filtered() -> rx.Var[bool]:
    return (HistoryState.query != "") | (HistoryState.status != "")


def _nothing_yet(icon_name: str, title: str, note: str, *ways: rx.Component) -> rx.Component:
    return empty(icon_name, title, note, go(t("side.new"), href=routes.NEW, class_name="btn primary"), *ways)


def _see_shared() -> rx.Component:
    return go(t("history.see_shared"), href=f"{routes.HISTORY}?status={SHARED}", class_name="btn")


def _no_result() -> rx.Component:
    """Repeats what was looked for; words that are in messages alone are no empty result."""
    query, status = HistoryState.query, HistoryState.status
    nothing_so = rx.cond(status == "shared", t("mine.none"), t("history.none_state"))
    return rx.cond(
        HistoryState.hits,
        rx.el.p(t("history.none_in_titles"), class_name="fg2 none-in-titles"),
        empty(
            "search-x",
            t("history.none"),
            rx.cond(
                query != "",
                rx.fragment(t("history.none_note"), rx.el.b(query)),
                nothing_so,
            ),
            go(t("history.clear"), href=routes.HISTORY, class_name="btn primary"),
            rx.cond(
                (query != "") & (status != ""),
                rx.el.button(
                    t("history.everywhere"), type="button", class_name="link", on_click=HistoryState.filter_status("")
                ),
            ),
        ),
    )


def _filter(value: str) -> rx.Component:
    count = HistoryState.counts[value]
    return rx.el.button(
        t(f"history.{value or 'all'}"),
        rx.cond(count, rx.el.span(count, class_name="count"), "") if value else rx.fragment(),
        type="button",
        class_name="chip",
        custom_attrs={"aria-pressed": (HistoryState.status == value).to_string()},
        on_click=HistoryState.filter_status(value),
    )


def _body(table: rx.Component, nothing: rx.Component, again: rx.event.EventHandler) -> rx.Component:
    """Loading, trouble, no result, empty, or the table; what was there stays, dimmed, until the next is."""
    return rx.el.div(
        rx.cond(
            HistoryState.trouble != "",
            rx.cond(
                HistoryState.trouble == "bad_cursor",
                trouble(HistoryState.trouble, HistoryState.newest, t("trouble.page")),
                trouble(HistoryState.trouble, again, t("trouble.list")),
            ),
            rx.cond(
                HistoryState.rows,
                table,
                rx.cond(HistoryState.is_loading, bones(8, "bone-row"), rx.cond(_is_filtered(), _no_result(), nothing)),
            ),
        ),
        rx.cond(HistoryState.hits, hits()),
        class_name="scroll table-scroll",
        tab_index=0,
        role="region",
        aria_label=t("history.list"),
        custom_attrs={"aria-busy": HistoryState.is_loading.to_string()},
    )


def _foot(*, opens: bool) -> rx.Component:
    return rx.el.div(
        rx.el.span(
            kbd("x"),
            f" {t('choose.key')} \u2002",
            kbd("⇧J"),
            f" {t('choose.key_more')} \u2002",
            *((kbd("⏎"), f" {t('choose.key_open')}") if opens else ()),
            class_name="hide-phone",
        ),
        rx.el.span(class_name="grow"),
        button(t("history.newer"), kind="small", disabled=HistoryState.is_first_page, on_click=HistoryState.newest),
        button(t("history.older"), kind="small", disabled=~HistoryState.has_older, on_click=HistoryState.older),
        class_name="page-foot",
    )


def _deed(deed: str, icon_name: str, text: str, *more: rx.Component, kind: str = "") -> rx.Component:
    return button(
        icon(icon_name, 14),
        rx.el.span(text),
        *more,
        kind=f"ghost small {kind}",
        on_click=HistoryState.do(deed, chosen(), everything()),
        custom_attrs={"data-action": f"{deed}-chosen", "data-deed": deed},
    )


def _really() -> rx.Component:
    """Deleting for ever is one of two things that ask first: it names what goes."""
    return rx.alert_dialog.root(
        rx.alert_dialog.content(
            rx.alert_dialog.title(t("trash.really"), class_name="dialog-title"),
            rx.alert_dialog.description(t("trash.loses"), " ", rx.el.b(HistoryState.loses), "."),
            rx.el.div(
                button(t("trash.keep"), on_click=HistoryState.keep, auto_focus=True),
                button(icon("trash-2", 14), t("do.delete_forever"), kind="fatal", on_click=HistoryState.delete_forever),
                class_name="h g2 end",
                style={"margin_top": "16px"},
            ),
            class_name="dialog",
            on_escape_key_down=HistoryState.keep,
        ),
        open=HistoryState.loses != "",
    )
