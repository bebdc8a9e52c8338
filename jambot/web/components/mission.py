"""A mission in the panel: proposed, running or over; its hops open to steps, its steps to input, output and log."""

from __future__ import annotations

import reflex as rx

from jambot.web.components.basics import button, empty, icon, meter, state_slot, status
from jambot.web.components.reading import is_reader
from jambot.web.mission_items import ApprovalItem, CriterionItem, HopItem, StepItem
from jambot.web.states.jambot import JamBotState
from jambot.web.strings import t


def mission_tab() -> rx.Component:
    """What waits for a yes first, then what is at work or was."""
    has_proposal, has_mission = JamBotState.proposal.id != "", JamBotState.mission.id != ""
    return rx.fragment(
        rx.cond(has_proposal, _proposal()),
        rx.cond(
            has_mission,
            rx.el.div(_mission(), class_name=rx.cond(has_proposal, "rule", "")),
            rx.cond(has_proposal, rx.fragment(), empty("flag", t("panel.none"), t("panel.none_note"))),
        ),
    )


def mission_controls() -> rx.Component:
    """What can be done with the mission now."""
    mission = JamBotState.mission
    return rx.fragment(
        rx.cond(mission.can_pause, _act("pause", t("do.pause"), "pause", JamBotState.pause(mission.id))),
        rx.cond(mission.can_resume, _act("play", t("do.resume"), "resume", JamBotState.resume(mission.id))),
        rx.cond(mission.can_stop, _act("square", t("do.stop"), "end", JamBotState.stop_mission(mission.id))),
        rx.cond(mission.can_retry, _act("rotate-ccw", t("do.retry"), "retry", JamBotState.retry_mission(mission.id))),
    )


def _act(name: str, text: str, action: str, event: rx.event.EventSpec) -> rx.Component:
    return button(icon(name, 14), text, kind="small", on_click=event, custom_attrs={"data-action": f"mission-{action}"})


def _proposal() -> rx.Component:
    proposal = JamBotState.proposal
    return rx.el.div(
        _head(proposal.name, proposal.goal, status("proposed", t("state.proposed"))),
        rx.el.h2(t("panel.done_when"), class_name="section-title", style={"margin_top": "16px"}),
        rx.el.ul(rx.foreach(proposal.criteria, lambda text: _todo(text)), class_name="criteria"),
        rx.el.dl(
            _names(t("proposal.reads"), proposal.reads),
            _names(t("proposal.yields"), proposal.yields),
            class_name="facts rule",
            style={"margin_top": "16px", "padding_top": "12px"},
        ),
        rx.el.h2(t("proposal.hops"), class_name="section-title", style={"margin_top": "16px"}),
        rx.el.ol(
            rx.foreach(proposal.hops, lambda name, place: rx.el.li(rx.el.span(place + 1, class_name="fg2"), name)),
            class_name="criteria",
        ),
        rx.foreach(
            proposal.notes,
            lambda note: rx.el.div(
                icon("info", 16, "amber"), rx.el.p(note), class_name="callout amber", style={"margin_top": "12px"}
            ),
        ),
        class_name="pad",
    )


def _mission() -> rx.Component:
    mission = JamBotState.mission
    return rx.fragment(
        rx.el.div(
            _head(mission.name, mission.goal, status(mission.state, mission.word)),
            rx.el.dl(
                _fact(t("panel.cost"), mission.cost),
                _fact(t("panel.time"), mission.time),
                rx.el.div(
                    rx.el.dt(t("panel.steps")),
                    rx.el.dd(
                        mission.steps_done,
                        rx.el.small(f" {t('panel.of')} ", mission.steps_total),
                        meter(mission.percent, t("panel.steps")),
                    ),
                ),
                class_name="figures",
            ),
            # The foot of the panel belongs to the proposal while there is one.
            rx.cond(
                (JamBotState.proposal.id != "") & mission.has_controls & ~is_reader(),
                rx.el.div(mission_controls(), class_name="h g2", style={"margin_top": "12px"}),
            ),
            class_name="pad",
        ),
        rx.cond(
            mission.criteria,
            rx.el.div(
                rx.el.h2(
                    f"{t('panel.done_when')} · ",
                    mission.met,
                    f" {t('panel.of')} ",
                    mission.criteria.length(),
                    class_name="section-title",
                ),
                rx.el.ul(rx.foreach(mission.criteria, _criterion), class_name="criteria"),
                class_name="rule",
                style={"padding": "12px 16px"},
            ),
        ),
        rx.foreach(JamBotState.approvals, _approval),
        rx.el.div(rx.foreach(JamBotState.hops, _hop), class_name="hops"),
    )


