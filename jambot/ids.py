"""Ids as types: a value that names one kind of row cannot be passed where another kind is meant.

All of them are 36-character UUID strings. Version 7 (RFC 9562) is used for rows because its values sort by time, which
keeps index pages hot; secrets are never ids and come from `secrets`.
"""

from __future__ import annotations

import os
import re
import time
from typing import NewType
from uuid import UUID

UserId = NewType("UserId", str)
LoginId = NewType("LoginId", str)
DeviceId = NewType("DeviceId", str)
WorkspaceId = NewType("WorkspaceId", str)
ProposalId = NewType("ProposalId", str)
MissionId = NewType("MissionId", str)
HopId = NewType("HopId", str)
ToolStepId = NewType("ToolStepId", str)
AssetId = NewType("AssetId", str)
BlobId = NewType("BlobId", str)

_CANONICAL = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII)


def new_id() -> str:
    """A fresh UUID version 7 in canonical form, roughly ordered by creation time."""
    millis = time.time_ns() // 1_000_000
    value = (millis & 0xFFFF_FFFF_FFFF) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(UUID(int=value))


def is_id(value: object) -> bool:
    """Whether `value` is an id in the one stored form: lower case, hyphens, no braces, nothing around it."""
    return isinstance(value, str) and len(value) == 36 and _CANONICAL.fullmatch(value) is not None
