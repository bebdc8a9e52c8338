"""Forms that the scripts in assets/js post: no password ever passes through a state."""

from __future__ import annotations

from typing import Any

import reflex as rx

from jambot.web.components.basics import icon_button
from jambot.web.strings import t


def form(name: str, *children: rx.Component, done: str = "") -> rx.Component:
    """A form known to the scripts by `name`; its problems, and `done`, appear in its last lines."""
    return rx.el.form(
        *children,
        rx.el.p(class_name="error-line", role="alert", custom_attrs={"data-error": "true"}),
        rx.el.p(class_name="meta done-line", role="status", hidden=True, custom_attrs={"data-done": done}),
        id=f"{name}-form",
        method="post",
        custom_attrs={"data-auth-form": name},
    )


def once(label: str) -> rx.Component:
    """Where the script shows a secret that the server tells once, and a button that copies it whole."""
    return rx.fragment(
        rx.el.input(
            read_only=True, hidden=True, aria_label=label, class_name="mono once", custom_attrs={"data-once": "true"}
        ),
        rx.el.button(
            t("do.copy"),
            type="button",
            aria_label=f"{t('do.copy')}: {label}",
            class_name="btn small copy-once",
            custom_attrs={"data-copy-once": "true"},
        ),
    )


def field(name: str, text: str, *, note: str = "", kind: str = "text", **props: Any) -> rx.Component:
    """A labelled line of text. `note` stands at the right end of the label."""
    return rx.el.div(
        rx.el.label(
            text,
            rx.el.span(note, class_name="meta") if note else rx.fragment(),
            html_for=f"field-{name}",
            class_name="label",
        ),
        rx.el.div(
            rx.el.input(id=f"field-{name}", name=name, type=kind, **{"required": True, **props}), class_name="field"
        ),
    )


def password_field(
    name: str = "password", text: str = "", *, note: str = "", is_new: bool = False, field_id: str = ""
) -> rx.Component:
    """A password with a button that shows it. `field_id` is for the second field of a name on one page."""
    field_id = field_id or f"field-{name}"
    return rx.el.div(
        rx.el.label(
            text or t("login.password"),
            rx.el.span(note, class_name="meta") if note else rx.fragment(),
            html_for=field_id,
            class_name="label",
        ),
        rx.el.div(
            rx.el.input(
                id=field_id,
                name=name,
                type="password",
                required=True,
                auto_complete="new-password" if is_new else "current-password",
            ),
            icon_button(
                "eye",
                t("login.show"),
                class_name="ib small",
                custom_attrs={"data-show-password": field_id},
            ),
            class_name="field",
        ),
    )


def submit(text: str) -> rx.Component:
    return rx.el.button(text, type="submit", class_name="btn primary wide")
