"""The pages of people who are not signed in: sign in, set up, register, reset."""

from __future__ import annotations

import reflex as rx
from reflex.vars import FunctionStringVar

from jambot.web import routes
from jambot.web.components.basics import go, icon
from jambot.web.components.forms import field, form, password_field, submit
from jambot.web.components.shell import gate
from jambot.web.states.auth import AuthState
from jambot.web.strings import t

# The script linked.js keeps the secret of a link where only this page of the browser's history has it; `ready` keeps
# the page built beforehand and the first one drawn the same.
_HAS_TOKEN = FunctionStringVar.create("((ready) => ready && Boolean(history.state?.linked?.token))")


def login_page() -> rx.Component:
    return gate(
        t("login.title"),
        t("login.note"),
        rx.cond(AuthState.is_out, _was_here()),
        form(
            "login",
            field("email", t("login.email"), kind="email", auto_complete="username", auto_focus=True),
            password_field(),
            _stay(),
            submit(t("login.submit")),
        ),
        rx.cond(
            AuthState.may_try,
            form(
                "guest",
                rx.el.button(t("login.try"), type="submit", class_name="btn wide"),
                rx.el.p(t("login.try_note"), class_name="meta"),
            ),
        ),
        rx.el.div(
            go(t("login.reset"), href=routes.RESET, class_name="link"),
            rx.cond(
                AuthState.may_register,
                go(t("login.register"), href=routes.REGISTER, class_name="link"),
            ),
            class_name="h between",
            style={"margin_top": "20px"},
        ),
    )


def setup_page() -> rx.Component:
    return gate(
        t("setup.title"),
        t("setup.note"),
        form(
            "setup",
            field("token", t("setup.token"), note=t("setup.token_note"), auto_complete="off"),
            field("name", t("register.name"), auto_complete="name"),
            field("email", t("login.email"), kind="email", auto_complete="username"),
            password_field(note=t("register.password_note"), is_new=True),
            _stay(),
            submit(t("setup.submit")),
        ),
    )


def register_page() -> rx.Component:
    return gate(
        t("register.title"),
        t("register.note"),
        form(
            "register",
            rx.cond(AuthState.needs_invite, field("invite", t("register.invite"), auto_complete="off")),
            field("name", t("register.name"), auto_complete="name"),
            field("email", t("login.email"), kind="email", auto_complete="username"),
            password_field(note=t("register.password_note"), is_new=True),
            _stay(),
            submit(t("register.submit")),
        ),
        _back(),
    )


def reset_page() -> rx.Component:
    """Without a token in the address it asks for the address of the person, with one for the new password."""
    return gate(
        t("reset.title"),
        rx.cond(_HAS_TOKEN.call(AuthState.is_greeted), t("reset.by_link"), t("reset.note")),
        rx.cond(
            _HAS_TOKEN.call(AuthState.is_greeted),
            form(
                "reset",
                password_field(text=t("reset.new"), note=t("register.password_note"), is_new=True),
                submit(t("reset.save")),
            ),
            form(
                "reset-request",
                field("email", t("login.email"), kind="email", auto_complete="username"),
                submit(t("reset.submit")),
                done=t("reset.sent"),
            ),
        ),
        _back(),
    )


def _was_here() -> rx.Component:
    """When and why somebody was signed out here, and what is safe: only this browser knows, so the script says it."""
    words = {"data-words": "true"}
    return rx.el.div(
        icon("clock", 14),
        rx.el.div(
            rx.el.span(class_name="med", custom_attrs=words),
            rx.el.span(class_name="fg2", custom_attrs=words),
            class_name="v",
        ),
        hidden=True,
        role="status",
        class_name="callout",
        custom_attrs={"data-was-here": "true"},
    )


def _stay() -> rx.Component:
    return rx.el.label(
        rx.el.input(type="checkbox", name="remember", class_name="check", default_checked=True),
        rx.el.span(t("login.stay"), class_name="grow"),
        rx.el.span(AuthState.stays, class_name="meta"),
        class_name="h g2",
    )


def _back() -> rx.Component:
    return rx.el.div(go(t("login.have"), href=routes.LOGIN, class_name="link"), style={"margin_top": "20px"})
