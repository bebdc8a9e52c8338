"""Sessions in a file and back."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from jambot.sessions.errors import InvalidSession, SessionUnreadable, StaleVersion
from jambot.sessions.manager import SessionManager
from jambot.sessions.moments import to_us
from jambot.sessions.record import Record
from jambot.sessions.transfer import Transferred, place, records

FORMAT = "jambot.sessions"
FORMAT_VERSION = 1


class _Dumped(msgspec.Struct, frozen=True, kw_only=True):
    record: Record
    remaining_us: int


class _Dump(msgspec.Struct, frozen=True, kw_only=True):
    format: str
    version: int
    exported_us: int
    sessions: list[_Dumped]


async def export_sessions(manager: SessionManager) -> bytes:
    """All living sessions as versioned JSON, in clear: guard it as you guard the keys."""
    now_us = to_us(manager.now())
    dumped = [
        _Dumped(record=manager.codec.opened(record), remaining_us=record.expires_us - now_us)
        async for some in records(manager)
        for record in some
    ]
    return msgspec.json.encode(_Dump(format=FORMAT, version=FORMAT_VERSION, exported_us=now_us, sessions=dumped))


async def import_sessions(manager: SessionManager, exported: bytes) -> list[Transferred]:
    """Bring exported sessions back; each lives for as long as it had left when it was exported.

    Raises:
        InvalidSession: this is no export, or one of a newer version.
    """
    try:
        dump = msgspec.json.decode(exported, type=_Dump)
    except msgspec.MsgspecError as exc:
        raise InvalidSession("export", "is not an export of sessions") from exc
    if dump.format != FORMAT or dump.version != FORMAT_VERSION:
        raise InvalidSession("export", f"is of version {dump.version}; this reads version {FORMAT_VERSION}")
    now_us = to_us(manager.now())
    results = []
    for dumped in dump.sessions:
        later_us = now_us - dump.exported_us
        record = replace(
            dumped.record,
            extended_us=dumped.record.extended_us + later_us,
            accessed_us=dumped.record.accessed_us + later_us,
            expires_us=now_us + dumped.remaining_us,
        )
        try:
            placed = await place(manager, record)
        except (SessionUnreadable, InvalidSession, StaleVersion) as exc:
            results.append(Transferred(handle=record.handle, failed=exc.detail))
        else:
            results.append(Transferred(handle=record.handle, new_id=placed.handle))
    return results
