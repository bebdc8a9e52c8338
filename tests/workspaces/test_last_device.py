"""On which device a workspace was worked in last, as its row says."""

from dataclasses import replace

import pytest

from jambot.workspaces.chat import ChatService


@pytest.fixture
def chats(work, clock):
    return ChatService(work=work, clock=clock)


async def test_a_workspace_says_on_which_device_it_was_worked_in_last(workspaces, chats, ada):
    desk, phone = replace(ada, device="Firefox on Linux"), replace(ada, device="Safari on iPhone")
    row = (await workspaces.create_user_session(desk, name="Here")).row
    assert row.last_device == "Firefox on Linux"
    await chats.store(phone, row.chat_id, "said on the way")
    assert (await workspaces.get(desk, row.id)).row.last_device == "Safari on iPhone"
    await workspaces.update_session_activity(replace(ada, device=""), row.id)
    assert (await workspaces.get(desk, row.id)).row.last_device == "Safari on iPhone"


async def test_looking_at_a_workspace_changes_nothing_of_that(workspaces, recovery, ada):
    row = (await workspaces.create_user_session(replace(ada, device="Firefox on Linux"), name="Here")).row
    view = await recovery.open(replace(ada, device="Safari on iPhone"), row.id)
    assert view.row.last_device == "Firefox on Linux"


async def test_a_long_name_of_a_device_is_cut(workspaces, ada):
    row = (await workspaces.create_user_session(replace(ada, device="x" * 200))).row
    assert row.last_device == "x" * 80
