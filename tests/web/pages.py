"""The stub's page: the elements that JamBot's page promises to its scripts, drawn once by the server."""

from __future__ import annotations

import json
from html import escape
from typing import Any

_PAGE = """<!doctype html><html><head><meta charset="utf-8"><title>stub</title>
<script src="/js/socket.js"></script><script src="/js/early.js"></script>
<script type="module" src="/start.js"></script>
<link rel="stylesheet" href="/js/scripts.css"></head><body>
<div id="workspace" data-user-id="{user}" data-user-email="{user}@example.org" data-workspace-id="{workspace}"
 data-chat-id="c" data-draft-revision="{revision}" data-answering="{answering}" data-device-id="d1" data-standing=""
 data-place="{place}" data-loading="false">
<button id="save-pill" type="button"></button>
<div id="messages" style="height:300px;overflow:auto;position:relative">{rows}</div>
<div id="outbox"></div>
<form id="composer-form" method="post"><div id="uploads"></div>
<textarea id="composer" autocomplete="off" rows="3"></textarea>
<input id="file-input" type="file" multiple hidden>
<button id="attach" type="button" data-action="attach">Attach</button>
<button id="send" type="submit">Send</button></form>
<button id="stop" type="button">Stop</button>
<div id="draft-source" hidden>{draft}</div>
<div id="notices"></div>
</div></body></html>"""


def page(stub: Any, path: str) -> str:
    """The page at `path` as the present user would get it."""
    workspace = path.removeprefix("/w/") if path.startswith("/w/") else ""
    draft = stub.draft(workspace) if workspace else {"text": "", "revision": 0}
    rows = "".join(
        f'<article data-message-id="m{number}" style="height:60px">Message {number}</article>' for number in range(40)
    )
    return _PAGE.format(
        user=stub.user or "",
        workspace=workspace,
        revision=draft["revision"],
        answering="true" if workspace in stub.answering else "false",
        place=escape(json.dumps(stub.places.get(workspace)), quote=True),
        rows=rows if workspace else "",
        draft=escape(draft["text"]),
    )
