"""Whether the open workspace may be changed by whoever looks at it."""

from __future__ import annotations

import reflex as rx

from jambot.web.states.session import SessionState


def is_reader() -> rx.Var[bool]:
    """Whether the open workspace is somebody else's, which can be read and not changed."""
    return SessionState.shared_by != ""
