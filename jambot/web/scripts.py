"""Which scripts every page loads. They are files, so that the policy can forbid every other script."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import reflex as rx

_FOLDER = Path("assets/js")
# `linked.js` has to clean the address before the page reads it, `socket.js` to know the page's socket from its
# beginning, `early.js` to keep what people do meanwhile.
_FIRST = ("linked.js", "socket.js", "early.js")


class PageScripts(rx.Component):
    """All the others, in the page's own bundle."""

    library = "$/public/parts/scripts.js"
    tag = "PageScripts"


class FirstScript(rx.plugins.Plugin):
    """Puts the scripts that come first into one file of the built page."""

    def post_build(self, *, static_dir: Any, **_: Any) -> None:
        name, text = _first()
        (Path(static_dir) / name).write_text(text, "utf-8")


def scripts() -> list[rx.Component]:
    """For the head of the page."""
    return [rx.el.script(src=f"/{_first()[0]}"), PageScripts.create()]


def _first() -> tuple[str, str]:
    """Where the first script stands in the built page, and its text. Its name changes with it, so browsers keep it."""
    text = "\n".join((_FOLDER / name).read_text("utf-8") for name in _FIRST)
    return f"assets/first-{hashlib.sha256(text.encode()).hexdigest()[:12]}.js", text
