"""Starts the app's server in a process of its own, on the present build or on none."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def main() -> None:
    """Migrate and serve, as `jambot run` does after its set-up."""
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    from jambot.cli.run import run_to_the_end, serve
    from jambot.db import migrations
    from jambot.settings import Settings

    settings = Settings(_env_file=None)
    migrations.upgrade(settings.sqlalchemy_url)
    sys.exit(run_to_the_end(serve(settings)))


if __name__ == "__main__":
    main()
