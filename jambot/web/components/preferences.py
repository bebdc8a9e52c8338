"""How the page looks and acts, as choices that take effect at once."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex.style import color_mode, set_color_mode

from jambot.web.components.basics import button, section
from jambot.web.states.preferences import PreferencesState
from jambot.web.strings import t


def appearance_section() -> rx.Component:
    density = PreferencesState.density
    return section(
        "appearance",
        t("settings.appearance"),
        rx.el.div(
            _choice(
                t("settings.theme"),
                t("settings.theme_note"),
                *[
                    _option(t(f"settings.theme_{mode}"), color_mode == mode, set_color_mode(mode))
                    for mode in ("system", "light", "dark")
                ],
            ),
            _choice(
                t("settings.density"),
                t("settings.density_note"),
                _option(t("settings.compact"), density == "compact", PreferencesState.choose_density("compact")),
                _option(
                    t("settings.comfortable"), density == "comfortable", PreferencesState.choose_density("comfortable")
                ),
            ),
            class_name="card list",
        ),
    )


def writing_section() -> rx.Component:
    key = PreferencesState.send_key
    return section(
        "writing",
        t("settings.writing"),
        rx.el.div(
            _choice(
                t("settings.send_key"),
                t("settings.send_key_note"),
                _option("Enter", key == "enter", PreferencesState.choose_send_key("enter")),
                _option("Shift + Enter", key == "shift_enter", PreferencesState.choose_send_key("shift_enter")),
            ),
            _choice(
                t("settings.shortcuts"),
                t("settings.shortcuts_note"),
                button(t("settings.shortcuts_show"), kind="small", custom_attrs={"data-action": "help"}),
            ),
            class_name="card list",
        ),
    )


def _choice(title: str, note: str, *options: rx.Component) -> rx.Component:
    return rx.el.div(
        rx.el.div(rx.el.span(title, class_name="med"), rx.el.span(note, class_name="meta"), class_name="v grow"),
        rx.el.div(*options, class_name="h g2", role="group", aria_label=title),
        class_name="h g3 pad wrap",
    )


def _option(text: str, is_chosen: Any, choose: Any) -> rx.Component:
    return rx.el.button(
        text, type="button", class_name="chip", on_click=choose, custom_attrs={"aria-pressed": is_chosen.to_string()}
    )
