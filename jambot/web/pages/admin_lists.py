"""The other pages of the administration: people, workspaces, clean-ups, the audit log."""

from __future__ import annotations

import reflex as rx

from jambot.web import routes
from jambot.web.admin_lines import AuditLine, JobLine, PersonLine, WorkspaceLine
from jambot.web.components.admin_shell import admin_shell, listing
from jambot.web.components.basics import age_time, button, day, exact_time, go, icon, status
from jambot.web.components.forms import form, once
from jambot.web.components.shell import trouble
from jambot.web.states.admin_lists import AdminListsState as State
from jambot.web.strings import t

AUDITED = (
    "login.ended",
    "login.all_ended",
    "login.reused",
    "sessions.signed_out",
    "sessions.ended",
    "sessions.extended",
    "sessions.revoked",
    "sessions.moved",
    "sessions.copied",
    "sessions.exported",
    "job.run",
)


def people_page() -> rx.Component:
    heads = ("admin.person", "login.email", "admin.role", "admin.joined", "admin.last_sign_in", "")
    return _page(
        "title.admin_people",
        routes.ADMIN_PEOPLE,
        State.load_people,
        listing(State.is_loading, State.people, _table("title.admin_people", heads, rx.foreach(State.people, _person))),
        _search(t("admin.search_people")),
        _invite(),
    )


def workspaces_page() -> rx.Component:
    heads = ("history.col_title", "admin.person", "history.col_state", "admin.messages", "history.col_updated")
    rows = rx.foreach(State.workspaces, _workspace)
    return _page(
        "title.admin_workspaces",
        routes.ADMIN_WORKSPACES,
        State.load_workspaces,
        listing(State.is_loading, State.workspaces, _table("title.admin_workspaces", heads, rows)),
        _search(t("history.search")),
    )


def clean_ups_page() -> rx.Component:
    heads = ("jobs.name", "jobs.every", "jobs.last", "jobs.outcome", "jobs.took", "jobs.next", "")
    return _page(
        "title.admin_clean_ups",
        routes.ADMIN_CLEAN_UPS,
        State.load_jobs,
        listing(State.is_loading, State.jobs, _table("title.admin_clean_ups", heads, rx.foreach(State.jobs, _job))),
    )


def audit_page() -> rx.Component:
    heads = ("audit.at", "audit.actor", "audit.what", "audit.subject", "audit.reason", "audit.details")
    return _page(
        "title.admin_audit",
        routes.ADMIN_AUDIT,
        State.load_audit,
        listing(State.is_loading, State.entries, _table("title.admin_audit", heads, rx.foreach(State.entries, _entry))),
        rx.el.form(
            rx.el.label(
                rx.el.select(
                    rx.el.option(t("audit.any"), value=""),
                    *[rx.el.option(name, value=name) for name in AUDITED],
                    name="q",
                    default_value=State.query,
                    key=State.query,
                    aria_label=t("audit.what"),
                ),
                class_name="field small picker",
            ),
            rx.el.button(t("admin.find"), type="submit", class_name="btn small"),
            on_submit=State.find,
            class_name="h g2",
        ),
    )


def _page(
    title: str, current: str, again: rx.event.EventHandler, content: rx.Component, *tools: rx.Component
) -> rx.Component:
    return admin_shell(
        t(title),
        current,
        rx.el.div(rx.el.h1(t(title)), rx.el.span(class_name="grow"), *tools, class_name="page-head"),
        rx.el.div(
            rx.cond(State.trouble != "", trouble(State.trouble, again), content),
            class_name="scroll",
            custom_attrs={"aria-busy": State.is_loading.to_string()},
        ),
        rx.el.div(
            rx.el.span(class_name="grow"),
            rx.cond(State.is_first_page, rx.fragment(), go(t("sessions.newer"), href=current, class_name="btn small")),
            rx.cond(State.older != "", go(t("sessions.older"), href=State.older, class_name="btn small")),
            class_name="page-foot",
        ),
    )


def _table(title: str, heads: tuple[str, ...], rows: rx.Component) -> rx.Component:
    return rx.el.div(
        rx.el.table(
            rx.el.thead(rx.el.tr(*[_head(head) for head in heads])),
            rx.el.tbody(rows),
            class_name="table",
        ),
        class_name="scroll-x",
        # What scrolls can be scrolled by keys.
        tab_index=0,
        role="group",
        aria_label=t(title),
    )


def _head(key: str) -> rx.Component:
    """The head of a column; the column of buttons is named for screen readers only."""
    return rx.el.th(t(key) if key else rx.el.span(t("admin.action"), class_name="sr"), scope="col")


def _search(words: str) -> rx.Component:
    return rx.el.form(
        rx.el.div(
            icon("search", 14),
            rx.el.input(
                name="q",
                type="search",
                default_value=State.query,
                key=State.query,
                placeholder=words,
                aria_label=words,
                max_length=200,
                auto_complete="off",
            ),
            class_name="field small",
        ),
        on_submit=State.find,
        role="search",
        class_name="search-box",
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


def _workspace(row: rx.Var[WorkspaceLine]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(row.name, class_name="med"),
        rx.el.td(row.person, class_name="fg2"),
        rx.el.td(row.status),
        rx.el.td(row.messages),
        rx.el.td(age_time(row.age, row.at)),
        key=row.id,
    )


def _job(row: rx.Var[JobLine]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(row.words, class_name="med"),
        rx.el.td(row.every, class_name="fg2"),
        rx.el.td(rx.cond(row.at != "", exact_time(row.at), t("jobs.never"))),
        rx.el.td(
            rx.cond(row.is_running, status("running", t("jobs.running")), status(row.tone, row.outcome)),
            rx.el.span(" ", row.result, class_name="fg2"),
        ),
        rx.el.td(row.took),
        rx.el.td(exact_time(row.next_at), class_name="fg2"),
        rx.el.td(
            button(t("jobs.run"), kind="tiny", disabled=row.is_running, on_click=State.run_job(row.name)),
            class_name="num",
        ),
        key=row.name,
    )


def _entry(row: rx.Var[AuditLine]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(exact_time(row.at)),
        rx.el.td(row.actor),
        rx.el.td(row.action, class_name="med"),
        rx.el.td(row.subject, class_name="fg2"),
        rx.el.td(row.reason),
        rx.el.td(row.details, class_name="fg2", title=row.details),
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
