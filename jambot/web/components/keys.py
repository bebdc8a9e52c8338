"""A person's API keys: those there are, and the form that makes one. The script shows the new key, once."""

from __future__ import annotations

import reflex as rx

from jambot.access import KEY_RESOURCES
from jambot.web.components.basics import button, day, icon
from jambot.web.components.forms import field, form, once, password_field
from jambot.web.key_items import KeyItem
from jambot.web.states.auth import AuthState
from jambot.web.states.settings import SettingsState
from jambot.web.strings import t


def keys_section() -> rx.Component:
    return rx.el.section(
        rx.el.h2(t("keys.title"), class_name="section-title"),
        rx.el.p(t("keys.note"), class_name="fg2"),
        rx.el.div(
            rx.foreach(SettingsState.keys, _key),
            rx.el.details(
                rx.el.summary(
                    rx.el.span(t("keys.make"), class_name="med grow"),
                    icon("chevron-right", 12, "dim turn"),
                    class_name="h g3 pad",
                ),
                rx.el.div(
                    form(
                        "key",
                        field("name", t("keys.name"), max_length=100, auto_complete="off"),
                        _choice("scope", t("keys.scope"), _scopes()),
                        _choice(
                            "days", t("keys.days"), [_option(days, t(f"keys.days_{days}")) for days in (90, 30, 365, 0)]
                        ),
                        password_field(text=t("keys.password"), field_id="key-password"),
                        rx.el.button(t("keys.make"), type="submit", class_name="btn"),
                        once(t("keys.secret")),
                        done=t("keys.made"),
                    ),
                    class_name="pad",
                ),
            ),
            class_name="card list",
        ),
        id="keys",
    )


def _key(key: rx.Var[KeyItem]) -> rx.Component:
    return rx.el.div(
        rx.el.span(icon("key-round"), class_name="glyph"),
        rx.el.span(
            rx.el.bdi(key.name, class_name="med cut"),
            rx.el.code(key.prefix, class_name="meta mono cut"),
            class_name="v",
        ),
        rx.el.span(
            rx.el.span(key.scopes, class_name="cut"), rx.el.span(key.used, class_name="meta cut"), class_name="v"
        ),
        rx.cond(
            key.ends_at != "",
            rx.el.span(rx.el.span(t("keys.until"), class_name="meta"), day(key.ends_at), class_name="v"),
            rx.el.span(t("keys.for_good"), class_name="meta"),
        ),
        button(
            t("keys.revoke"),
            kind="small danger",
            on_click=SettingsState.revoke_key(key.id),
            aria_label=f"{t('keys.revoke')}: {key.name}",
        ),
        key=key.id,
        class_name="device",
    )


def _scopes() -> list[rx.Component]:
    return [
        _option("read", t("keys.read")),
        _option("write", t("keys.write")),
        *[_option(f"{each}:write", f"{t('keys.one')} {each}") for each in sorted(KEY_RESOURCES)],
        rx.cond(AuthState.is_admin, _option("admin", t("keys.admin")), rx.fragment()),
    ]


def _option(value: object, text: str) -> rx.Component:
    return rx.el.option(text, value=str(value))


def _choice(name: str, text: str, options: list[rx.Component]) -> rx.Component:
    return rx.el.div(
        rx.el.label(text, html_for=f"key-{name}", class_name="label"),
        rx.el.div(rx.el.select(*options, id=f"key-{name}", name=name), class_name="field"),
    )
