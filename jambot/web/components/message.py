"""One row of the conversation."""

from __future__ import annotations

import reflex as rx

from jambot.web.asset_preview import AssetPreview
from jambot.web.components.basics import button, clock_time, icon, icon_button
from jambot.web.components.figure import figure
from jambot.web.components.prose import prose
from jambot.web.states.jambot import JamBotState
from jambot.web.strings import t
from jambot.web.view_models import FileChip, MessageItem, ProposalItem, QuestionItem


def message(row: rx.Var[MessageItem]) -> rx.Component:
    """A message of the person at the right, an answer over the whole width, a status line between."""
    return message_row(
        row=row,
        is_edited=JamBotState.editing == row.id,
        proposal=JamBotState.proposal,
        figures=JamBotState.figures,
        key=row.id,
    )


@rx.memo
def message_row(
    row: rx.Var[MessageItem],
    is_edited: rx.Var[bool],
    proposal: rx.Var[ProposalItem],
    figures: rx.Var[list[AssetPreview]],
    rest: rx.RestProp,
) -> rx.Component:
    """Drawn again only when something of it changed: it reads no state, what it shows is handed to it."""
    return rx.el.article(
        rx.match(
            row.role,
            ("user", _own(row, is_edited)),
            ("assistant", _answer(row, proposal, figures)),
            _line(row),
        ),
        rest,
        id=f"m-{row.id}",
        class_name=rx.match(row.role, ("user", "message user"), ("assistant", "message answer"), "message status"),
        custom_attrs={"data-message-id": row.id, "data-role": row.role, "data-status": row.status},
        tab_index=-1,
        aria_label=rx.match(row.role, ("user", t("chat.you")), ("assistant", t("chat.assistant")), ""),
    )


def _own(row: rx.Var[MessageItem], is_edited: rx.Var[bool]) -> rx.Component:
    return rx.fragment(
        rx.cond(
            is_edited,
            _edit(row),
            rx.el.div(
                rx.el.div(
                    rx.cond(
                        row.is_fixed,
                        rx.fragment(),
                        icon_button(
                            "pencil",
                            t("chat.edit"),
                            size=14,
                            class_name="ib small",
                            on_click=JamBotState.edit_message(row.id),
                            custom_attrs={"data-row-action": "edit"},
                        ),
                    ),
                    icon_button(
                        "copy", t("do.copy"), size=14, class_name="ib small", custom_attrs={"data-copy": row.id}
                    ),
                    class_name="message-actions h",
                ),
                rx.el.div(row.content, class_name="bubble", dir="auto"),
                class_name="own",
            ),
        ),
        rx.foreach(row.files, _file),
    )


def _edit(row: rx.Var[MessageItem]) -> rx.Component:
    """Changing what was said takes away what was answered to it, so it answers again."""
    return rx.el.form(
        rx.el.textarea(
            name="content",
            default_value=row.content,
            aria_label=t("chat.edit_label"),
            auto_focus=True,
            class_name="edit-text",
        ),
        rx.el.div(
            button(t("do.cancel"), kind="ghost tiny", on_click=JamBotState.edit_message("")),
            rx.el.button(t("chat.edit_save"), type="submit", class_name="btn tiny primary"),
            class_name="h g2 end",
        ),
        on_submit=JamBotState.save_edit,
        class_name="bubble edit",
    )


def _file(file: rx.Var[FileChip]) -> rx.Component:
    return rx.el.button(
        icon("file-text", 14, "gray"),
        rx.el.span(file.name, class_name="med cut"),
        rx.cond(file.note != "", rx.el.span(file.note, class_name="meta")),
        type="button",
        class_name="file",
        on_click=JamBotState.open_asset(file.id),
    )


def _answer(
    row: rx.Var[MessageItem],
    proposal: rx.Var[ProposalItem],
    figures: rx.Var[list[AssetPreview]],
) -> rx.Component:
    return rx.fragment(
        rx.cond(row.activity != "", _activity(row)),
        rx.cond(row.content != "", prose(text=row.content)),
        rx.cond(
            row.is_last & (row.questions.length() > 1),
            _form(row),
            rx.foreach(row.questions, lambda question: _question(question, row)),
        ),
        rx.cond((row.proposal_id != "") & (proposal.id == row.proposal_id), proposal_hint(proposal.name)),
        rx.foreach(
            figures,
            lambda shown: rx.cond(shown.after == row.id, rx.el.div(figure(shown), class_name="below")),
        ),
        rx.cond(row.is_unsettled, _unsettled(row)),
        rx.el.div(
            icon_button("copy", t("do.copy"), size=14, class_name="ib small", custom_attrs={"data-copy": row.id}),
            rx.cond(
                row.is_last & ~row.is_result,
                icon_button(
                    "rotate-ccw",
                    t("do.retry"),
                    size=14,
                    class_name="ib small",
                    on_click=JamBotState.retry_message(row.id),
                    custom_attrs={"data-row-action": "retry"},
                ),
            ),
            clock_time(row.at, class_name="meta nw"),
            class_name="message-actions h",
        ),
    )


