"""The composition root of the web app: parts, pages, guard, lifespan. No logic."""

from __future__ import annotations

import reflex as rx

from jambot import lifespan, log
from jambot.api.app import create_api
from jambot.settings import Settings
from jambot.web.csp import secure
from jambot.web.errors import show_failure
from jambot.web.guard import Guard
from jambot.web.harden import harden
from jambot.web.page_states import survive_redis
from jambot.web.pages import add_pages
from jambot.web.scripts import scripts
from jambot.web.states.auth import AuthState
from jambot.web.tabs import asker, pusher, tabs

_settings = Settings()
log.configure(json_lines=_settings.log_json, level=_settings.log_level)

app = rx.App(
    api_transformer=[create_api(), secure],
    backend_exception_handler=show_failure,
    head_components=scripts(),
    toaster=None,
)
# The strip of the page says what the connection does; Reflex's own red sign over the buttons would say it twice.
app.app_wraps.pop((5, "Overlay"))
add_pages(app)
app.add_middleware(Guard())
harden(app, trusted_proxy_hops=_settings.trusted_proxy_hops)
survive_redis(app)
app.register_lifespan_task(
    lifespan.running, follow_logins=lambda parts: tabs.follow(parts.bus, pusher(app), asker(app, AuthState.resume))
)
