"""An answer as formatted text. In a module of its own, because the formatter is heavy."""

from __future__ import annotations

import reflex as rx

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
    "code": rx.el.code,
}


@rx.memo
def prose(text: rx.Var[str], rest: rx.RestProp) -> rx.Component:
    """Drawn again only when its text changes. Raw HTML stays text: an answer may quote a hostile page."""
    return rx.el.div(
        rx.markdown(text, component_map=_PLAIN, use_raw=False, use_math=False, use_katex=False),
        rest,
        class_name="prose",
    )
