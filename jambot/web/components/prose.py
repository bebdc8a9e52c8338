"""An answer as formatted text. In a module of its own, because the formatter is heavy."""

from __future__ import annotations

import reflex as rx


@rx.memo
def prose(text: rx.Var[str], rest: rx.RestProp) -> rx.Component:
    """Drawn again only when its text changes. Raw HTML stays text: an answer may quote a hostile page."""
    return rx.el.div(rx.markdown(text, use_raw=False, use_math=False, use_katex=False), rest, class_name="prose")
