"""The pages about sessions that are made from the code: the reference, and the strategies as timelines.

`python -m tests.sessions.reference_page` writes them; a test fails when they do not say what the code says.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from jambot.clock import ManualClock
from jambot.errors import JamBotError
from jambot.sessions import (
    MemoryStore,
    RedisStore,
    SessionConfig,
    SessionManager,
    SqlStore,
    Strategy,
    ZeroDBStore,
    errors,
    expiration,
)
from jambot.sessions.dumps import export_sessions, import_sessions
from jambot.sessions.events import SessionEvent
from jambot.sessions.expiration import Lifetime
from jambot.sessions.health import HealthMonitor
from jambot.sessions.keep_alive import KeepAlive
from jambot.sessions.kinds import KINDS, KindPolicy
from jambot.sessions.opening import (
    config_from_environment,
    get_session_manager,
    initialize_session_manager,
    open_store,
)
from jambot.sessions.pool import SessionPool
from jambot.sessions.rotation import rotate_keys
from jambot.sessions.session import FIELDS, Session
from jambot.sessions.snapshots import Snapshots
from jambot.sessions.stores.protocol import SessionStore, StoreStats
from jambot.sessions.transfer import migrate
from tests.docs_tables import with_table
from tests.servers import REPOSITORY

DOCS = REPOSITORY / "docs" / "sessions"
STORES = (MemoryStore, SqlStore, RedisStore, ZeroDBStore)
AROUND = (SessionPool, KeepAlive, HealthMonitor, Snapshots)
FUNCTIONS = (
    open_store,
    config_from_environment,
    initialize_session_manager,
    get_session_manager,
    migrate,
    export_sessions,
    import_sessions,
    rotate_keys,
)
_MARKED = r"`\1`:"
HEAD = """# Reference

Made from the code by `python -m tests.sessions.reference_page`. A method without `async` in front does not wait.
Durations are `timedelta`, moments are aware UTC. What an argument is given as None follows the kind, then the settings.

