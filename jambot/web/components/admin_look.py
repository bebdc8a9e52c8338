"""The inspector: one session from close by, over the dashboard."""

from __future__ import annotations

import reflex as rx

from jambot.web.admin_items import TailLine
from jambot.web.components.admin_shell import alone
from jambot.web.components.admin_table import deeds, life
from jambot.web.components.admin_tail import event_icon
from jambot.web.components.basics import exact_time, go, icon, icon_button, recent_time
from jambot.web.states.admin_acting import AdminActingState
from jambot.web.states.admin_look import AdminLookState, Fact
from jambot.web.strings import t


def inspector() -> rx.Component:
    """One session from close by, at the right; Escape closes it."""
    state = AdminLookState
    return rx.dialog.root(
        rx.dialog.content(
            rx.el.div(
                rx.dialog.title(rx.cond(state.person != "", state.person, t("look.title")), class_name="drawer-title"),
                rx.cond(state.state != "", life(state.state, state.word)),
                rx.el.span(class_name="grow"),
                rx.dialog.close(icon_button("x", t("look.close"))),
                class_name="h g2",
            ),
            rx.dialog.description(state.kind, class_name="fg2"),
            alone(
                state.trouble,
                state.load,
                rx.cond(state.note != "", rx.el.p(state.note, class_name="callout")),
                rx.cond(
                    (state.state != "") & (state.state != "expired") & ~state.is_mine,
                    rx.el.div(
                        *deeds(lambda doing: AdminActingState.ask_one(doing.value, state.handle)),
                        class_name="h g2 wrap",
                    ),
                ),
                rx.cond(state.domains & (state.user_id != ""), _grant()),
                rx.el.h3(t("look.facts"), class_name="section-title"),
                rx.el.dl(rx.foreach(state.facts, _fact), class_name="drawer-facts"),
                rx.cond(
                    state.all_of_person != "", go(t("look.all_of_person"), href=state.all_of_person, class_name="link")
                ),
                rx.el.h3(t("look.timeline"), class_name="section-title"),
                rx.cond(
                    state.events,
                    rx.el.ol(rx.foreach(state.events, _happened), class_name="timeline"),
                    rx.el.p(t("look.no_events"), class_name="fg2"),
                ),
            ),
            class_name="drawer",
            id="inspector",
        ),
        open=state.handle != "",
        on_open_change=state.close,
    )


def _grant() -> rx.Component:
    """A membership of a domain for a while; both people see it."""
    state = AdminLookState
    return rx.el.details(
        rx.el.summary(icon("key-round", 14), t("act.grant"), class_name="chip"),
        rx.el.form(
            rx.el.label(
                t("act.grant_domain"),
                rx.el.select(
                    rx.foreach(state.domains, lambda each: rx.el.option(each["name"], value=each["id"])), name="domain"
                ),
            ),
            rx.el.label(
                t("act.grant_minutes"),
                rx.el.input(name="minutes", type="number", min=1, max=480, default_value="60", required=True),
            ),
            rx.el.label(t("act.grant_reason"), rx.el.input(name="reason", max_length=500, required=True)),
            rx.el.button(t("act.grant"), type="submit", class_name="btn primary small"),
            on_submit=state.grant,
            class_name="grant-form",
        ),
    )


def _happened(line: rx.Var[TailLine]) -> rx.Component:
    return rx.el.li(
        recent_time(line.at, class_name="mono"),
        event_icon(line.event),
        rx.el.span(
            rx.el.span(line.word, class_name="med"),
            rx.cond(line.reason != "", rx.el.span(" · ", line.reason, class_name="fg2")),
        ),
        key=line.id,
    )


def _fact(fact: rx.Var[Fact]) -> rx.Component:
    return rx.el.div(
        rx.el.dt(fact.label),
        rx.el.dd(rx.cond(fact.at != "", exact_time(fact.at), fact.value)),
        key=fact.label,
    )
