"""A person's own settings: profile, password, devices, data."""

from __future__ import annotations

import reflex as rx

from jambot.web import routes
from jambot.web.components.basics import icon
from jambot.web.components.devices import devices_section
from jambot.web.components.forms import form, password_field
from jambot.web.components.shell import page_shell, trouble
from jambot.web.states.auth import AuthState
from jambot.web.states.settings import SettingsState
from jambot.web.strings import t


def settings_page() -> rx.Component:
    return page_shell(
        t("title.settings"),
        routes.SETTINGS,
        rx.el.div(
            rx.el.div(
                rx.el.h1(t("title.settings")),
                _profile(),
                _password(),
                rx.cond(
                    SettingsState.trouble != "", trouble(SettingsState.trouble, SettingsState.load), devices_section()
                ),
                _data(),
                class_name="set",
            ),
            class_name="scroll",
        ),
    )


def _section(name: str, title: str, *children: rx.Component) -> rx.Component:
    return rx.el.section(rx.el.h2(title, class_name="section-title"), *children, id=name)


def _profile() -> rx.Component:
    return _section(
        "profile",
        t("settings.profile"),
        rx.el.div(
            rx.el.label(
                t("register.name"),
                rx.el.span(AuthState.user_email, class_name="meta"),
                html_for="my-name",
                class_name="label",
            ),
            rx.el.div(
                rx.el.input(
                    id="my-name",
                    default_value=AuthState.user_name,
                    key=AuthState.user_id,
                    max_length=100,
                    on_blur=SettingsState.rename_me,
                    auto_complete="name",
                ),
                class_name="field",
            ),
            class_name="card pad",
        ),
    )


def _password() -> rx.Component:
    return _section(
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
    return _section(
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
            rx.el.details(
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
            ),
            class_name="card list",
        ),
    )
