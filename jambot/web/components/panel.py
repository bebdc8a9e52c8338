"""The panel at the right: the mission, what it works with, and what has happened."""

from __future__ import annotations

import reflex as rx

from jambot.web.components.assets import assets_tab
from jambot.web.components.basics import button, clock_time, empty, icon, state_slot
from jambot.web.components.mission import mission_controls, mission_tab
from jambot.web.components.reading import is_reader
from jambot.web.mission_items import EventItem
from jambot.web.states.jambot import JamBotState
from jambot.web.strings import t


def panel() -> rx.Component:
    return rx.el.aside(
        rx.el.button(type="button", class_name="grab", aria_label=t("panel.close"), on_click=JamBotState.close_layers),
        rx.el.div(
            _tab("mission", t("panel.mission")),
            _tab(
                "assets",
                t("panel.assets"),
                rx.cond(JamBotState.asset_count > 0, JamBotState.asset_count.to_string(), ""),
            ),
            _tab("timeline", t("panel.timeline")),
            class_name="tabs",
            role="tablist",
            aria_label=t("panel.label"),
        ),
        rx.match(
            JamBotState.panel,
            ("assets", _body("assets", assets_tab())),
            ("timeline", _body("timeline", _timeline())),
            _body("mission", mission_tab()),
        ),
        _foot(),
        class_name="panel",
        id="panel",
        aria_label=t("panel.label"),
    )


def _tab(name: str, text: str, count: rx.Var[str] | str = "") -> rx.Component:
    return rx.el.button(
        text,
        rx.fragment() if isinstance(count, str) else rx.el.span(count, class_name="meta"),
        type="button",
        role="tab",
        id=f"tab-{name}",
        class_name="tab",
        aria_selected=(JamBotState.panel == name).to_string(),
        aria_controls=f"panel-{name}",
        custom_attrs={"data-action": f"tab-{name}"},
        on_click=JamBotState.show_panel(name),
    )


def _body(name: str, *children: rx.Component) -> rx.Component:
    return rx.el.div(
        *children, class_name="scroll", id=f"panel-{name}", role="tabpanel", aria_labelledby=f"tab-{name}", tab_index=0
    )


def _timeline() -> rx.Component:
    return rx.cond(
        JamBotState.events,
        rx.el.ol(rx.foreach(JamBotState.events, _event), style={"padding": "8px 0"}),
        empty("history", t("panel.no_events"), t("panel.no_events_note")),
    )


def _event(event: rx.Var[EventItem]) -> rx.Component:
    return rx.el.li(
        clock_time(event.at, class_name="mono fg2"),
        state_slot(event.state, ""),
        rx.el.span(event.text, class_name="cut"),
        class_name="event-row",
    )


def _foot() -> rx.Component:
    """The decisions that can be taken now, on every tab; whoever only reads is told whose they are."""
    return rx.cond(is_reader(), _decided_elsewhere(), _decisions())


def _decided_elsewhere() -> rx.Component:
    return rx.cond(
        (JamBotState.proposal.id != "") | JamBotState.mission.has_controls,
        rx.el.div(icon("eye", 14), rx.el.span(t("shared.decides")), class_name="panel-foot fg2", role="note"),
    )


def _decisions() -> rx.Component:
    proposal = JamBotState.proposal
    return rx.cond(
        proposal.id != "",
        rx.el.div(
            button(
                t("proposal.accept"),
                kind="primary",
                custom_attrs={"data-action": "approve"},
                on_click=JamBotState.accept_proposal(proposal.id),
            ),
            button(t("proposal.change"), on_click=JamBotState.change_proposal(proposal.id)),
            rx.el.span(class_name="grow"),
            button(
                t("proposal.reject"),
                kind="ghost",
                custom_attrs={"data-action": "deny"},
                on_click=JamBotState.reject_proposal(proposal.id),
            ),
            class_name="panel-foot",
        ),
        rx.cond(JamBotState.mission.has_controls, rx.el.div(mission_controls(), class_name="panel-foot")),
    )
