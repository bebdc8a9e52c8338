"""The frame of every page of a person who is signed in, and the bare one before that."""

from __future__ import annotations

from typing import Any

import reflex as rx

from jambot.web import routes
from jambot.web.components.basics import button, day, empty, go, icon, mark
from jambot.web.components.devices import new_device_strip, proof_dialog
from jambot.web.components.floating import notices, offline_strip, paused_strip
from jambot.web.components.panel import panel
from jambot.web.components.reading import is_reader
from jambot.web.components.sharing import share_dialog
from jambot.web.components.sidebar import sidebar
from jambot.web.components.topbar import crumb, topbar
from jambot.web.components.workspace_menu import quick_deeds
from jambot.web.states.auth import AuthState
from jambot.web.states.jambot import JamBotState
from jambot.web.states.preferences import PreferencesState
from jambot.web.states.session import SessionState
from jambot.web.states.tab import TabState
from jambot.web.states.undo import UndoState
from jambot.web.strings import t


def workspace_shell(title: rx.Component, main: rx.Component) -> rx.Component:
    """The frame with the mission panel. Its attributes tell the scripts where the person is."""
    return _frame(
        topbar(title),
        sidebar(),
        main,
        panel(),
        rx.el.div(class_name="scrim for-sheet", on_click=JamBotState.close_layers),
        panel_state=rx.cond(JamBotState.is_panel_open, "open", "closed"),
    )


def page_shell(
    name: str, current: str, *content: rx.Component, area: str = "", side: rx.Component | None = None
) -> rx.Component:
    """The frame of the other pages. `current` is the page's own address; `side` stands in for the history."""
    return _frame(
        topbar(crumb(*filter(None, (area, name))), wide=False),
        side or sidebar(current),
        rx.el.main(*content, class_name="main", id="main", tab_index=-1),
        asks_here=current == routes.SETTINGS,
    )


def _frame(
    top: rx.Component,
    side: rx.Component,
    *rest: rx.Component,
    panel_state: rx.Var | None = None,
    asks_here: bool = False,
) -> rx.Component:
    # One row of the page, however many strips there are. The settings ask about a new device in their list of devices.
    strips = rx.el.div(
        offline_strip(),
        paused_strip(),
        *([] if asks_here else [new_device_strip()]),
        _guest_strip(),
        class_name="strips",
    )
    return rx.el.div(
        rx.el.a(t("skip"), href="#main", class_name="skip"),
        top,
        strips,
        rx.el.div(side, *rest, class_name="shell" if panel_state is not None else "shell two"),
        quick_deeds() if panel_state is not None else rx.fragment(),
        rx.el.button(type="button", hidden=True, on_click=UndoState.undo, custom_attrs={"data-action": "undo-last"}),
        rx.el.div(class_name="scrim for-drawer", on_click=JamBotState.close_layers),
        notices(),
        share_dialog(),
        proof_dialog(),
        id="workspace",
        class_name="app",
        custom_attrs={
            "data-user-id": AuthState.user_id,
            "data-device-id": AuthState.device_id,
            "data-guest": AuthState.is_guest.to_string(),
            "data-workspace-id": JamBotState.workspace_id if panel_state is not None else "",
            "data-chat-id": JamBotState.chat_id,
            "data-reader": is_reader().to_string() if panel_state is not None else "false",
            "data-draft-revision": JamBotState.draft_revision.to_string(),
            "data-answering": JamBotState.is_answering.to_string(),
            "data-messages": JamBotState.messages.length().to_string(),
            "data-user-email": AuthState.user_email,
            "data-standing": TabState.standing,
            "data-reason": TabState.reason,
            "data-place": JamBotState.saved_place,
            "data-selected": JamBotState.preview.id,
            # Only the workspace page has a workspace to wait for.
            "data-loading": SessionState.is_session_loading.to_string() if panel_state is not None else "false",
            "data-density": PreferencesState.density,
            "data-send-key": PreferencesState.send_key,
            "data-panel": JamBotState.panel,
            "data-side-panel": panel_state if panel_state is not None else "none",
            "data-sidebar": rx.cond(JamBotState.is_sidebar_open, "open", "closed"),
            "data-drawer": rx.cond(JamBotState.is_drawer_open, "open", "closed"),
            "data-sheet": rx.cond(JamBotState.is_sheet_open, "open", "closed"),
        },
    )


def _guest_strip() -> rx.Component:
    """What a guest must know, with the two ways to keep what they made."""
    return rx.cond(
        AuthState.is_guest,
        rx.el.div(
            icon("hourglass", 14, "amber"),
            rx.el.span(t("guest.strip"), class_name="grow"),
            rx.el.a(t("guest.register"), href=routes.REGISTER, class_name="btn small"),
            rx.el.a(t("guest.sign_in"), href=routes.LOGIN, class_name="link"),
            class_name="strip new-device",
            role="status",
        ),
    )


def gate(title: str, note: Any, *content: rx.Component) -> rx.Component:
    """The frame of the pages for people who are not signed in."""
    return rx.el.div(
        rx.el.a(t("skip"), href="#main", class_name="skip"),
        rx.el.header(mark(), rx.el.span(class_name="grow")),
        rx.el.main(
            rx.el.h1(title),
            rx.el.p(note, class_name="fg2", style={"margin_top": "4px"}),
            *content,
            id="main",
        ),
        rx.el.footer(rx.el.span(t("app")), rx.el.span(class_name="grow"), rx.el.span(t("register.note"))),
        class_name="gate",
    )


def trouble(code: rx.Var[str], again: rx.EventSpec | rx.event.EventCallback, title: str = "") -> rx.Component:
    """Loading failed: what happened, what is safe, what to do. `title` says what it was, unless the workspace."""
    return empty(
        "cloud-off",
        title or t("trouble.load"),
        t("trouble.load_note"),
        button(t("do.try_again"), kind="primary", on_click=again),
        rx.el.code(f"{t('trouble.reference')} ", code, class_name="mono fg2"),
    )


def gone() -> rx.Component:
    """The address names nothing of this person's."""
    return empty(
        "search-x",
        t("trouble.gone"),
        t("trouble.gone_note"),
        go(t("side.history"), href=routes.HISTORY, class_name="btn primary"),
        go(t("side.new"), href=routes.NEW, class_name="link"),
    )


def in_trash() -> rx.Component:
    """The address names what its owner threw away: it is one click from being back."""
    thrown = SessionState.trashed
    return empty(
        "trash-2",
        rx.fragment(thrown.name, f" {t('trash.is_here')}"),
        rx.fragment(f"{t('trash.since')} ", day(thrown.deleted_at), f". {t('trash.note')}"),
        button(
            icon("undo-2", 14),
            t("do.restore"),
            kind="primary",
            on_click=[SessionState.restore(thrown.id), SessionState.recover_session],
        ),
        go(t("side.new"), href=routes.NEW, class_name="link"),
    )
