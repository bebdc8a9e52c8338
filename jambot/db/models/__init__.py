"""Every table of the app. Importing this package fills `SQLModel.metadata`, which is what Alembic compares with."""

from jambot.db.models.admin import ScheduledJob, SessionLogEntry, SessionSample
from jambot.db.models.chat import Chat, ChatMessage, MessageRole, MessageStatus
from jambot.db.models.domain import Domain, DomainMember, Grant
from jambot.db.models.engine_sessions import EngineSession, EngineSessionCount, EngineSessionUser
from jambot.db.models.identity import ApiKey, LoginRecord, OpenPage
from jambot.db.models.mission import Approval, Asset, Hop, Mission, Proposal, ToolStep
from jambot.db.models.saved_view import SavedView
from jambot.db.models.search import SearchDocument
from jambot.db.models.session_snapshots import SessionSnapshot
from jambot.db.models.user import AuditEntry, LinkKind, OneTimeLink, User
from jambot.db.models.workspace import (
    Draft,
    IdempotencyKey,
    Place,
    Quarantined,
    StatusChange,
    UserSession,
    WorkspaceCount,
    WorkspaceEvent,
    WorkspaceStatus,
)

__all__ = [
    "ApiKey",
    "Approval",
    "Asset",
    "AuditEntry",
    "Chat",
    "ChatMessage",
    "Domain",
    "DomainMember",
    "Draft",
    "EngineSession",
    "EngineSessionCount",
    "EngineSessionUser",
    "Grant",
    "Hop",
    "IdempotencyKey",
    "LinkKind",
    "LoginRecord",
    "MessageRole",
    "MessageStatus",
    "Mission",
    "OneTimeLink",
    "OpenPage",
    "Place",
    "Proposal",
    "Quarantined",
    "SavedView",
    "ScheduledJob",
    "SearchDocument",
    "SessionLogEntry",
    "SessionSample",
    "SessionSnapshot",
    "StatusChange",
    "ToolStep",
    "User",
    "UserSession",
    "WorkspaceCount",
    "WorkspaceEvent",
    "WorkspaceStatus",
]
