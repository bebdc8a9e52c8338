"""Named places where a test may kill the process, to prove that nothing acknowledged is lost or done twice."""

from __future__ import annotations

import os
import signal

_ACTIVE = os.environ.get("JAMBOT_TEST_FAILPOINT") if os.environ.get("JAMBOT_TEST") == "1" else None


def failpoint(name: str) -> None:
    """Kill this process at once, as a crash would, when the test environment names this place."""
    if _ACTIVE is not None and name == _ACTIVE:
        os.kill(os.getpid(), signal.SIGKILL)
