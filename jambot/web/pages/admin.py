"""Administration: figures, signed-in devices, workspaces and people, kept true while the page is open."""

from __future__ import annotations

import reflex as rx

from jambot.web import routes
from jambot.web.components.basics import age_time, bones, button, clock_time, day, empty
from jambot.web.components.forms import form, once
from jambot.web.components.shell import page_shell, trouble
from jambot.web.states.admin import AdminState, Figure, LoginLine, PersonLine, WorkspaceLine
from jambot.web.strings import t


def admin_page() -> rx.Component:
    return page_shell(
        t("title.admin"),
        routes.ADMIN,
        rx.el.div(
            rx.el.div(
                rx.el.h1(t("admin.title")),
                rx.el.span(f"{t('admin.checked')} ", clock_time(AdminState.counted_at), class_name="meta"),
                class_name="page-head",
            ),
            rx.cond(
                AdminState.trouble != "",
                trouble(AdminState.trouble, AdminState.load),
                rx.cond(AdminState.figures, _body(), bones(8, "bone-row")),
            ),
            class_name="scroll",
            custom_attrs={"aria-busy": AdminState.is_loading.to_string()},
        ),
    )


def _body() -> rx.Component:
    return rx.fragment(
        rx.el.div(rx.foreach(AdminState.figures, _figure), class_name="tiles"),
        rx.el.div(_logins(), _workspaces(), _people(), class_name="admin-grid"),
    )


def _figure(figure: rx.Var[Figure]) -> rx.Component:
    return rx.el.div(
        rx.el.div(figure.label, class_name="meta"), rx.el.b(figure.value), class_name="card tile", key=figure.label
    )


def _table(title: str, heads: tuple[str, ...], rows: rx.Component, *above: rx.Component) -> rx.Component:
    return rx.el.section(
        rx.el.div(rx.el.h2(title, class_name="med grow"), *above, class_name="panel-head"),
        rx.el.div(
            rx.el.table(
                rx.el.thead(rx.el.tr(*[_head(head) for head in heads])),
                rx.el.tbody(rows),
                class_name="table dense",
            ),
            class_name="scroll-x",
            # What scrolls can be scrolled by keys.
            tab_index=0,
            role="group",
            aria_label=title,
        ),
        class_name="card",
        aria_label=title,
    )


def _head(key: str) -> rx.Component:
    """The head of a column; the column of buttons is named for screen readers only."""
    return rx.el.th(t(key) if key else rx.el.span(t("admin.action"), class_name="sr"), scope="col")


def _logins() -> rx.Component:
    heads = ("admin.person", "admin.device", "admin.role", "admin.state", "admin.last_activity", "admin.ends", "")
    return rx.cond(
        AdminState.logins,
        _table(t("admin.devices"), heads, rx.foreach(AdminState.logins, _login)),
        empty("moon", t("admin.devices"), t("admin.none")),
    )


def _login(row: rx.Var[LoginLine]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(row.person, class_name="med"),
        rx.el.td(row.device, class_name="fg2"),
        rx.el.td(row.role),
        rx.el.td(row.state),
        rx.el.td(age_time(row.age, row.at), " · ", clock_time(row.at)),
        rx.el.td(day(row.ends_at)),
        rx.el.td(
            rx.cond(
                row.is_mine,
                rx.el.span(t("settings.current"), class_name="meta"),
                button(t("admin.revoke"), kind="tiny danger", on_click=AdminState.revoke_login(row.id)),
            ),
            class_name="num",
        ),
        key=row.id,
    )


def _workspaces() -> rx.Component:
    heads = ("history.col_title", "admin.person", "history.col_state", "admin.messages", "history.col_updated")
    return _table(t("admin.workspaces"), heads, rx.foreach(AdminState.workspaces, _workspace))


def _workspace(row: rx.Var[WorkspaceLine]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(row.name, class_name="med"),
        rx.el.td(row.person, class_name="fg2"),
        rx.el.td(row.status),
        rx.el.td(row.messages),
        rx.el.td(age_time(row.age, row.at)),
        key=row.id,
    )


def _people() -> rx.Component:
    heads = ("admin.person", "login.email", "admin.role", "admin.last_activity", "")
    return _table(t("admin.users"), heads, rx.foreach(AdminState.people, _person), _invite())


def _person(row: rx.Var[PersonLine]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(row.person, class_name="med"),
        rx.el.td(row.email, class_name="fg2"),
        rx.el.td(row.role),
        rx.el.td(day(row.at)),
        rx.el.td(
            rx.cond(
                row.is_me,
                rx.fragment(),
                rx.cond(
                    row.is_disabled,
                    button(t("admin.enable"), kind="tiny", on_click=AdminState.set_disabled(row.id, False)),
                    button(t("admin.disable"), kind="tiny danger", on_click=AdminState.set_disabled(row.id, True)),
                ),
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
