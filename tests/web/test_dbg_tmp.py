from tests.web.test_states import *
import logging
async def test_x(parts, ada, tab):
    here = await workspace(parts, ada.me, "Revenue", "first")
    await open_at(tab, ada, f"/w/{here}")
    page = await tab.state(JamBotState)
    print("open", page.workspace_id)
    await _send(tab, FollowState.follow, ada)
    await asyncio.sleep(3)
    await parts.chats.store(ada.me, page.chat_id, "said on the phone")
    await asyncio.sleep(3)
    print([m.content for m in (await tab.state(JamBotState)).messages])
    print(tab.events[-3:], len(tab.deltas))
    print([t for t in asyncio.all_tasks()][:6])
    assert 0
from tests.web.test_states import _send
