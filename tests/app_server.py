"""The app as its users run it: `jambot run` in a process of its own, to be killed and restarted on the same data."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

import httpx

from tests.servers import REPOSITORY, free_port

START_WITHIN_S = 90
SAID_WITHIN_S = 15
STOP_WITHIN_S = 30


class AppServer:
    """One server on a data folder. `kill` is a crash, `stop` an orderly end; `start` continues on the same port."""

    program = ("jambot.cli", "run")

    def __init__(self, data_dir: Path, *, port: int | None = None, **settings: str) -> None:
        self.data_dir = data_dir
        self.port = port or free_port()
        self.url = f"http://localhost:{self.port}"
        self.log_path = data_dir.parent / f"{data_dir.name}-{self.port}.log"
        self._settings = settings
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> AppServer:
        self.start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.kill()

    @property
    def settings(self) -> dict[str, str]:
        """What was set beside the folder and the port, for commands that work on the same data."""
        return dict(self._settings)

    def start(self, **more: str) -> None:
        """Start and wait until it serves."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("JAMBOT_")}
        environment |= {
            "JAMBOT_DATA_DIR": str(self.data_dir),
            "JAMBOT_PORT": str(self.port),
            "JAMBOT_TEST": "1",
            "PYTHONUNBUFFERED": "1",
            **self._settings,
            **more,
        }
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *self.program], cwd=REPOSITORY, env=environment, stdout=log, stderr=log
            )
        until = time.monotonic() + START_WITHIN_S
        while not self.is_live():
            if self.process.poll() is not None or time.monotonic() > until:
                self.kill()
                raise AssertionError(f"the server did not start:\n{self.log()[-4000:]}")
            time.sleep(0.05)

    def is_live(self) -> bool:
        """Whether it answers."""
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/livez", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    def kill(self) -> None:
        """End it as a crash would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(timeout=10)
            self.process = None

    def stop(self) -> int:
        """End it as an operator would; returns its exit status."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout=STOP_WITHIN_S)
        self.process = None
        return status

    def wait_for_crash(self) -> None:
        """Wait until the process is gone by itself."""
        assert self.process is not None
        self.process.wait(timeout=30)
        self.process = None

    def log(self) -> str:
        """Everything it wrote so far."""
        return self.log_path.read_text("utf-8", errors="replace") if self.log_path.exists() else ""

    def setup_link(self) -> str:
        """The one-time address on the terminal of a first run."""
        until = time.monotonic() + SAID_WITHIN_S
        while not (found := re.search(r"(http://\S+/setup\S*)\n", self.log())) and time.monotonic() < until:
            time.sleep(0.05)
        assert found, f"no setup address in:\n{self.log()[-2000:]}"
        return found.group(1)
