"""Which store keeps which part of the contract, as a table."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping
from importlib import import_module

from jambot.sessions.conformance import PARTS, Behaviour
from jambot.sessions.errors import BadConfiguration
from jambot.sessions.opening import open_store
from jambot.sessions.stores.protocol import SessionStore

# What went wrong with each behaviour, by its name; None where nothing did.
Outcome = dict[str, str | None]


def maker(source: str) -> Callable[[str], SessionStore]:
    """What makes an empty store in the namespace it is given.

    Args:
        source: an address, as for `open_store`; or `module:function`.
    """
    module, _, name = source.partition(":")
    if name.isidentifier():
        return getattr(import_module(module), name)
    return lambda namespace: open_store(source, namespace=namespace)


async def behave(behaviour: Behaviour, source: str) -> None:
    """Run one behaviour on an empty store."""
    store = maker(source)(f"conformance-{secrets.token_hex(6)}")
    try:
        await store.start()
        await behaviour(store)
    finally:
        await store.close()


def outcome_of(source: str) -> Outcome:
    """What became of every behaviour on the store at `source`.

    Raises:
        ImportError, AttributeError, BadConfiguration: there is no such store.
    """
    outcome: Outcome = {}
    maker(source)
    for behaviour in (each for part in PARTS.values() for each in part):
        try:
            asyncio.run(behave(behaviour, source))
        except BadConfiguration:
            raise
        except Exception as exc:
            outcome[behaviour.__name__] = f"{type(exc).__name__}: {exc}".strip()
        else:
            outcome[behaviour.__name__] = None
    return outcome


def table(outcomes: Mapping[str, Outcome]) -> str:
    """A Markdown table: behaviours down, stores across."""
    lines = [f"| behaviour | {' | '.join(outcomes)} |", "|---|" + ":-:|" * len(outcomes)]
    for part, behaviours in PARTS.items():
        lines.append(f"| **{part}** |" + " |" * len(outcomes))
        for behaviour in behaviours:
            kept = ("yes" if outcome[behaviour.__name__] is None else "**no**" for outcome in outcomes.values())
            lines.append(f"| {behaviour.__name__.replace('_', ' ')} | {' | '.join(kept)} |")
    kept = (f"{sum(o is None for o in outcome.values())} of {len(outcome)}" for outcome in outcomes.values())
    lines.append(f"| **kept** | {' | '.join(kept)} |")
    return "\n".join(lines)
