"""What lies over the dashboard: the inspector, the preview of an action, its progress; and the live tail beside it."""

from __future__ import annotations

import reflex as rx

from jambot.admin.actions import Doing
from jambot.web.admin_items import TailLine
from jambot.web.components.admin_shell import alone
from jambot.web.components.admin_table import life
from jambot.web.components.basics import button, clock_time, exact_time, go, icon, icon_button, meter, recent_time
from jambot.web.states.admin_acting import AdminActingState, HitLine
from jambot.web.states.admin_look import AdminLookState, Fact
from jambot.web.states.admin_tail import AdminTailState
from jambot.web.strings import t

_EVENT_LOOKS = {
    "created": ("log-in", "green"),
    "refreshed": ("refresh-cw", "blue"),
    "updated": ("pencil", "gray"),
    "deleted": ("log-out", "red"),
    "expired": ("timer-off", "gray"),
    "evicted": ("arrow-right-from-line", "orange"),
    "locked": ("lock", "amber"),
}


def live_tail() -> rx.Component:
    """What happens, as it happens."""
    state = AdminTailState
    return rx.el.section(
        rx.el.div(
            icon("radio", 14, "green"),
            rx.el.h2(t("tail.title"), class_name="med grow"),
            rx.cond(
                state.waiting > 0,
                rx.el.button(
                    "+", state.waiting, f" {t('tail.new')}", type="button", class_name="link nw", on_click=state.pause
                ),
            ),
            rx.el.label(
                rx.el.select(
                    rx.el.option(t("tail.any"), value=""),
                    *[rx.el.option(t(f"happened.{name}"), value=name) for name in _EVENT_LOOKS],
                    value=state.event,
                    on_change=state.only,
                    aria_label=t("tail.event"),
                ),
                class_name="field small picker",
            ),
            rx.cond(
                state.is_paused,
                icon_button("play", t("tail.go_on"), size=14, class_name="ib small", on_click=state.pause),
                icon_button("pause", t("tail.pause"), size=14, class_name="ib small", on_click=state.pause),
            ),
            class_name="panel-head",
        ),
        alone(
            state.trouble,
            state.load,
            rx.cond(
                state.lines,
                rx.el.ol(rx.foreach(state.lines, _line), class_name="tail", tab_index=0, aria_label=t("tail.title")),
                rx.cond(state.is_loaded, rx.el.p(t("tail.empty"), class_name="plot-empty")),
            ),
        ),
        class_name="card tail-panel",
        aria_label=t("tail.title"),
        id="live-tail",
    )


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
                        *[
                            button(
                                t(f"act.{doing.value}"),
                                kind="tiny" if doing is Doing.EXTEND else "tiny danger",
                                on_click=AdminActingState.ask_one(doing.value, state.handle),
                            )
                            for doing in Doing
                        ],
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


def preview() -> rx.Component:
    """What an action would hit, and the reason for it."""
    state = AdminActingState
    return rx.dialog.root(
        rx.dialog.content(
            rx.el.div(
                rx.dialog.title(state.title, class_name="drawer-title"),
                rx.el.span(class_name="grow"),
                rx.el.span(f"{t('admin.counted')} ", clock_time(state.counted_at), class_name="meta nw"),
                class_name="h g2",
            ),
            rx.dialog.description(rx.cond(state.total == 0, t("act.nothing"), ""), class_name="fg2", as_child=False),
            rx.el.ul(rx.foreach(state.hits, _hit), class_name="hitting"),
            rx.el.form(
                rx.cond(
                    state.needs_reason,
                    rx.el.label(
                        t("act.reason"),
                        rx.el.div(
                            rx.el.input(name="reason", max_length=500, required=True, auto_complete="off"),
                            class_name="field small",
                        ),
                        class_name="med",
                    ),
                ),
                rx.cond(state.error != "", rx.el.p(state.error, class_name="error-line", role="alert")),
                rx.el.div(
                    rx.cond(
                        state.must_type,
                        rx.el.label(
                            rx.el.span(f"{t('act.type')} ", state.total, class_name="meta nw"),
                            rx.el.div(
                                rx.el.input(name="count", input_mode="numeric", required=True, auto_complete="off"),
                                class_name="field small count",
                            ),
                            class_name="h g2",
                        ),
                    ),
                    rx.el.span(class_name="grow"),
                    button(t("act.cancel"), kind="ghost small", on_click=state.cancel),
                    rx.el.button(
                        state.title,
                        type="submit",
                        disabled=state.total == 0,
                        class_name=rx.cond(state.needs_reason, "btn small fatal", "btn small primary"),
                        id="act-now",
                    ),
                    class_name="h g2",
                ),
                on_submit=state.confirm,
                class_name="v g3",
            ),
            class_name="dialog preview",
            id="preview",
        ),
        open=state.doing != "",
        on_open_change=lambda _: AdminActingState.cancel,
    )


def progress() -> rx.Component:
    """How far an action is; it goes on when the page is left."""
    state = AdminActingState
    return rx.cond(
        state.running != "",
        rx.el.div(
            rx.cond(state.is_over, icon("check", 14, "green"), icon("loader-circle", 14, "blue spin")),
            rx.el.span(state.progress, class_name="med nw", role="status"),
            rx.el.span(meter(state.percent, t("admin.action")), class_name="grow"),
            rx.cond(
                state.is_over,
                icon_button("x", t("act.dismiss"), size=14, class_name="ib small", on_click=state.dismiss),
                button(t("act.stop"), kind="tiny", on_click=state.stop),
            ),
            class_name="card act-progress",
            id="act-progress",
        ),
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


def _line(line: rx.Var[TailLine]) -> rx.Component:
    return rx.el.li(
        clock_time(line.at, class_name="mono"),
        _event_icon(line.event),
        go(
            rx.el.span(line.word, class_name="med"),
            rx.el.span(" ", rx.cond(line.who != "", line.who, t("sessions.nobody"))),
            rx.el.span(" · ", line.kind, rx.cond(line.reason != "", f" · {line.reason}", ""), class_name="fg2"),
            href=line.href,
            class_name="cut",
        ),
        key=line.id,
    )


def _happened(line: rx.Var[TailLine]) -> rx.Component:
    return rx.el.li(
        recent_time(line.at, class_name="mono"),
        _event_icon(line.event),
        rx.el.span(
            rx.el.span(line.word, class_name="med"),
            rx.cond(line.reason != "", rx.el.span(" · ", line.reason, class_name="fg2")),
        ),
        key=line.id,
    )


def _event_icon(event: rx.Var[str]) -> rx.Component:
    looks = [(name, icon(drawn, 14, colour)) for name, (drawn, colour) in _EVENT_LOOKS.items()]
    return rx.match(event, *looks, icon("circle-dot", 14))


def _fact(fact: rx.Var[Fact]) -> rx.Component:
    return rx.el.div(
        rx.el.dt(fact.label),
        rx.el.dd(rx.cond(fact.at != "", exact_time(fact.at), fact.value)),
        key=fact.label,
    )


def _hit(hit: rx.Var[HitLine]) -> rx.Component:
    looks = {
        "users": "gray",
        "pencil": "amber",
        "loader-circle": "blue",
        "moon": "gray",
        "minus": "gray",
        "shield": "green",
    }
    return rx.el.li(
        rx.match(hit.icon, *[(name, icon(name, 14, colour)) for name, colour in looks.items()], rx.fragment()),
        rx.el.b(hit.count),
        rx.el.span(hit.words),
        key=hit.words,
    )
