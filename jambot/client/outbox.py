"""What was to be sent while the server was away: in order, once, and if wanted across restarts of the program."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A message that waits. `client_id` makes sending it twice one message; without a session it makes one."""

    client_id: str
    session_id: str | None
    content: str
    asset_ids: tuple[str, ...] = ()


class Outbox:
    """Waiting messages, oldest first; kept in a file when there is a `path`.

    The file is replaced as a whole, so a crash leaves the list before or after a change, never half of one.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._waiting: list[Waiting] = _read(path) if path is not None and path.exists() else []

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def waiting(self) -> tuple[Waiting, ...]:
        return tuple(self._waiting)

    def add(self, message: Waiting) -> None:
        self._keep([*self._waiting, message])

    def remove(self, client_id: str) -> None:
        """Take a message out; an unknown one is no error."""
        self._keep([each for each in self._waiting if each.client_id != client_id])

    def _keep(self, waiting: list[Waiting]) -> None:
        if self._path is not None:
            draft = self._path.with_name(f"{self._path.name}.part")
            with draft.open("w", encoding="utf-8") as file:
                json.dump([asdict(each) for each in waiting], file, ensure_ascii=False)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._path)
        self._waiting = waiting


def _read(path: Path) -> list[Waiting]:
    found = json.loads(path.read_text("utf-8"))
    return [Waiting(**{**each, "asset_ids": tuple(each["asset_ids"])}) for each in found]
