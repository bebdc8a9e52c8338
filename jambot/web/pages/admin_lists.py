"""The other lists of the administration: workspaces, clean-ups, the audit log; and the frame of every list."""

from __future__ import annotations

import reflex as rx

from jambot.web import routes
from jambot.web.admin_lines import AuditLine, JobLine, WorkspaceLine
from jambot.web.components.admin_listed import listed
from jambot.web.components.admin_shell import admin_shell, listing
from jambot.web.components.basics import age_time, button, exact_time, go, icon, status
from jambot.web.components.shell import trouble
from jambot.web.states.admin_lists import AdminListsState as State
from jambot.web.strings import t

AUDITED = (
    "domain.created",
    "domain.deleted",
    "domain.left",
    "domain.member",
    "domain.renamed",
    "grant.ended",
    "grant.given",
    "guest.adopted",
    "guest.started",
    "invite.issued",
    "job.run",
    "key.created",
    "key.revoked",
    "login.all_ended",
    "login.confirmed",
    "login.ended",
    "login.limited",
    "login.move_refused",
    "login.moved",
    "login.new_device",
    "login.opened",
    "login.others_ended",
    "login.proved",
    "login.refused",
    "login.refused_at_limit",
    "login.reused",
    "login.signed_out",
    "password.changed",
    "password.refused",
    "password.reset",
    "reset.issued",
    "reset.requested",
    "sessions.copied",
    "sessions.ended",
    "sessions.exported",
    "sessions.extended",
    "sessions.moved",
    "sessions.revoked",
    "sessions.signed_out",
    "user.created_at_terminal",
    "user.deleted",
    "user.disabled",
    "user.enabled",
    "user.exported",
    "user.registered",
    "user.role",
    "user.set_up",
)


def workspaces_page() -> rx.Component:
    heads = ("history.col_title", "admin.person", "history.col_state", "admin.messages", "history.col_updated")
    rows = rx.foreach(State.workspaces, _workspace)
    return listed_page(
        "title.admin_workspaces",
        routes.ADMIN_WORKSPACES,
        State.load_workspaces,
        listing(State.is_loading, State.workspaces, listed("title.admin_workspaces", heads, rows)),
        search(t("history.search")),
    )


def clean_ups_page() -> rx.Component:
    heads = ("jobs.name", "jobs.every", "jobs.last", "jobs.outcome", "jobs.took", "jobs.next", "")
    return listed_page(
        "title.admin_clean_ups",
        routes.ADMIN_CLEAN_UPS,
        State.load_jobs,
        listing(State.is_loading, State.jobs, listed("title.admin_clean_ups", heads, rx.foreach(State.jobs, _job))),
    )


def audit_page() -> rx.Component:
    heads = ("audit.at", "audit.actor", "audit.what", "audit.subject", "audit.reason", "audit.details")
    return listed_page(
        "title.admin_audit",
        routes.ADMIN_AUDIT,
        State.load_audit,
        listing(State.is_loading, State.entries, listed("title.admin_audit", heads, rx.foreach(State.entries, _entry))),
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


def listed_page(
    title: str, current: str, again: rx.event.EventHandler, content: rx.Component, *tools: rx.Component
) -> rx.Component:
    """A page of a list: its title and `tools`, the list or what went wrong, and the ways to turn it."""
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


def search(words: str) -> rx.Component:
    """A line to look for words in a list."""
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
        rx.el.td(row.actor, class_name="who", title=row.actor),
        rx.el.td(row.action, class_name="med"),
        rx.el.td(row.subject, class_name="fg2 who", title=row.subject),
        rx.el.td(row.reason),
        rx.el.td(row.details, class_name="fg2 details", title=row.details),
        key=row.id,
    )
