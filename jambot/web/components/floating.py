"""What lies over the page: notices and the offline strip. The scripts ask for the password when a login ended."""

from __future__ import annotations

import reflex as rx

from jambot.web.components.basics import button, icon, icon_button, kbd
from jambot.web.states.auth import AuthState
from jambot.web.states.notice import NoticeState
from jambot.web.states.session import SessionState
from jambot.web.states.undo import UndoState
from jambot.web.strings import t


def notices() -> rx.Component:
    """At the lower left, said once to screen readers too."""
    return rx.el.div(
        rx.cond(
            NoticeState.kind != "",
            rx.el.div(
                rx.cond(NoticeState.kind == "trouble", icon("octagon-x", 16, "red"), icon("check", 16, "green")),
                rx.el.div(
                    rx.el.span(NoticeState.text, class_name="med"),
                    rx.cond(NoticeState.detail != "", rx.el.span(NoticeState.detail, class_name="meta")),
                    class_name="v grow",
                ),
                rx.cond(
                    NoticeState.reference != "",
                    rx.el.code(f"{t('trouble.reference')} ", NoticeState.reference, class_name="mono fg2 nw"),
                ),
                rx.cond(
                    NoticeState.can_undo,
                    button(
                        icon("undo-2", 14),
                        t("do.undo"),
                        kbd(rx.cond(AuthState.is_mac, "⌘Z", "Ctrl Z")),
                        kind="small",
                        id="undo",
                        on_click=UndoState.undo,
                    ),
                ),
                icon_button("x", t("do.dismiss"), size=14, class_name="ib small", on_click=NoticeState.dismiss),
                class_name="notice",
                on_mouse_enter=NoticeState.hold,
                on_mouse_leave=NoticeState.fade,
                on_focus=NoticeState.hold,
                on_blur=NoticeState.fade,
            ),
        ),
        class_name="notices",
        role="status",
        aria_live="polite",
        id="notices",
    )


def paused_strip() -> rx.Component:
    """What others do is not shown at once, but everything can be done."""
    return rx.cond(
        ~SessionState.is_live,
        rx.el.div(
            icon("pause", 14),
            rx.el.span(t("strip.paused"), class_name="grow"),
            class_name="strip",
            role="status",
            id="paused",
        ),
    )


def offline_strip() -> rx.Component:
    """Drawn by the page; shown, and its words written, by the script that knows whether the server answers."""
    return rx.el.div(
        icon("wifi-off", 14),
        rx.el.span(id="offline-words", class_name="grow"),
        rx.el.button(t("do.try_again"), type="button", class_name="link", id="try-now"),
        id="offline",
        class_name="strip",
        role="status",
        hidden=True,
    )
