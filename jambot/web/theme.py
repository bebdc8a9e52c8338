"""What every page loads: style sheets and the typeface. Its scripts are named in `jambot.web.scripts`."""

from __future__ import annotations

import reflex as rx

STYLESHEETS = ["/jambot.css", "/js/scripts.css"]

# The typeface of the first paint, so that text does not change its shape after it.
HEAD = [
    rx.el.link(rel="icon", href="/favicon.svg", type="image/svg+xml"),
    rx.el.link(
        rel="preload",
        href="/fonts/inter-latin-wght-normal.woff2",
        custom_attrs={"as": "font"},
        type="font/woff2",
        cross_origin="anonymous",
    ),
]
