"""The bar on top: where you are, how it is saved, and who you are."""

from __future__ import annotations

import reflex as rx

from jambot.web import routes
from jambot.web.components.basics import clock_time, icon, icon_button, kbd, mark, status
from jambot.web.components.reading import is_reader
from jambot.web.components.sharing import domain_badge
from jambot.web.components.workspace_menu import title_menu
from jambot.web.states.auth import AuthState
from jambot.web.states.jambot import JamBotState
from jambot.web.states.session import SessionState
from jambot.web.states.sharing import ShareState
from jambot.web.strings import t


def topbar(middle: rx.Component, *, wide: bool = True) -> rx.Component:
    """`wide` says that the page has the mission panel, whose column the bar then follows."""
    return rx.el.header(
        rx.el.div(
            icon_button(
                "panel-left",
                t("side.toggle"),
                class_name="ib hide-phone",
                on_click=JamBotState.toggle_sidebar,
                custom_attrs={"data-action": "toggle-sidebar"},
            ),
            icon_button("panel-left", t("side.toggle"), class_name="ib only-phone", on_click=JamBotState.toggle_drawer),
            mark(),
            class_name="topbar-left",
        ),
        middle,
        rx.el.div(
            *([_show_panel()] if wide else []), _search(), _help(), _theme(), _account(), class_name="topbar-right"
        ),
        class_name="topbar" if wide else "topbar two",
    )


def crumb(*parts: str) -> rx.Component:
    """The name of a page that is not a workspace."""
    return rx.el.div(
        rx.el.span(*[f"{part} / " for part in parts[:-1]], rx.el.b(parts[-1]), class_name="crumb cut"),
        class_name="topbar-middle",
    )


def workspace_title() -> rx.Component:
    """The title, edited in place; the mission's progress; and what the server has."""
    return rx.el.div(
        rx.cond(
            SessionState.current_session.id != "",
            rx.fragment(
                rx.cond(
                    is_reader(), rx.el.span(SessionState.current_session.name, class_name="title cut"), _title_form()
                ),
                rx.cond(
                    JamBotState.mission.id != "",
                    rx.el.button(
                        status(JamBotState.mission.state, JamBotState.mission.progress),
                        type="button",
                        class_name="hide-phone",
                        aria_label=t("top.mission"),
                        on_click=JamBotState.open_sheet("mission"),
                    ),
                ),
                rx.cond(is_reader(), rx.fragment(), title_menu()),
                _shared_as(),
                rx.el.span(class_name="grow"),
                _elsewhere(),
                rx.cond(is_reader(), _read_only(), _pill()),
            ),
            rx.el.span(t("top.untitled"), class_name="title"),
        ),
        class_name="topbar-middle",
    )


def _title_form() -> rx.Component:
    return rx.el.form(
        rx.el.input(
            name="name",
            default_value=SessionState.current_session.name,
            key=SessionState.current_session.id + SessionState.current_session.name,
            id="title",
            class_name="title cut",
            aria_label=t("top.title"),
            max_length=200,
            on_blur=SessionState.rename,
            on_click=rx.set_focus("title"),
            custom_attrs={"data-action": "rename"},
        ),
        on_submit=SessionState.rename_form,
        class_name="title-form",
    )


def _shared_as() -> rx.Component:
    """The domain it carries: for its owner a way to change that."""
    row = SessionState.current_session
    return rx.cond(
        row.domain != "",
        rx.cond(
            is_reader(),
            domain_badge(row.domain),
            rx.el.button(
                domain_badge(row.domain),
                type="button",
                class_name="bare",
                aria_label=f"{t('share.shared_with')} {row.domain}",
                title=t("share.do"),
                on_click=ShareState.ask(row.id),
            ),
        ),
    )


def _read_only() -> rx.Component:
    """In the place of the pill: nothing of a reader is saved here."""
    return rx.el.span(
        icon("eye", 14),
        rx.el.span(t("shared.badge"), class_name="words"),
        class_name="pill still",
        title=f"{t('shared.only')} {SessionState.current_session.owner} {t('shared.can_change')}",
    )


def _elsewhere() -> rx.Component:
    """On which device this was worked in last, when that was not this one."""
    row = SessionState.current_session
    return rx.cond(
        (row.device != "") & (row.device != AuthState.device),
        rx.el.span(
            f"{t('top.you_on')} ", row.device, " · ", row.age, class_name="meta nw wide hide-phone", id="elsewhere"
        ),
    )


def _search() -> rx.Component:
    """A button with its keys, which opens everything there is to find and to do."""
    return rx.el.button(
        icon("search"),
        kbd(rx.cond(AuthState.is_mac, "⌘K", "Ctrl K")),
        type="button",
        class_name="ib search-button",
        aria_label=t("top.search"),
        title=t("top.search"),
        custom_attrs={"data-action": "search"},
    )


def _pill() -> rx.Component:
    """Only what the server acknowledged; the script adds what is on its way, and opens the list of saves."""
    return rx.el.button(
        icon("check", 14, "green"),
        rx.el.span(f"{t('top.saved')} · ", clock_time(SessionState.saved_at), class_name="words", id="save-words"),
        type="button",
        id="save-pill",
        class_name="pill",
        title=t("top.pill"),
        custom_attrs={
            "data-state": "saved",
            "data-saved-at": SessionState.saved_at,
            "data-revision": SessionState.saved_revision.to_string(),
        },
    )


def _show_panel() -> rx.Component:
    return icon_button(
        "panel-right",
        t("top.panel"),
        class_name="ib hide-phone",
        on_click=JamBotState.toggle_panel,
        custom_attrs={"data-action": "toggle-panel"},
    )


def _help() -> rx.Component:
    return icon_button(
        "circle-help", t("top.shortcuts"), class_name="ib hide-phone", custom_attrs={"data-action": "help"}
    )


def _theme() -> rx.Component:
    return rx.el.button(
        icon("contrast"),
        type="button",
        class_name="ib hide-phone",
        id="toggle-theme",
        aria_label=t("top.theme"),
        title=t("top.theme"),
        on_click=rx.toggle_color_mode,
    )


def _account() -> rx.Component:
    return rx.menu.root(
        rx.menu.trigger(
            rx.el.button(
                AuthState.user_initials, type="button", class_name="avatar", aria_label=t("top.account"), id="account"
            )
        ),
        rx.menu.content(
            rx.el.div(
                rx.cond(AuthState.is_guest, AuthState.user_name, AuthState.user_email), class_name="meta menu-note"
            ),
            rx.menu.separator(),
            _go(t("side.settings"), "settings", routes.SETTINGS),
            _go(t("side.trash"), "trash-2", routes.TRASH),
            rx.cond(AuthState.is_admin, _go(t("side.admin"), "activity", routes.ADMIN)),
            rx.menu.item(icon("contrast", 14), t("top.theme"), on_select=rx.toggle_color_mode),
            rx.menu.separator(),
            rx.menu.item(
                icon("log-out", 14),
                t("do.sign_out"),
                id="sign-out",
                custom_attrs={"data-sign-out": ""},
                on_select=AuthState.sign_out,
            ),
            class_name="menu",
            size="1",
            align="end",
        ),
        modal=False,
    )


def _go(text: str, name: str, href: str) -> rx.Component:
    return rx.menu.item(icon(name, 14), text, on_select=rx.redirect(href))
