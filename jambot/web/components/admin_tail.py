"""The live tail: what happens to sessions, as it happens."""

from __future__ import annotations

import reflex as rx

from jambot.web.admin_items import TailLine
from jambot.web.components.admin_shell import alone
from jambot.web.components.basics import clock_time, go, icon, icon_button
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
    "conflict": ("git-compare", "orange"),
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


def event_icon(event: rx.Var[str]) -> rx.Component:
    """What happened, as a picture beside its word."""
    looks = [(name, icon(drawn, 14, colour)) for name, (drawn, colour) in _EVENT_LOOKS.items()]
    return rx.match(event, *looks, icon("circle-dot", 14))


def _line(line: rx.Var[TailLine]) -> rx.Component:
    return rx.el.li(
        clock_time(line.at, class_name="mono"),
        event_icon(line.event),
        go(
            rx.el.span(line.word, class_name="med"),
            rx.el.span(" ", rx.cond(line.who != "", line.who, t("sessions.nobody"))),
            rx.el.span(" · ", line.kind, rx.cond(line.reason != "", f" · {line.reason}", ""), class_name="fg2"),
            href=line.href,
            class_name="cut",
        ),
        key=line.id,
    )
