"""The conversation: what was said, what is being said, and what happens meanwhile."""

from __future__ import annotations

import reflex as rx

from jambot.web.away_items import AwayItem
from jambot.web.components.basics import button, icon, icon_button, state_slot
from jambot.web.components.message import message
from jambot.web.components.shelf import windows
from jambot.web.components.start import examples
from jambot.web.states.jambot import JamBotState
from jambot.web.states.session import SessionState
from jambot.web.states.stream import OlderState, StreamState
from jambot.web.strings import t


def conversation() -> rx.Component:
    """The scrolled part of the page above the composer."""
    return rx.el.div(
        rx.el.div(
            rx.cond(JamBotState.away, _away()),
            rx.cond(~SessionState.is_metadata_readable, _unreadable()),
            rx.cond(JamBotState.has_older, _older()),
            windows(
                rx.el.div(
                    rx.foreach(OlderState.messages, message),
                    rx.foreach(JamBotState.messages, message),
                    rx.cond(StreamState.answer_id != "", _streaming()),
                    rx.cond(is_untouched(), _file_is_here()),
                    class_name="log",
                    role="log",
                    aria_label=t("chat.label"),
                    aria_live="polite",
                    aria_relevant="additions",
                )
            ),
            rx.cond(JamBotState.mission.beat != "", _beat()),
            class_name="column",
        ),
        id="messages",
        class_name="scroll",
        tab_index=0,
        aria_label=t("chat.label"),
        custom_attrs={"data-has-older": JamBotState.has_older.to_string()},
    )


def is_untouched() -> rx.Var[bool]:
    """Whether nothing was said yet in a workspace that exists, because a file was uploaded first."""
    return (JamBotState.messages.length() == 0) & (OlderState.messages.length() == 0) & (StreamState.answer_id == "")


def _file_is_here() -> rx.Component:
    return rx.cond(
        JamBotState.asset_count > 0,
        rx.el.div(
            rx.el.h2(t("start.ready"), class_name="ready-title"),
            rx.el.p(t("start.ready_note"), class_name="fg2"),
            examples(with_notes=False),
            class_name="v g2",
        ),
    )


def _away() -> rx.Component:
    return rx.el.div(
        icon("clock", 14, "gray"),
        rx.el.span(
            rx.el.span(t("chat.away"), class_name="med"),
            rx.foreach(JamBotState.away, _happened),
            class_name="cut grow",
        ),
        icon_button("x", t("do.dismiss"), size=14, class_name="ib small", on_click=JamBotState.dismiss_away),
        class_name="away",
        role="status",
    )


def _happened(line: rx.Var[AwayItem]) -> rx.Component:
    """What happened, as a way to where it is seen."""
    at_message = {"data-show-message": line.target}
    return rx.fragment(
        rx.el.span(" · ", class_name="fg2"),
        rx.match(
            line.where,
            ("message", rx.el.button(line.text, type="button", class_name="link", custom_attrs=at_message)),
            ("asset", _leads(line, JamBotState.open_asset(line.target))),
            ("mission", _leads(line, JamBotState.open_sheet("mission"))),
            _leads(line, JamBotState.open_sheet("timeline")),
        ),
    )


def _leads(line: rx.Var[AwayItem], event: rx.event.EventSpec) -> rx.Component:
    return rx.el.button(line.text, type="button", class_name="link", on_click=event)


def _unreadable() -> rx.Component:
    return rx.el.div(
        icon("triangle-alert", 16, "amber"),
        rx.el.p(t("trouble.metadata"), class_name="grow"),
        class_name="callout amber",
        style={"margin_top": "12px"},
        role="status",
    )


def _older() -> rx.Component:
    return rx.el.div(
        button(
            t("chat.older"),
            kind="ghost small",
            on_click=JamBotState.load_older,
            custom_attrs={"data-action": "load-older"},
        ),
        style={"text_align": "center", "padding_top": "12px"},
    )


def _streaming() -> rx.Component:
    """Plain text while it grows: formatting every piece would be slower than reading."""
    return rx.el.article(
        rx.cond(
            StreamState.text != "",
            rx.el.div(StreamState.text, class_name="streaming"),
            rx.el.div(
                icon("loader-circle", 14, "blue spin"),
                rx.el.span(t("chat.answering")),
                class_name="beat",
                role="status",
            ),
        ),
        class_name="message answer",
        custom_attrs={"data-message-id": StreamState.answer_id, "data-role": "assistant", "data-status": "streaming"},
        aria_busy="true",
        aria_label=t("chat.assistant"),
    )


def _beat() -> rx.Component:
    return rx.el.div(
        state_slot(JamBotState.mission.state, JamBotState.mission.word),
        rx.el.span(JamBotState.mission.beat, class_name="cut grow"),
        class_name="beat",
    )
