"""The table of all workspaces, and that of the Trash."""

from __future__ import annotations

import reflex as rx

from jambot.web.components.basics import age_time, button, day, go, icon, segments, status
from jambot.web.components.choosing import tick
from jambot.web.components.sharing import domain_badge
from jambot.web.states.history import SHARED, HistoryState
from jambot.web.states.preferences import COLUMNS, PreferencesState
from jambot.web.strings import t
from jambot.web.view_models import SessionItem

# Name, width; the title takes what is left.
_WIDTHS = {"state": "136px", "mission": "168px", "messages": "88px", "assets": "72px", "device": "152px"}


def history_table() -> rx.Component:
    return rx.el.table(
        rx.el.colgroup(
            rx.el.col(class_name="c-tick"),
            _col("state"),
            rx.el.col(),
            *[_col(name) for name in ("mission", "messages", "assets", "device")],
            rx.el.col(style={"width": "96px"}),
        ),
        rx.el.thead(
            rx.el.tr(
                rx.el.th(
                    rx.cond(
                        HistoryState.status != SHARED,
                        tick("all", t("choose.all")),
                        rx.el.span(t("choose.one"), class_name="sr"),
                    ),
                    class_name="c-tick",
                    scope="col",
                ),
                rx.el.th(t("history.col_state"), class_name="c-state", scope="col"),
                rx.el.th(t("history.col_title"), scope="col"),
                rx.el.th(t("history.col_mission"), class_name="c-mission", scope="col"),
                rx.el.th(t("history.col_messages"), class_name="num c-messages", scope="col"),
                rx.el.th(t("history.col_assets"), class_name="num c-assets", scope="col"),
                rx.el.th(t("history.col_device"), class_name="c-device", scope="col"),
                rx.el.th(t("history.col_updated"), class_name="num", scope="col"),
            )
        ),
        rx.el.tbody(rx.foreach(HistoryState.rows, _row)),
        class_name=f"table fixed choosable {PreferencesState.hidden}",
        id="history-table",
    )


def trash_table() -> rx.Component:
    return rx.el.table(
        rx.el.colgroup(
            rx.el.col(class_name="c-tick"),
            rx.el.col(),
            rx.el.col(class_name="c-messages", style={"width": "88px"}),
            rx.el.col(style={"width": "128px"}),
            rx.el.col(style={"width": "112px"}),
        ),
        rx.el.thead(
            rx.el.tr(
                rx.el.th(tick("all", t("choose.all")), class_name="c-tick", scope="col"),
                rx.el.th(t("history.col_title"), scope="col"),
                rx.el.th(t("history.col_messages"), class_name="num c-messages", scope="col"),
                rx.el.th(t("trash.deleted"), scope="col"),
                rx.el.th(rx.el.span(t("do.restore"), class_name="sr"), class_name="num", scope="col"),
            )
        ),
        rx.el.tbody(rx.foreach(HistoryState.rows, _deleted)),
        class_name="table fixed choosable",
        id="trash-table",
    )


def columns_menu() -> rx.Component:
    """Which columns the table has; kept with the person, so every device shows the same."""
    return rx.menu.root(
        rx.menu.trigger(
            rx.el.button(icon("columns-3", 14), t("history.columns"), type="button", class_name="btn small hide-phone")
        ),
        rx.menu.content(*[_column(name) for name in COLUMNS], class_name="menu", size="1", align="end"),
        modal=False,
    )


def _column(name: str) -> rx.Component:
    is_shown = ~PreferencesState.hidden_columns.contains(name)
    return rx.menu.item(
        rx.cond(is_shown, icon("check", 14), rx.el.span(class_name="slot")),
        t(f"history.col_{name}"),
        role="menuitemcheckbox",
        custom_attrs={"aria-checked": is_shown.to_string()},
        on_select=PreferencesState.show_column(name, ~is_shown),
    )


def _col(name: str) -> rx.Component:
    return rx.el.col(class_name=f"c-{name}", style={"width": _WIDTHS[name]})


def _row(row: rx.Var[SessionItem]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(
            # What is somebody else's is in no choice: nothing could be done to it.
            rx.cond(row.owner == "", tick(row.id, f"{t('choose.one')} {row.name}")),
            class_name="c-tick",
        ),
        rx.el.td(_standing(row), class_name="c-state"),
        rx.el.td(
            go(
                rx.el.span(row.name, class_name="med"),
                rx.cond(row.is_pinned & (row.owner == ""), icon("pin", 12, "gray inline")),
                rx.cond(row.domain != "", domain_badge(row.domain)),
                rx.cond(row.owner != "", rx.el.bdi(row.owner, class_name="meta owner")),
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
            ),
            class_name="c-mission",
        ),
        rx.el.td(row.message_count, class_name="num c-messages"),
        rx.el.td(row.asset_count, class_name="num c-assets"),
        rx.el.td(rx.cond(row.device != "", row.device, "—"), class_name="fg2 c-device"),
        rx.el.td(age_time(row.age, row.at), class_name="num fg2"),
        key=row.id,
        tab_index=-1,
        custom_attrs={"data-row": row.id},
    )


def _standing(row: rx.Var[SessionItem]) -> rx.Component:
    """Where it was put away, else what its mission is doing."""
    return rx.cond(
        row.listed != "",
        rx.el.span(
            rx.match(row.status, ("archived", icon("archive", 12)), ("completed", icon("check", 12)), icon("moon", 12)),
            row.listed,
            class_name=rx.cond(row.status == "completed", "status green", "status"),
        ),
        status(row.state, row.word),
    )


def _deleted(row: rx.Var[SessionItem]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(tick(row.id, f"{t('choose.one')} {row.name}"), class_name="c-tick"),
        rx.el.td(rx.el.span(row.name, class_name="med"), rx.el.span(row.preview, class_name="fg2 preview")),
        rx.el.td(row.message_count, class_name="num c-messages"),
        rx.el.td(day(row.deleted_at), class_name="fg2"),
        rx.el.td(
            button(t("do.restore"), kind="tiny", on_click=HistoryState.do("restore", [row.id], False)),
            class_name="num",
        ),
        key=row.id,
        tab_index=-1,
        custom_attrs={"data-row": row.id},
    )
