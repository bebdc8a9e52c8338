"""A person's own settings: profile, password, devices, how the page looks and acts, data."""

from __future__ import annotations

import reflex as rx

from jambot.web import routes
from jambot.web.components.basics import go, icon, section
from jambot.web.components.devices import devices_section
from jambot.web.components.forms import form, password_field
from jambot.web.components.keys import keys_section
from jambot.web.components.preferences import appearance_section, writing_section
from jambot.web.components.sharing import shared_section
from jambot.web.components.shell import page_shell, trouble
from jambot.web.states.auth import AuthState
from jambot.web.states.settings import SettingsState
from jambot.web.states.sharing import SharedWithMeState
from jambot.web.strings import t

_SECTIONS = (
    ("profile", "user", "settings.profile"),
    ("password", "key-round", "settings.password"),
    ("devices", "laptop", "settings.devices"),
    ("appearance", "contrast", "settings.appearance"),
    ("writing", "keyboard", "settings.writing"),
    ("shared", "users", "mine.title"),
    ("keys", "terminal", "keys.title"),
    ("data", "database", "settings.data"),
)
_NOT_FOR_GUESTS = ("password", "keys")


def settings_page() -> rx.Component:
    return page_shell(
        t("title.settings"),
        routes.SETTINGS,
        rx.el.div(
            rx.el.div(
                rx.el.h1(t("title.settings")),
                _profile(),
                rx.cond(~AuthState.is_guest, _password()),
                rx.cond(
                    SettingsState.trouble != "",
                    trouble(SettingsState.trouble, SettingsState.load, t("trouble.devices")),
                    devices_section(),
                ),
                appearance_section(),
                writing_section(),
                rx.cond(
                    SharedWithMeState.trouble != "",
                    trouble(SharedWithMeState.trouble, SharedWithMeState.load, t("trouble.shared")),
                    shared_section(),
                ),
                rx.cond(~AuthState.is_guest, keys_section()),
                _data(),
                class_name="set",
            ),
            class_name="scroll",
        ),
        side=_contents(),
    )


def _contents() -> rx.Component:
    """What the page has, in place of the list of workspaces."""
    return rx.el.nav(
        go(icon("arrow-left"), rx.el.span(t("settings.back"), class_name="cut"), href=routes.HOME, class_name="nav"),
        rx.el.h2(t("title.settings"), class_name="group-title"),
        *[
            _entry(name, icon_name, words)
            if name not in _NOT_FOR_GUESTS
            else rx.cond(~AuthState.is_guest, _entry(name, icon_name, words))
            for name, icon_name, words in _SECTIONS
        ],
        rx.cond(
            AuthState.is_admin,
            rx.fragment(
                rx.el.h2(t("title.admin"), class_name="group-title"),
                go(
                    icon("activity"),
                    rx.el.span(t("settings.sessions"), class_name="cut"),
                    href=routes.ADMIN,
                    class_name="nav",
                ),
            ),
        ),
        class_name="side",
        aria_label=t("title.settings"),
    )


def _entry(name: str, icon_name: str, words: str) -> rx.Component:
    return rx.el.a(
        icon(icon_name),
        rx.el.span(t(words), class_name="cut"),
        href=f"#{name}",
        class_name="nav",
        custom_attrs={"data-section": name},
    )


def _profile() -> rx.Component:
    return section(
        "profile",
        t("settings.profile"),
        rx.el.div(
            rx.el.form(
                rx.el.div(
                    rx.el.label(
                        t("register.name"),
                        rx.cond(~AuthState.is_guest, rx.el.span(AuthState.user_email, class_name="meta")),
                        html_for="my-name",
                        class_name="label",
                    ),
                    rx.el.div(
                        rx.el.input(
                            id="my-name",
                            name="name",
                            default_value=AuthState.user_name,
                            key=AuthState.user_id,
                            max_length=100,
                            required=True,
                            auto_complete="name",
                        ),
                        class_name="field",
                    ),
                ),
                rx.el.div(
                    rx.el.button(t("do.save"), type="submit", class_name="btn"),
                    rx.el.span(
                        rx.cond(SettingsState.profile_note != "", icon("check", 14, "green")),
                        SettingsState.profile_note,
                        class_name="h g1 fg2",
                        role="status",
                        id="profile-note",
                    ),
                    class_name="h g3",
                ),
                on_submit=SettingsState.rename_me,
            ),
            class_name="card pad",
        ),
    )


def _password() -> rx.Component:
    return section(
        "password",
        t("settings.password"),
        rx.el.div(
            form(
                "password",
                rx.el.input(
                    type="email",
                    name="email",
                    auto_complete="username",
                    class_name="sr",
                    tab_index=-1,
                    default_value=AuthState.user_email,
                    key=AuthState.user_email,
                    aria_hidden="true",
                    read_only=True,
                ),
                password_field("old_password", t("settings.old_password")),
                password_field(
                    "new_password", t("settings.new_password"), note=t("register.password_note"), is_new=True
                ),
                rx.el.button(t("settings.change"), type="submit", class_name="btn"),
                done=t("settings.changed"),
            ),
            class_name="card pad",
        ),
    )


def _data() -> rx.Component:
    return section(
        "data",
        t("settings.data"),
        rx.el.div(
            rx.el.div(
                rx.el.p(t("settings.export_note"), class_name="grow"),
                rx.el.a(
                    icon("download", 14), t("settings.export"), href="/api/auth/export", download=True, class_name="btn"
                ),
                class_name="h g3 pad wrap",
            ),
            rx.cond(~AuthState.is_guest, _deletion()),
            class_name="card list",
        ),
    )


def _deletion() -> rx.Component:
    """A guest has no password to confirm it with, and goes by themselves."""
    return rx.el.details(
        rx.el.summary(
            rx.el.span(t("settings.delete"), class_name="red med grow"),
            icon("chevron-right", 12, "dim turn"),
            class_name="h g3 pad",
        ),
        rx.el.div(
            rx.el.p(t("settings.delete_note")),
            form(
                "delete-account",
                password_field(text=t("settings.delete_confirm"), field_id="delete-password"),
                rx.el.button(t("settings.delete"), type="submit", class_name="btn fatal"),
            ),
            class_name="pad v g3",
        ),
    )
