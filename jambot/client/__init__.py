"""The typed Python client of JamBot's API.

async with JamBot("http://localhost:3000") as jambot:
    await jambot.sign_in("ada@example.org", password)
    session = await jambot.initialize_session()
    async for event in jambot.stream(session.chat.id, "Show revenue by month"):
        ...
"""

from jambot.client.admin import Admin
from jambot.client.client import JamBot
from jambot.client.errors import ApiError, Conflict, NotFound, NotSignedIn, Offline, Refused, TurnInProgress
from jambot.client.outbox import Outbox, Waiting
from jambot.client.shapes import (
    Asset,
    AssetPage,
    Chat,
    Delta,
    Message,
    MessagePage,
    Mission,
    MissionPanel,
    Proposal,
    Session,
    SessionDetail,
    SessionPage,
    SessionRow,
    Settled,
    Started,
    Tool,
    User,
    WorkspaceMissions,
)

__all__ = [
    "Admin",
    "ApiError",
    "Asset",
    "AssetPage",
    "Chat",
    "Conflict",
    "Delta",
    "JamBot",
    "Message",
    "MessagePage",
    "Mission",
    "MissionPanel",
    "NotFound",
    "NotSignedIn",
    "Offline",
    "Outbox",
    "Proposal",
    "Refused",
    "Session",
    "SessionDetail",
    "SessionPage",
    "SessionRow",
    "Settled",
    "Started",
    "Tool",
    "TurnInProgress",
    "User",
    "Waiting",
    "WorkspaceMissions",
]
