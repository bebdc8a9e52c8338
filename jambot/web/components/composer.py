"""Where the person writes. The text belongs to the browser: no state is bound to it, so no key is ever lost."""

from __future__ import annotations

import reflex as rx

from jambot.web.components.basics import icon, icon_button, kbd
from jambot.web.components.reading import is_reader
from jambot.web.states.jambot import JamBotState
from jambot.web.states.preferences import PreferencesState
from jambot.web.strings import t


def composer() -> rx.Component:
    """The form, the queue above it and the draft the server has. The scripts in assets/js bring them to life."""
    return rx.el.div(
        rx.el.div(id="outbox", role="region", aria_label=t("chat.outbox")),
        rx.el.form(
            rx.el.div(id="uploads", class_name="uploads", role="status"),
            rx.el.textarea(
                id="composer",
                placeholder=rx.cond(JamBotState.messages.length() > 0, t("chat.reply"), t("chat.placeholder")),
                aria_label=t("chat.composer"),
                rows="1",
                auto_focus=True,
                max_length=100_000,
                custom_attrs={"data-field": "composer"},
            ),
            rx.el.div(
                rx.el.input(
                    id="file-input", type="file", multiple=True, class_name="sr", tab_index=-1, aria_hidden="true"
                ),
                icon_button(
                    "paperclip",
                    t("chat.attach"),
                    id="attach",
                    disabled=is_reader(),
                    custom_attrs={"data-action": "attach"},
                ),
                rx.el.span(class_name="grow"),
                rx.el.button(
                    icon("square", 14),
                    rx.el.span(t("do.stop"), class_name="hide-phone"),
                    type="button",
                    id="stop",
                    class_name="btn small",
                    aria_label=t("chat.stop"),
                    hidden=~JamBotState.is_answering,
                    on_click=JamBotState.stop,
                ),
                rx.el.button(t("chat.send"), type="submit", id="send", class_name="btn small send"),
                class_name="composer-foot",
            ),
            id="composer-form",
            class_name="composer",
        ),
        rx.el.div(
            rx.el.span(t("chat.hint"), id="composer-hint"),
            rx.el.span(
                kbd(rx.cond(_shift_sends(), "⇧⏎", "⏎")),
                f" {t('chat.hint_send')} \u2002",
                kbd(rx.cond(_shift_sends(), "⏎", "⇧⏎")),
                f" {t('chat.hint_line')}",
                class_name="nw",
            ),
            class_name="hint",
        ),
        rx.el.div(JamBotState.draft, id="draft-source", hidden=True),
        class_name="column foot",
    )


def _shift_sends() -> rx.Var[bool]:
    return PreferencesState.send_key == "shift_enter"
