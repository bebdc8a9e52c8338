"""Which scripts every page loads. They are files, so that the policy can forbid every other script."""

from __future__ import annotations

import reflex as rx


def scripts() -> list[rx.Component]:
    """For the head of the page. `linked.js` and `socket.js` come first: one has to clean the address before the page
    reads it, the other to know the page's socket from its beginning."""
    return [
        rx.el.script(src="/js/linked.js"),
        rx.el.script(src="/js/socket.js"),
        rx.el.script(src="/js/main.js", type="module"),
    ]