"""


def reference() -> str:
    """The page."""
    parts = [HEAD + "## SessionManager\n", _calls(SessionManager)]
    for title, each in (("SessionConfig", SessionConfig), ("KindPolicy", KindPolicy)):
        parts += [f"## {title}\n", _first(each) + "\n", _fields(each)]
    parts += ["## The kinds that are there\n", _kinds()]
    for title, each in (("Session", Session), ("SessionEvent", SessionEvent), ("StoreStats", StoreStats)):
        parts += [f"## {title}\n", _first(each) + "\n", _fields(each, defaults=False)]
    parts += ["## The stores\n", "What they are made with; [stores.md](stores.md) says which is for what.\n", _stores()]
    parts += ["## Errors\n", _errors()]
    for each in AROUND:
        parts += [f"## {each.__module__.removeprefix('jambot.sessions.')}.{each.__name__}\n", _first(each) + "\n"]
        parts += [_calls(each)]
    parts += ["## Functions\n", _rows(_call(function, function.__module__) for function in FUNCTIONS)]
    parts += ["## SessionStore\n", _first(SessionStore) + "\n", _calls(SessionStore)]
    return "\n".join(parts)


def timelines() -> str:
    """Each strategy with the same uses: `*` a use, `=` alive, `|` the end. One column is five minutes."""
    uses, minutes = (0, 20, 50, 70, 100, 130, 160), 60
    lines = [
        "```",
        "minutes  0         50        100       150       200",
        "         |         |         |         |         |",
    ]
    for strategy, max_age in ((Strategy.FIXED, None), (Strategy.SLIDING, None), (Strategy.HYBRID, 150)):
        lines.append(f"{strategy.value:<8} {_line(strategy, uses, minutes, max_age)}")
    return "\n".join([*lines, "```"])


def _line(strategy: Strategy, uses: tuple[int, ...], ttl_minutes: int, max_minutes: int | None) -> str:
    clock = ManualClock()
    start, ttl = clock.now(), timedelta(minutes=ttl_minutes)
    max_age = None if max_minutes is None else timedelta(minutes=max_minutes)
    ends = expiration.first_end(ttl, max_age, start)
    seen: list[int] = []
    for minute in uses:
        now = start + timedelta(minutes=minute)
        if expiration.expired(ends, now):
            break
        seen.append(minute)
        life = Lifetime(
            strategy=strategy,
            ttl=ttl,
            max_age=max_age,
            created_at=start,
            extended_at=start,
            last_accessed_at=start,
            expires_at=ends,
        )
        ends = expiration.end_when_used(life, now)
    last = round((ends - start) / timedelta(minutes=5))
    columns = ["*" if column * 5 in seen else "=" for column in range(last)]
    return "".join(columns) + f"|  ends after {round((ends - start) / timedelta(minutes=1))} min"


def _calls(owner: type) -> str:
    public = [name for name in dir(owner) if not name.startswith("_")]
    found = [(name, inspect.getattr_static(owner, name)) for name in public]
    calls = [(name, value) for name, value in found if inspect.isfunction(value)]
    return _rows(
        _call(each) if name == each.__name__ else f"| `{name}` | `{each.__name__}` by another name |"
        for name, each in calls
    )


def _stores() -> str:
    lines = ["| store | what it is made with |", "|---|---|"]
    for store in STORES:
        shown = _call(store).split(" | ")[0]
        told = re.search(r"\nArgs:\n((?:    .*\n?)+)", inspect.getdoc(store) or "")
        assert told, store
        each = re.sub(r"\n {8,}", " ", told[1]).strip().splitlines()
        lines.append(f"{shown} | {'<br>'.join(re.sub('^ *([a-z_]+):', _MARKED, line) for line in each)} |")
    return "\n".join(lines) + "\n"


def _rows(rows: Any) -> str:
    return "\n".join(["| call | what it does |", "|---|---|", *rows]) + "\n"


def _call(function: Callable[..., Any], module: str = "") -> str:
    given = [_parameter(each) for each in inspect.signature(function).parameters.values() if each.name != "self"]
    named = [each for each in inspect.signature(function).parameters.values() if each.kind is each.KEYWORD_ONLY]
    if named:
        given.insert(len(given) - len(named), "*")
    place = f" ({module.removeprefix('jambot.sessions.')})" if module else ""
    prefix = "async with " if hasattr(function, "__wrapped__") else ""
    prefix = "async " if inspect.iscoroutinefunction(function) else prefix
    prefix = "async for " if inspect.isasyncgenfunction(function) else prefix
    shown = f"{prefix}{function.__name__}({', '.join(given)})".replace("|", "\\|")
    return f"| `{shown}`{place} | {_text(function)} |"


def _parameter(each: inspect.Parameter) -> str:
    if each.kind is each.VAR_KEYWORD:
        return f"**{each.name}"
    if each.default is each.empty:
        return each.name
    default = repr(each.default)
    if isinstance(each.default, timedelta):
        default = f"{each.default.total_seconds():g} s"
    elif callable(each.default):
        default = "..."
    return f"{each.name}={default}"


def _text(of: Any) -> str:
    """A docstring without its sections, and what it raises."""
    text = inspect.getdoc(of) or ""
    summary = re.split(r"\n(?:Args|Returns|Raises|Attributes):", text)[0]
    raises = re.search(r"\nRaises:\n((?:    .*\n?)+)", text)
    told = " ".join(summary.split())
    if raises:
        told += " **Raises** " + " ".join(raises[1].split())
    return told.replace("|", "\\|")


def _first(of: Any) -> str:
    return _text(of)


def _fields(of: type, *, defaults: bool = True) -> str:
    documented = _attributes(of)
    lines = ["| field | default | meaning |", "|---|---|---|"] if defaults else ["| field | meaning |", "|---|---|"]
    if not defaults:  # a session, a struct of msgspec or a dataclass
        names = FIELDS if of is Session else getattr(of, "__struct_fields__", None)
        names = names or [field.name for field in dataclasses.fields(of)]
        return "\n".join([*lines, *(f"| `{name}` | {documented.get(name, '')} |" for name in names)]) + "\n"
    for field in dataclasses.fields(of):
        shown = "" if field.default is dataclasses.MISSING else _default(field.default)
        lines.append(f"| `{field.name}` | {shown} | {documented.get(field.name, '')} |")
    return "\n".join(lines) + "\n"


def _attributes(of: type) -> dict[str, str]:
    """What the docstring says of each attribute; several may share a line."""
    section = re.search(r"\nAttributes:\n((?:    .*\n?|\n)+)", (inspect.getdoc(of) or "") + "\n")
    told: dict[str, str] = {}
    text = re.sub(r"\n        +", " ", section[1]) if section else ""
    for line in text.splitlines():
        for part in re.split(r"; (?=`?[a-z_]+`?: )", line.strip()):
            names, colon, meaning = part.partition(": ")
            if colon:
                told |= {name.strip("` "): meaning.replace("|", "\\|") for name in names.split(",")}
    return told


def _default(value: Any) -> str:
    if isinstance(value, timedelta):
        return f"{value.total_seconds():g} s"
    if isinstance(value, tuple):
        return "none" if not value else ", ".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(getattr(value, "value", value))


def _kinds() -> str:
    names = [field.name for field in dataclasses.fields(KindPolicy) if field.name != "name"]
    lines = [f"| kind | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    lines += [f"| {kind.name} | {' | '.join(_default(getattr(kind, name)) for name in names)} |" for kind in KINDS]
    return "\n".join(lines) + "\n"


def _errors() -> str:
    lines = ["| error | HTTP | code | says |", "|---|---|---|---|"]
    for name in sorted(errors.__all__):
        each: type[JamBotError] = getattr(errors, name)
        lines.append(f"| `{name}` | {each.status} | `{each.code}` | {' '.join((each.__doc__ or '').split())} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    (DOCS / "reference.md").write_text(reference(), "utf-8")
    page = DOCS / "strategies.md"
    page.write_text(with_table(page.read_text("utf-8"), "timelines", timelines()), "utf-8")
