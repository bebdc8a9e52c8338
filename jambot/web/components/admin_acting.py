"""An action on sessions: what it would hit and the reason for it, then how far it is."""

from __future__ import annotations

import reflex as rx

from jambot.web.components.basics import button, clock_time, go, icon, icon_button, meter
from jambot.web.states.admin_acting import AdminActingState, HitLine
from jambot.web.strings import t


def preview() -> rx.Component:
    """What an action would hit, and the reason for it."""
    state = AdminActingState
    is_ending = state.is_ending & ((state.targets.length() == 0) | state.deletes)
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
                rx.cond(state.targets, _where()),
                rx.cond(state.trouble != "", rx.el.p(state.trouble, class_name="error-line", role="alert")),
                rx.el.label(
                    t("act.reason"),
                    rx.el.div(
                        rx.el.input(name="reason", max_length=500, required=True, auto_complete="off"),
                        class_name="field small",
                    ),
                    class_name="med",
                ),
                rx.cond(state.error != "", rx.el.p(state.error, class_name="error-line", role="alert")),
                rx.el.div(
                    rx.cond(
                        state.many & is_ending,
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
                        rx.cond(
                            state.targets,
                            rx.fragment(rx.cond(state.deletes, t("act.away"), t("act.copy")), " ", state.what),
                            state.title,
                        ),
                        type="submit",
                        disabled=(state.total == 0) | (state.trouble != ""),
                        class_name=rx.cond(is_ending, "btn small fatal", "btn small primary"),
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
            rx.cond(
                state.is_over,
                rx.cond(state.failures, icon("triangle-alert", 14, "amber"), icon("check", 14, "green")),
                icon("loader-circle", 14, "blue spin"),
            ),
            rx.el.span(state.progress, class_name="med nw", role="status"),
            rx.cond(state.failures, _failures()),
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


def _where() -> rx.Component:
    """Which store, and whether what arrives there ends here; each choice says what it means."""
    state = AdminActingState
    return rx.fragment(
        rx.el.label(
            t("act.move_to"),
            rx.el.div(
                rx.el.select(
                    rx.foreach(state.targets, lambda name: rx.el.option(name, value=name)),
                    value=state.target,
                    on_change=state.aim,
                    name="target",
                ),
                class_name="field small picker",
            ),
            class_name="med h g2",
        ),
        *[
            rx.el.label(
                rx.el.input(
                    type="radio",
                    name="way",
                    value=way,
                    # The browser keeps it: a choice that waits for the server would jump back under the finger.
                    default_checked=not deletes,
                    on_change=state.leave_nothing(deletes),
                ),
                rx.el.span(
                    rx.el.b(t(f"act.{way}")), rx.el.span(t(f"act.{way}_note"), class_name="fg2"), class_name="v"
                ),
                class_name="way",
            )
            for way, deletes in (("copy", False), ("away", True))
        ],
    )


def _failures() -> rx.Component:
    return rx.el.details(
        rx.el.summary(t("act.why"), class_name="link"),
        rx.el.ul(
            rx.foreach(
                AdminActingState.failures,
                lambda each: rx.el.li(
                    go(each.handle, href=each.href, class_name="mono link"), " ", each.why, key=each.handle
                ),
            ),
            class_name="pop up",
        ),
        class_name="popper",
    )


def _hit(hit: rx.Var[HitLine]) -> rx.Component:
    looks = {
        "users": "gray",
        "pencil": "amber",
        "loader-circle": "blue",
        "moon": "gray",
        "minus": "gray",
        "shield": "green",
        "monitor": "gray",
    }
    return rx.el.li(
        rx.match(hit.icon, *[(name, icon(name, 14, colour)) for name, colour in looks.items()], rx.fragment()),
        rx.el.b(hit.count),
        rx.el.span(hit.words),
        key=hit.words,
    )
