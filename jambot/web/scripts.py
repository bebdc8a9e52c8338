"""Which scripts every page loads. They are files, so that the policy can forbid every other script."""

from __future__ import annotations

import reflex as rx


def scripts() -> list[rx.Component]:
    """For the head of the page. `socket.js` comes first: it has to know the page's socket from its beginning."""
    return [rx.el.script(src="/js/socket.js"), rx.el.script(src="/js/main.js", type="module")]