def _activity(row: rx.Var[MessageItem]) -> rx.Component:
    return rx.el.details(
        rx.el.summary(
            icon("check", 14, "green"), rx.el.span(row.activity, class_name="cut"), icon("chevron-right", 12, "turn")
        ),
        rx.el.ul(rx.foreach(row.activity_lines, rx.el.li)),
        class_name="activity",
    )


def _question(question: rx.Var[QuestionItem], row: rx.Var[MessageItem]) -> rx.Component:
    """The options are buttons until somebody has answered, then words."""
    return rx.el.div(
        rx.el.p(question.text, class_name="asked"),
        rx.cond(
            row.is_last,
            rx.el.div(
                rx.foreach(
                    question.options,
                    lambda option: button(option, kind="small", on_click=JamBotState.send_message(option)),
                ),
                class_name="h g2 wrap",
            ),
            rx.el.p(question.options.join(" · "), class_name="meta"),
        ),
        class_name="question v g2",
    )


def _form(row: rx.Var[MessageItem]) -> rx.Component:
    """Several questions are answered at once."""
    return rx.el.form(
        rx.foreach(row.questions, _choice),
        rx.el.button(t("chat.answer"), type="submit", class_name="btn primary small"),
        on_submit=JamBotState.answer_questions,
        key=f"form-{row.id}",
        class_name="v g4 question asking",
    )


def _choice(question: rx.Var[QuestionItem], place: rx.Var[int]) -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend(question.text, class_name="asked"),
        rx.el.div(
            rx.foreach(
                question.options,
                lambda option: rx.el.label(
                    rx.el.input(type="radio", name=f"answer-{place}", value=option, required=True, class_name="sr"),
                    option,
                    class_name="chip",
                ),
            ),
            class_name="h g2 wrap",
        ),
    )


def proposal_hint(name: rx.Var[str]) -> rx.Component:
    """Where the plan is that this answer speaks of."""
    return rx.el.div(
        icon("flag", 16, "accent"),
        rx.el.div(
            rx.el.span(t("proposal.card"), class_name="med"),
            rx.el.span(name, class_name="meta"),
            class_name="v grow",
        ),
        button(t("proposal.look"), kind="small", on_click=JamBotState.open_sheet("mission")),
        class_name="callout h",
        style={"margin_top": "12px"},
    )


def _unsettled(row: rx.Var[MessageItem]) -> rx.Component:
    """An answer that stopped half way: what is safe, and the three ways on."""
    failed = row.status == "failed"
    return rx.el.div(
        rx.cond(failed, icon("octagon-x", 16, "red"), icon("unplug", 16, "orange")),
        rx.el.div(
            rx.cond(
                failed,
                rx.el.span(t("chat.failed"), class_name="med red"),
                rx.el.span(f"{t('chat.interrupted')} · ", clock_time(row.at), class_name="med orange"),
            ),
            rx.el.p(rx.cond(row.error != "", row.error, t("chat.interrupted_note"))),
            rx.cond(
                row.is_last,
                rx.el.div(
                    button(t("chat.continue"), kind="primary tiny", on_click=JamBotState.continue_message(row.id)),
                    button(t("do.retry"), kind="tiny", on_click=JamBotState.retry_message(row.id)),
                    button(t("chat.keep"), kind="ghost tiny", on_click=JamBotState.keep_message(row.id)),
                    class_name="h g2 wrap",
                    style={"margin_top": "8px"},
                ),
            ),
        ),
        class_name=rx.cond(failed, "callout red", "callout orange"),
        style={"margin_top": "12px"},
        role="status",
    )


def _line(row: rx.Var[MessageItem]) -> rx.Component:
    return rx.fragment(icon("info", 14), rx.el.span(row.content), clock_time(row.at, class_name="meta nw"))
