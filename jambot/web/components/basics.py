"""The small parts everything else is made of: icons, buttons, status, times."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex.utils.imports import ImportVar
from reflex.vars import FunctionStringVar, VarData
from reflex_components_core.react_router.dom import ReactRouterLink

from jambot.web.strings import t

STATE_COLOURS = {
    "running": "blue",
    "writing": "blue",
    "waiting": "amber",
    "failed": "red",
    "done": "green",
    "ready": "green",
    "paused": "yellow",
    "interrupted": "orange",
    "cancelled": "gray",
    "proposed": "accent",
    "started": "gray",
}
_STATE_ICONS = {
    "running": "loader-circle",
    "writing": "loader-circle",
    "waiting": "hand",
    "failed": "octagon-x",
    "done": "check",
    "ready": "check",
    "paused": "pause",
    "interrupted": "unplug",
    "cancelled": "ban",
    "proposed": "flag",
    "planned": "circle-dashed",
    "started": "play",
}


def _formatter(name: str) -> FunctionStringVar:
    """A function of assets/parts/moments.js: an ISO moment in, words out."""
    return FunctionStringVar.create(
        name, _var_data=VarData(imports={"$/public/parts/moments.js": [ImportVar(tag=name)]})
    )


_CLOCK, _EXACT, _DAY = _formatter("clock"), _formatter("exact"), _formatter("day")
_RECENT = _formatter("recent")


def go(*children: Any, href: Any, **props: Any) -> rx.Component:
    """A link to another page of the app, without loading it anew."""
    return ReactRouterLink.create(*children, to=href, **props)


def icon(name: str, size: int = 16, class_name: str = "") -> rx.Component:
    """A line icon, hidden from screen readers: its meaning is always said in words beside it."""
    return rx.icon(
        name,
        size=size,
        class_name=f"icon {class_name}",
        # As a keyword it would become a style, which is worked out anew for each of hundreds of icons.
        custom_attrs={"strokeWidth": 2 if size < 16 else 1.5 if size < 32 else 1, "aria-hidden": "true"},
    )


def state_icon(state: Any, size: int = 14) -> rx.Component:
    """The icon of a state in its colour; nothing for idle."""
    return rx.match(
        state,
        *[
            (
                name,
                icon(
                    drawn, size, f"{STATE_COLOURS.get(name, 'dim')}{' spin' if name in {'running', 'writing'} else ''}"
                ),
            )
            for name, drawn in _STATE_ICONS.items()
        ],
        rx.fragment(),
    )


def state_slot(state: Any, word: Any) -> rx.Component:
    """A state in the 16 px in front of a row, with its word for screen readers."""
    return rx.el.span(state_icon(state), rx.el.span(word, class_name="sr"), class_name="slot")


def status(state: Any, word: Any) -> rx.Component:
    """Icon, word and colour."""
    return rx.el.span(
        rx.cond(state == "idle", icon("moon", 12), state_icon(state, 12)),
        word,
        class_name=rx.match(state, *[(name, f"status {colour}") for name, colour in STATE_COLOURS.items()], "status"),
    )


def button(*children: Any, kind: str = "", **props: Any) -> rx.Component:
    """A button with words. `kind` adds classes such as `primary small`."""
    return rx.el.button(*children, type=props.pop("type", "button"), class_name=f"btn {kind}".strip(), **props)


def icon_button(name: str, label: Any, *, size: int = 16, class_name: str = "ib", **props: Any) -> rx.Component:
    """A button that is only an icon; `label` is its name and its hint."""
    return rx.el.button(icon(name, size), type="button", class_name=class_name, aria_label=label, title=label, **props)


def kbd(keys: Any) -> rx.Component:
    """Keys as a hint; screen readers learn them from the help sheet."""
    return rx.el.kbd(keys, class_name="kbd", aria_hidden="true")


def clock_time(at: Any, **props: Any) -> rx.Component:
    """A moment as hours, minutes and seconds where the reader is; exact on hover."""
    return rx.el.time(_CLOCK.call(at), date_time=at, title=_EXACT.call(at), **props)


def recent_time(at: Any, **props: Any) -> rx.Component:
    """A moment of today by its time, another one with its day; exact on hover."""
    return rx.el.time(_RECENT.call(at), date_time=at, title=_EXACT.call(at), **props)


def exact_time(at: Any, **props: Any) -> rx.Component:
    """A moment whole: date, time and zone of the reader."""
    return rx.el.time(_EXACT.call(at), date_time=at, **props)


def age_time(age: Any, at: Any, **props: Any) -> rx.Component:
    """How long ago, exact on hover."""
    return rx.el.time(age, date_time=at, title=_EXACT.call(at), **props)


def day(at: Any, **props: Any) -> rx.Component:
    """A moment as a date where the reader is; exact on hover."""
    return rx.el.time(_DAY.call(at), date_time=at, title=_EXACT.call(at), **props)


def meter(percent: Any, label: str) -> rx.Component:
    """A bar; it says itself what it measures."""
    return rx.el.span(
        rx.el.i(style={"width": f"{percent}%"}),
        class_name="meter",
        role="progressbar",
        aria_label=label,
        custom_attrs={"aria-valuenow": percent, "aria-valuemin": 0, "aria-valuemax": 100},
    )


def empty(icon_name: str, title: Any, note: Any, *actions: rx.Component) -> rx.Component:
    """Why there is nothing here, and what to do about it."""
    return rx.el.div(icon(icon_name, 48), rx.el.h2(title), rx.el.p(note), *actions, class_name="empty")


def section(name: str, title: str, *children: rx.Component) -> rx.Component:
    """A titled part of a long page, which can be gone to by `name`."""
    return rx.el.section(rx.el.h2(title, class_name="section-title"), *children, id=name)


def bones(count: int, class_name: str = "work-row") -> rx.Component:
    """Grey bars with the shape of rows, while the first ones load."""
    widths = ("72%", "54%", "63%", "48%", "68%")
    rows = [
        rx.el.div(rx.el.div(class_name="bone", style={"width": widths[i % 5]}), class_name=class_name)
        for i in range(count)
    ]
    return rx.el.div(*rows, aria_hidden="true")


def mark() -> rx.Component:
    """The sign of JamBot, with its name."""
    return rx.el.span(
        rx.el.img(src="/favicon.svg", width="20", height="20", alt=""),
        rx.el.span(t("app")),
        class_name="brand",
    )


def segments(pieces: Any) -> rx.Component:
    """The progress of a mission in pieces, always equally wide."""
    return rx.el.span(
        rx.foreach(pieces, lambda piece: rx.el.i(class_name=piece)), class_name="segments", aria_hidden="true"
    )
