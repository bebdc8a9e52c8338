"""An answer as formatted text. In a module of its own, because the formatter is heavy."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex.vars import Var
from reflex_components_code.code import CodeBlock, Theme, construct_theme_var

from jambot.web.components.basics import icon, icon_button
from jambot.web.strings import t

# Both have inks that can be read by everybody; the formatter's own choice has not.
_INKS = rx.color_mode_cond(light=construct_theme_var("a11yOneLight"), dark=Theme.a11y_dark)


class _Link(rx.Component):
    library = "$/public/parts/link.js"
    tag = "Link"


class _Picture(rx.Component):
    library = "$/public/parts/picture.js"
    tag = "Picture"


def _code(text: Any, **props: Any) -> rx.Component:
    """A piece of code under its language, to be copied whole; long lines scroll until they are wrapped."""
    language = props.get("language", Var.create(""))
    return rx.el.figure(
        rx.el.figcaption(
            rx.el.span(language, class_name="mono grow"),
            rx.el.label(
                rx.el.input(type="checkbox", class_name="sr wraps"),
                icon("wrap-text", 14),
                rx.el.span(t("chat.wrap"), class_name="sr"),
                class_name="ib small",
                title=t("chat.wrap"),
            ),
            icon_button("copy", t("chat.copy_code"), size=14, class_name="ib small", custom_attrs={"data-copy": ""}),
        ),
        CodeBlock.create(text, theme=_INKS, custom_style={"margin": "0"}, custom_attrs={"tabIndex": 0}, **props),
        class_name="code",
    )


# The style sheet dresses them. A theme's own parts are each styled by themselves whenever they are drawn, which takes
# longer than reading the text.
_PLAIN = {
    "p": rx.el.p,
    "h1": rx.el.h1,
    "h2": rx.el.h2,
    "h3": rx.el.h3,
    "h4": rx.el.h4,
    "h5": rx.el.h5,
    "h6": rx.el.h6,
    "ul": rx.el.ul,
    "ol": rx.el.ol,
    "li": rx.el.li,
    "a": _Link.create,
    "img": _Picture.create,
    "code": rx.el.code,
    "pre": _code,
}


@rx.memo
def prose(text: rx.Var[str], rest: rx.RestProp) -> rx.Component:
    """Drawn again only when its text changes. Raw HTML stays text: an answer may quote a hostile page."""
    return rx.el.div(
        rx.markdown(text, component_map=_PLAIN, use_raw=False, use_math=False, use_katex=False),
        rest,
        class_name="prose",
    )
