"""The workspace: history, conversation and mission beside each other; the start page while there is none."""

from __future__ import annotations

import reflex as rx

from jambot.web.components.basics import bones, icon, status
from jambot.web.components.chat import conversation
from jambot.web.components.composer import composer
from jambot.web.components.sharing import closed
from jambot.web.components.shelf import shelf
from jambot.web.components.shell import gone, in_trash, trouble, workspace_shell
from jambot.web.components.start import greeting, ways_to_begin
from jambot.web.components.topbar import workspace_title
from jambot.web.states.jambot import JamBotState
from jambot.web.states.session import SessionState
from jambot.web.strings import t


def workspace_page() -> rx.Component:
    return shelf(
        workspace_shell(
            workspace_title(),
            rx.el.main(
                rx.el.h1(
                    rx.cond(
                        SessionState.current_session.name != "", SessionState.current_session.name, t("top.untitled")
                    ),
                    class_name="sr",
                ),
                rx.match(
                    SessionState.session_error,
                    ("trouble", trouble(SessionState.error_reference, SessionState.recover_session)),
                    ("gone", gone()),
                    ("trashed", in_trash()),
                    ("closed", closed()),
                    rx.fragment(),
                ),
                # The composer stays the same element whatever is above it, so that no key press is ever lost.
                rx.el.div(
                    rx.cond(
                        _has_workspace(),
                        conversation(),
                        rx.cond(SessionState.is_session_loading, _waiting(), greeting()),
                    ),
                    rx.cond(_has_workspace(), _peek()),
                    rx.cond(SessionState.shared_by != "", _read_only()),
                    rx.el.div(composer(), class_name=rx.cond(SessionState.shared_by != "", "withheld", "through")),
                    rx.cond(_has_workspace() | SessionState.is_session_loading, rx.fragment(), ways_to_begin()),
                    class_name="view",
                    hidden=SessionState.session_error != "",
                    custom_attrs={"data-empty": (~(_has_workspace() | SessionState.is_session_loading)).to_string()},
                ),
                class_name="main",
                id="main",
                tab_index=-1,
                custom_attrs={"data-loading": SessionState.is_session_loading.to_string()},
            ),
        )
    )


def _read_only() -> rx.Component:
    """Somebody else's workspace can be read, not written in."""
    return rx.el.div(
        rx.el.div(
            icon("eye", 14),
            rx.el.span(t("shared.read_only"), " ", rx.el.bdi(SessionState.shared_by, class_name="med")),
            class_name="callout",
            role="note",
        ),
        class_name="column foot",
    )


def _has_workspace() -> rx.Var[bool]:
    return JamBotState.workspace_id != ""


def _waiting() -> rx.Component:
    return rx.el.div(
        rx.el.div(bones(5, "beat"), class_name="column"),
        class_name="scroll",
        aria_busy="true",
        style={"padding_top": "24px"},
    )


def _peek() -> rx.Component:
    """On narrow screens: the mission in one line, which pulls up the panel."""
    return rx.cond(
        (JamBotState.mission.id != "") | (JamBotState.proposal.id != ""),
        rx.el.button(
            rx.cond(
                JamBotState.proposal.id != "",
                rx.fragment(
                    status("proposed", t("state.proposed")),
                    rx.el.span(JamBotState.proposal.name, class_name="cut grow"),
                ),
                rx.fragment(
                    status(JamBotState.mission.state, JamBotState.mission.word),
                    rx.el.span(
                        JamBotState.mission.name,
                        rx.cond(
                            JamBotState.mission.progress != JamBotState.mission.word,
                            f" · {JamBotState.mission.progress}",
                            "",
                        ),
                        class_name="cut grow",
                    ),
                ),
            ),
            icon("chevron-up"),
            type="button",
            class_name="peek",
            aria_label=t("top.mission"),
            on_click=JamBotState.open_sheet("mission"),
        ),
    )
