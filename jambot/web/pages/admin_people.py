"""Administration: people, with their roles, and how they are let in and shut out."""

from __future__ import annotations

import reflex as rx

from jambot.web import routes
from jambot.web.admin_lines import PersonLine
from jambot.web.components.admin_listed import listed
from jambot.web.components.admin_shell import listing
from jambot.web.components.basics import button, day, go, status
from jambot.web.components.forms import form, once
from jambot.web.pages.admin_lists import listed_page, search
from jambot.web.states.admin_lists import AdminListsState as State
from jambot.web.strings import t


def people_page() -> rx.Component:
    heads = ("admin.person", "login.email", "admin.role", "admin.joined", "admin.last_sign_in", "")
    return listed_page(
        "title.admin_people",
        routes.ADMIN_PEOPLE,
        State.load_people,
        listing(State.is_loading, State.people, listed("title.admin_people", heads, rx.foreach(State.people, _person))),
        search(t("admin.search_people")),
        _invite(),
    )


def _person(row: rx.Var[PersonLine]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(row.person, rx.cond(row.is_disabled, status("cancelled", t("admin.disabled"))), class_name="med"),
        rx.el.td(row.email, class_name="fg2"),
        rx.el.td(
            rx.el.label(
                rx.el.select(
                    rx.el.option(t("admin.role_user"), value="user"),
                    rx.el.option(t("admin.role_admin"), value="admin"),
                    value=row.role,
                    disabled=row.is_me,
                    on_change=lambda role: State.set_role(row.id, role),
                    aria_label=f"{t('admin.role')}: {row.person}",
                ),
                class_name="field small picker",
            )
        ),
        rx.el.td(day(row.joined_at)),
        rx.el.td(rx.cond(row.seen_at != "", day(row.seen_at), "–")),
        rx.el.td(
            rx.el.div(
                go(t("admin.sessions_of"), href=row.sessions, class_name="btn tiny"),
                rx.cond(
                    row.is_me,
                    rx.fragment(),
                    rx.fragment(
                        _reset(row),
                        rx.cond(
                            row.is_disabled,
                            button(t("admin.enable"), kind="tiny", on_click=State.set_disabled(row.id, False)),
                            button(t("admin.disable"), kind="tiny danger", on_click=State.set_disabled(row.id, True)),
                        ),
                    ),
                ),
                class_name="h g2 end",
            ),
            class_name="num",
        ),
        key=row.id,
    )


def _invite() -> rx.Component:
    """Posted by the page's script: the address of an invitation is a secret, so no state ever holds it."""
    return form(
        "invite",
        rx.el.div(
            rx.el.div(
                rx.el.input(
                    name="email",
                    type="email",
                    placeholder=t("login.email"),
                    aria_label=t("login.email"),
                    auto_complete="off",
                ),
                class_name="field small",
            ),
            rx.el.button(t("admin.invite"), type="submit", class_name="btn small"),
            class_name="h g2",
        ),
        once(t("admin.invite_note")),
        done=t("notice.invited"),
    )


def _reset(row: rx.Var[PersonLine]) -> rx.Component:
    """As an invitation: the script shows the link once, where it was asked for."""
    return form(
        "reset-link",
        once(t("admin.reset_note")),
        rx.el.input(type="hidden", name="user_id", default_value=row.id),
        rx.el.button(t("admin.reset"), type="submit", class_name="btn tiny"),
        done=t("admin.reset_done"),
    )