def _head(name: rx.Var[str], goal: rx.Var[str], badge: rx.Component) -> rx.Component:
    return rx.fragment(
        rx.el.div(rx.el.h2(name, class_name="cut"), badge, class_name="h g2 between"),
        rx.el.p(goal, class_name="fg2", style={"margin_top": "4px"}),
    )


def _fact(name: str, value: rx.Var[str]) -> rx.Component:
    return rx.el.div(rx.el.dt(name), rx.el.dd(value))


def _names(name: str, values: rx.Var[list[str]]) -> rx.Component:
    return rx.el.div(rx.el.dt(name), rx.foreach(values, rx.el.dd))


def _todo(text: rx.Var[str]) -> rx.Component:
    return rx.el.li(icon("circle-dashed", 14, "dim"), rx.el.span(text))


def _criterion(criterion: rx.Var[CriterionItem]) -> rx.Component:
    return rx.cond(
        criterion.is_met,
        rx.el.li(
            icon("check", 14, "green"), rx.el.span(criterion.text, rx.el.span(f", {t('state.done')}", class_name="sr"))
        ),
        _todo(criterion.text),
    )


def _approval(approval: rx.Var[ApprovalItem]) -> rx.Component:
    """What the mission waits for; a no is as good an answer as a yes."""
    return rx.el.div(
        icon("hand", 16, "amber"),
        rx.el.div(
            rx.el.p(approval.question, class_name="med"),
            rx.el.div(
                button(
                    t("panel.approve"),
                    kind="primary tiny",
                    on_click=JamBotState.answer_approval(approval.id, True),
                    custom_attrs={"data-action": "approve"},
                ),
                button(
                    t("panel.decline"),
                    kind="tiny",
                    on_click=JamBotState.answer_approval(approval.id, False),
                    custom_attrs={"data-action": "deny"},
                ),
                class_name="h g2",
            ),
            class_name="v g2 grow",
        ),
        key=approval.id,
        class_name="callout amber approval",
    )


def _hop(hop: rx.Var[HopItem]) -> rx.Component:
    return rx.el.details(
        rx.el.summary(
            rx.cond(
                hop.state == "done",
                rx.el.span(icon("circle-check", 16, "green"), rx.el.span(hop.word, class_name="sr"), class_name="slot"),
                state_slot(hop.state, hop.word),
            ),
            rx.el.span(rx.el.span(hop.number, class_name="fg2"), "\u2002", hop.name, class_name="cut name"),
            rx.el.span(hop.note, class_name="note"),
            icon("chevron-right", 12, "dim turn"),
        ),
        rx.cond(hop.rationale != "", rx.el.p(hop.rationale, class_name="fg2 hop-why")),
        rx.cond(hop.error != "", rx.el.p(hop.error, class_name="red hop-why", role="status")),
        rx.foreach(hop.steps, _step),
        key=hop.id,
        open=hop.is_open,
        class_name="hop",
    )


def _step(step: rx.Var[StepItem]) -> rx.Component:
    return rx.el.details(
        rx.el.summary(
            state_slot(step.state, step.word),
            rx.el.span(step.name, class_name="cut name"),
            rx.el.span(step.note, class_name="note"),
            icon("chevron-right", 12, "dim turn"),
        ),
        rx.el.div(
            rx.tabs.root(
                rx.tabs.list(
                    rx.tabs.trigger(t("panel.input"), value="input"),
                    rx.tabs.trigger(t("panel.output"), value="output"),
                    rx.tabs.trigger(t("panel.step_log"), value="log"),
                    size="1",
                ),
                _text("input", step.input),
                _text("output", step.output),
                _text("log", step.log),
                default_value=rx.cond(step.output != "", "output", "log"),
            ),
            rx.cond(
                step.can_retry & ~is_reader(),
                rx.el.div(
                    button(
                        icon("rotate-ccw", 12),
                        t("panel.retry_step"),
                        kind="tiny",
                        on_click=JamBotState.retry_step(step.id),
                    ),
                    class_name="detail-foot",
                ),
            ),
            class_name="detail",
        ),
        key=step.id,
        class_name="step",
    )


def _text(value: str, text: rx.Var[str]) -> rx.Component:
    return rx.tabs.content(rx.el.pre(rx.cond(text != "", text, t("panel.nothing"))), value=value)
