"""The question before a domain, a membership or an access to it is ended: what that would hit."""

from __future__ import annotations

import reflex as rx

from jambot.web.components.basics import button, clock_time, icon
from jambot.web.domain_lines import ClosingLine
from jambot.web.states.admin_domains import AdminDomainsState as State
from jambot.web.strings import t


def ending() -> rx.Component:
    """What an end would hit, before it does."""
    return rx.dialog.root(
        rx.dialog.content(
            rx.el.div(
                rx.dialog.title(State.title, class_name="drawer-title"),
                rx.el.span(class_name="grow"),
                rx.el.span(f"{t('admin.counted')} ", clock_time(State.counted_at), class_name="meta nw"),
                class_name="h g2",
            ),
            rx.dialog.description(rx.el.bdi(State.domain.name), class_name="fg2"),
            rx.el.ul(rx.foreach(State.hits, _hit), class_name="hitting"),
            rx.el.form(
                rx.cond(
                    State.ending == "grant",
                    rx.el.label(
                        t("act.reason"),
                        rx.el.div(
                            rx.el.input(name="reason", max_length=500, auto_complete="off"), class_name="field small"
                        ),
                        class_name="med",
                    ),
                ),
                rx.el.div(
                    rx.el.span(class_name="grow"),
                    button(t("act.cancel"), kind="ghost small", on_click=State.cancel),
                    rx.el.button(State.title, type="submit", class_name="btn small fatal", id="end-now"),
                    class_name="h g2",
                ),
                on_submit=State.confirm,
                class_name="v g3",
            ),
            class_name="dialog preview",
            id="ending",
        ),
        open=State.ending != "",
        on_open_change=lambda _: State.cancel,
    )


def _hit(hit: rx.Var[ClosingLine]) -> rx.Component:
    looks = ("users", "hourglass", "folder", "eye", "shield")
    return rx.el.li(
        rx.match(hit.icon, *[(name, icon(name, 14, "gray")) for name in looks], rx.fragment()),
        rx.el.b(hit.count),
        rx.el.span(hit.words),
        key=hit.words,
    )
