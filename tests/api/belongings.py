"""One of everything a person can own, as rows, and the names routes know them by."""

from __future__ import annotations

from datetime import timedelta

from jambot.clock import Clock
from jambot.db import BlobStore, Tx, UnitOfWork
from jambot.db.models import (
    ApiKey,
    Approval,
    Asset,
    Chat,
    ChatMessage,
    Domain,
    DomainMember,
    Grant,
    Hop,
    Mission,
    Proposal,
    ToolStep,
)
from jambot.workspaces.story import new_workspace


async def belongings(work: UnitOfWork, clock: Clock, blobs: BlobStore, user_id: str) -> dict[str, str]:
    """Path parameters of routes, each with the id of something of this person."""
    now = clock.now()
    blob_id = blobs.put(b"a;b\n1;2\n")

    def change(tx: Tx) -> dict[str, str]:
        workspace = new_workspace(tx, user_id=user_id, now=now, name="Private work")
        tx.flush()
        own = {"workspace_id": workspace.id, "user_id": user_id}
        times = {"created_at": now, "updated_at": now}
        message = ChatMessage(
            **own, **times, chat_id=workspace.chat_id, sequence=1, role="user", content="Private words"
        )
        chat = tx.get_one(Chat, workspace.chat_id)
        chat.next_sequence = 2
        proposal = Proposal(**own, content={"name": "Private plan"}, created_at=now)
        mission = Mission(
            **own, **times, name="Private mission", status="paused", status_changed_at=now, goal="Private goal"
        )
        tx.add_all([chat, message, proposal, mission])
        tx.flush()
        hop = Hop(**times, mission_id=mission.id, user_id=user_id, sequence=1, name="Private hop", status="failed")
        tx.add(hop)
        tx.flush()
        step = ToolStep(
            **times,
            hop_id=hop.id,
            mission_id=mission.id,
            user_id=user_id,
            tool_id="profile_table",
            sequence=1,
            name="Private step",
            status="failed",
        )
        approval = Approval(**own, mission_id=mission.id, question="Private question", created_at=now)
        asset = Asset(
            **own,
            **times,
            name="private.csv",
            subtype="text/csv",
            scope_id=workspace.id,
            blob_id=blob_id,
            size_bytes=8,
        )
        domain = Domain(name="Private domain", name_key="private domain", created_at=now)
        tx.add(domain)
        tx.flush()
        tx.add(DomainMember(domain_id=domain.id, user_id=user_id, role="owner", added_at=now))
        grant = Grant(
            domain_id=domain.id,
            user_id=user_id,
            granted_by=user_id,
            reason="Private reason",
            granted_at=now,
            ends_at=now + timedelta(hours=1),
        )
        tx.add(grant)
        key = ApiKey(
            user_id=user_id,
            name="Private key",
            prefix="jbk_private",
            token_hash=user_id,
            scopes=["read"],
            created_at=now,
        )
        tx.add(key)
        workspace.mission_id = mission.id
        workspace.last_activity_at = now + timedelta(seconds=1)
        tx.add_all([step, approval, asset, workspace])
        tx.flush()
        return {
            "session_id": workspace.id,
            "workspace_id": workspace.id,
            "chat_id": workspace.chat_id,
            "message_id": message.id,
            "proposal_id": proposal.id,
            "mission_id": mission.id,
            "step_id": step.id,
            "approval_id": approval.id,
            "asset_id": asset.id,
            "domain_id": domain.id,
            "grant_id": grant.id,
            "key_id": key.id,
        }

    return await work.write(change)
