"""The page before there is a workspace: a greeting, what waits, and a few ways to begin."""

from __future__ import annotations

import reflex as rx
from reflex.vars import FunctionStringVar

from jambot.web.components.basics import age_time, go, icon, segments, state_slot
from jambot.web.start_items import StarterItem
from jambot.web.states.auth import AuthState
from jambot.web.states.jambot import JamBotState
from jambot.web.states.session import SessionState
from jambot.web.states.start import StartState
from jambot.web.strings import t
from jambot.web.view_models import SessionItem

# The reader's own clock decides what time of day it is; `ready` keeps the word out of the page built beforehand.
_GREETING = FunctionStringVar.create(
    "((ready) => { const hour = new Date().getHours(); return !ready ? '' : "
    f"hour < 12 ? '{t('start.morning')}' : hour < 18 ? '{t('start.day')}' : '{t('start.evening')}'; }})"
)
# Only what works without a connected model, on any table.
_EXAMPLES = (
    ("table", "start.table", "start.table_note"),
    ("chart-column", "start.chart", "start.chart_note"),
    ("file-text", "start.report", "start.report_note"),
)


def greeting() -> rx.Component:
    """What stands above the composer."""
    return rx.el.div(
        rx.el.h1(
            _GREETING.call(AuthState.is_authenticated), rx.cond(AuthState.user_name != "", ", ", ""), _first_name()
        ),
        rx.el.p(
            rx.cond(SessionState.waiting.state == "waiting", t("start.waiting"), t("start.nothing")), class_name="fg2"
        ),
        class_name="column start-head",
    )


def ways_to_begin() -> rx.Component:
    """What stands below the composer: the work that waits first, then one's own, else examples."""
    return rx.el.div(
        rx.cond(SessionState.waiting.id != "", _continue(SessionState.waiting)),
        rx.cond(
            StartState.starters,
            rx.fragment(
                rx.el.h2(t("start.again"), class_name="section-title"),
                rx.el.div(rx.foreach(StartState.starters, _starter), class_name="card list"),
            ),
        ),
        rx.cond(
            SessionState.recent,
            rx.fragment(
                rx.el.h2(t("start.own"), class_name="section-title"),
                rx.el.div(rx.foreach(SessionState.recent, _recent), class_name="card list"),
            ),
            rx.fragment(
                rx.el.h2(t("start.examples"), class_name="section-title"),
                examples(_demo()),
            ),
        ),
        class_name="column start-more",
    )


def examples(*more: rx.Component, with_notes: bool = True) -> rx.Component:
    """What may be asked of a table; a click writes it into the composer. Notes say what each needs."""
    rows = [_example(name, text, note if with_notes else "") for name, text, note in _EXAMPLES]
    return rx.el.div(*rows, *more, class_name="card list")


def _first_name() -> rx.Var[str]:
    return AuthState.user_name.split(" ")[0]


def _continue(row: rx.Var[SessionItem]) -> rx.Component:
    return go(
        rx.cond(row.state == "idle", icon("corner-down-right", 16, "dim"), state_slot(row.state, row.word)),
        rx.el.span(
            rx.el.span(f"{t('start.continue')}: ", row.name, class_name="med cut"),
            rx.el.span(SessionState.waiting_note, class_name="meta cut"),
            class_name="v grow",
        ),
        segments(row.segments),
        icon("chevron-right", 16, "dim"),
        href=row.href,
        class_name="card raised pick",
        id="continue",
    )


def _starter(starter: rx.Var[StarterItem]) -> rx.Component:
    """Opens the workspace with the files, and writes the question into its composer."""
    return go(
        icon("rotate-ccw", 16, "gray"),
        rx.el.span(starter.text, class_name="cut grow"),
        rx.el.span(starter.workspace, class_name="meta cut hide-phone"),
        age_time(starter.age, starter.at, class_name="meta nw"),
        href=starter.href,
        class_name="pick",
        custom_attrs={"data-say": starter.text},
    )


def _recent(row: rx.Var[SessionItem]) -> rx.Component:
    return go(
        rx.cond(row.state == "idle", icon("message-square", 16, "dim"), state_slot(row.state, row.word)),
        rx.el.span(row.name, class_name="cut grow"),
        age_time(row.age, row.at, class_name="meta nw"),
        href=row.href,
        class_name="pick",
    )


def _demo() -> rx.Component:
    """For somebody without a file at hand."""
    return rx.el.button(
        icon("sparkles", 16, "gray"),
        rx.el.span(t("start.demo"), class_name="cut grow"),
        rx.el.span(t("start.demo_note"), class_name="meta nw hide-phone"),
        type="button",
        class_name="pick",
        id="open-demo",
        on_click=JamBotState.open_demo,
    )


def _example(icon_name: str, text: str, note: str) -> rx.Component:
    return rx.el.button(
        icon(icon_name, 16, "gray"),
        rx.el.span(t(text), class_name="cut grow"),
        rx.el.span(t(note), class_name="meta nw hide-phone") if note else rx.fragment(),
        type="button",
        class_name="pick",
        custom_attrs={"data-insert": t(text)},
        on_click=[rx.set_value("composer", t(text)), rx.set_focus("composer")],
    )
