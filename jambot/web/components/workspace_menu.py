"""What can be done with one workspace, in a menu: in its row of the list, and beside the title of the open one."""

from __future__ import annotations

import reflex as rx

from jambot.web.components.basics import icon, icon_button, kbd
from jambot.web.components.reading import is_reader
from jambot.web.states.auth import AuthState
from jambot.web.states.session import SessionState
from jambot.web.states.sharing import ShareState
from jambot.web.strings import t
from jambot.web.view_models import SessionItem


def row_menu(row: rx.Var[SessionItem]) -> rx.Component:
    return _menu(row, class_name="ib small more", is_open_one=False)


def title_menu() -> rx.Component:
    """That of the open workspace says the keys too, which work only for it."""
    return _menu(SessionState.current_session, class_name="ib small", is_open_one=True)


def quick_deeds() -> rx.Component:
    """The same for the keys: buttons nobody sees, because a menu has its own only while it is open."""
    row = SessionState.current_session
    deeds = (
        ("pin", SessionState.pin(row.id, ~row.is_pinned)),
        ("complete", SessionState.complete(row.id)),
        ("archive", SessionState.archive(row.id)),
        ("trash", SessionState.trash(row.id)),
        ("share", ShareState.ask(row.id)),
    )
    return rx.cond(
        (row.id != "") & ~is_reader(),
        rx.fragment(
            *[
                rx.el.button(type="button", hidden=True, on_click=event, custom_attrs={"data-action": name})
                for name, event in deeds
            ]
        ),
    )


def _menu(row: rx.Var[SessionItem], *, class_name: str, is_open_one: bool) -> rx.Component:
    def keys(text: str) -> rx.Component:
        return rx.el.span(kbd(text), class_name="menu-keys") if is_open_one else rx.fragment()

    return rx.menu.root(
        rx.menu.trigger(icon_button("ellipsis", t("side.more"), class_name=class_name)),
        rx.menu.content(
            rx.menu.item(icon("pencil", 14), t("do.rename"), keys("F2"), on_select=rx.set_focus("title"))
            if is_open_one
            else rx.fragment(),
            rx.cond(
                row.is_pinned,
                rx.menu.item(
                    icon("pin-off", 14), t("do.unpin"), keys("d p"), on_select=SessionState.pin(row.id, False)
                ),
                rx.menu.item(icon("pin", 14), t("do.pin"), keys("d p"), on_select=SessionState.pin(row.id, True)),
            ),
            rx.menu.item(icon("check", 14), t("do.complete"), keys("d c"), on_select=SessionState.complete(row.id)),
            rx.menu.item(icon("archive", 14), t("do.archive"), keys("d a"), on_select=SessionState.archive(row.id)),
            rx.cond(
                AuthState.is_guest | row.is_demo,
                rx.fragment(),
                rx.menu.item(icon("users", 14), t("share.do"), keys("d s"), on_select=ShareState.ask(row.id)),
            ),
            rx.menu.separator(),
            rx.menu.item(
                icon("trash-2", 14),
                rx.cond(row.is_demo, t("do.remove_demo"), t("do.trash")),
                keys("#"),
                color="red",
                on_select=SessionState.trash(row.id),
            ),
            class_name="menu",
            size="1",
        ),
        modal=False,
    )
