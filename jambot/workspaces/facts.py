"""A workspace's row with its metadata opened, and the change of metadata that never writes over what it cannot read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from jambot.db.models import Quarantined, UserSession
from jambot.db.repositories import workspaces as rows
from jambot.db.unit_of_work import Tx
from jambot.errors import Conflict
from jambot.sessions.ciphers import Cipher
from jambot.workspaces.metadata import MetadataSeal, checked

MetadataMode = Literal["merge", "replace"]


class MetadataUnreadable(Conflict):
    """Some layout settings of this workspace could not be read. They are kept as they are until you reset them."""

    code = "metadata_unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceFacts:
    """A workspace's row and its opened metadata; the row's name is empty until someone or something names it."""

    row: UserSession
    metadata: dict[str, Any]
    metadata_readable: bool


class FactsReader:
    """Opens and seals the metadata of workspace rows."""

    def __init__(self, cipher: Cipher) -> None:
        self._seal = MetadataSeal(cipher)

    def of(self, workspace: UserSession) -> WorkspaceFacts:
        """The facts of a row."""
        opened = self._seal.open(workspace.session_metadata, user_id=workspace.user_id, workspace_id=workspace.id)
        return WorkspaceFacts(row=workspace, metadata=opened.value, metadata_readable=opened.readable)

    def sealed(self, workspace: UserSession, value: dict[str, Any]) -> str:
        """Checked metadata as this row stores it."""
        return self._seal.seal(value, user_id=workspace.user_id, workspace_id=workspace.id)

    def reseal(self, tx: Tx, before_id: str, after_id: str) -> None:
        """Seal the metadata of one person's workspaces for another, who gets them in the same unit; see `adoption`."""
        for workspace in rows.all_of(tx, before_id):
            present = self.of(workspace)
            # What does not open stays as it is: nobody can seal it for anybody.
            if workspace.session_metadata and present.metadata_readable:
                workspace.session_metadata = self._seal.seal(
                    present.metadata, user_id=after_id, workspace_id=workspace.id
                )
                tx.add(workspace)

    def set_aside(self, tx: Tx, workspace: UserSession, now: datetime) -> None:
        """Keep what the row stores as metadata, whole, before its owner begins with empty one."""
        tx.add(
            Quarantined(
                user_id=workspace.user_id,
                entity="workspace",
                entity_id=workspace.id,
                field="session_metadata",
                content=workspace.session_metadata,
                reason="reset by its owner",
                at=now,
            )
        )

    def changed_metadata(self, workspace: UserSession, given: dict[str, Any], mode: MetadataMode) -> str | None:
        """What the row should store from now on; None when that says the same.

        Raises:
            MetadataUnreadable, MetadataTooLarge.
        """
        present = self.of(workspace)
        if not present.metadata_readable:
            raise MetadataUnreadable
        value = checked({**present.metadata, **given}) if mode == "merge" else given
        return None if value == present.metadata else self.sealed(workspace, value)
