"""Which scripts every page loads. They are files, so that the policy can forbid every other script."""

from __future__ import annotations

import reflex as rx


def scripts() -> list[rx.Component]:
    """For the head of the page. The plain ones come first: `linked.js` has to clean the address before the page reads
    it, `socket.js` to know the page's socket from its beginning, `early.js` to keep what people do meanwhile."""
    return [
        rx.el.script(src="/js/linked.js"),
        rx.el.script(src="/js/socket.js"),
        rx.el.script(src="/js/early.js"),
        rx.el.script(src="/js/main.js", type="module"),
    ]
