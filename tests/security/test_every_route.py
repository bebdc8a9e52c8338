"""Bad input at every route: whatever comes, the answer is a calm refusal, and the next request works."""

from __future__ import annotations

import io
import json
import logging
import re
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from jambot import log
from jambot.api.errors import Problem
from jambot.ids import new_id
from tests.api.conftest import Caller
from tests.api.test_access_matrix import MATRIX, ROUTES, Access, World, body_of, call, query_of, resolved, world
from tests.conftest import plain_logs

__all__ = ["world"]

CANARY = "c4n4ry-1n-4n-0dd-v4lue"
IDS = (
    "0",
    "-1",
    "1e3",
    "..%2f..%2fetc",
    "%2e%2e",
    "x%00y",
    "%ff%fe",
    "a" * 10_000,
    "１２３",
    str(2**64),
    "' OR 1=1 --",
    f"{{{new_id()}}}",
    "urn:uuid:" + new_id(),
    new_id().upper(),
    new_id().replace("-", ""),
    new_id() + "%0a",
    "null",
    "[object Object]",
)
WRONG_TYPES: tuple[Any, ...] = (None, True, 7, -1, 1.5, 2**53 + 1, [], [CANARY], {}, {"$ne": ""}, {"x": {"y": [None]}})
TEXTS = (
    "",
    "   ",
    "\x00" + CANARY,
    "\ud800 half \udfff",
    "\u202eabc\u2066\u200b\ufeff",
    "e" + "\u0301" * 5_000,
    "\r\n\x1b[31m forged line",
    "=cmd()|'/C calc'!A0",
    "{{7*7}} ${7*7} %s %n {0} __proto__",
    "'; DROP TABLE users; --",
    "<img src=x onerror=alert(1)><script>1</script>",
    "$\\rule{9e9em}{9e9em}$",
    ">" * 10_000 + "[" * 10_000,
    "data:text/html;base64," + "A" * 100_000,
    "javascript:alert(1)",
    "x" * 400_001,
)
QUERIES = (
    "0",
    "-1",
    "101",
    "1000000000",
    "abc",
    "1.5",
    "",
    "NaN",
    "1e400",
    "９",
    "9" * 5_000,
    '"',
    "NEAR(",
    "a AND OR NOT *",
    "* ^ : { } - +",
    "col:umn",
    "%",
    "_",
    "\\",
    "'",
    "😀" * 200,
    "\ud83d",
    "x" * 10_000,
    "0000-00-00",
    "9999-12-31T23:59:60Z",
    "password",
    "eyJhIjoxfQ.AAAA",
    "../../x",
)


@pytest.fixture
def logs() -> Iterator[io.StringIO]:
    """What a server would write."""
    kept, level, stderr = logging.root.handlers[:], logging.root.level, sys.stderr
    sys.stderr = written = io.StringIO()
    log.configure(json_lines=False, level="INFO")
    yield written
    sys.stderr = stderr
    plain_logs()
    logging.root.handlers[:] = kept
    logging.root.setLevel(level)


def odd(answer: Any) -> str:
    """What is wrong with an answer; empty when nothing is."""
    if answer.status_code < 400:
        return ""
    if answer.status_code >= 500 and answer.status_code != 503:
        return f"{answer.status_code} {answer.text[:200]}"
    if answer.headers.get("content-type") != "application/problem+json":
        return f"{answer.status_code} {answer.headers.get('content-type')}"
    body = answer.json()
    Problem.model_validate(body)
    if body["status"] != answer.status_code or not body["code"]:
        return f"wrong problem {body}"
    if CANARY in answer.text:
        return f"echoes {answer.text[:300]}"
    return ""


def report(found: list[Any], logs: io.StringIO) -> str:
    faults = [line for line in logs.getvalue().splitlines() if "Error" in line][:10]
    return "\n".join([f"{len(found)} of them", *map(str, found[:40]), *faults])


# What admins do to others comes last: Ada is signed out by it.
IN_TURN = sorted(MATRIX.items(), key=lambda entry: entry[1] is Access.ADMIN)


def callers(world: World) -> dict[str, Caller]:
    return {"nobody": world.nobody, "ada": world.ada, "bob": world.bob, "root": world.root}


async def test_an_id_that_is_none_is_simply_not_there(world: World, logs: io.StringIO):
    found = []
    for route, access in MATRIX.items():
        if "{" not in route:
            continue
        for who, caller in callers(world).items():
            # Whoever is let in has every odd id read; the others are turned away before it, whichever it is.
            is_let_in = who == ("root" if access is Access.ADMIN else "ada")
            for value in IDS if is_let_in else IDS[:4]:
                answer = await call(caller, route, dict.fromkeys(world.ids, value))
                allowed = {401} if who == "nobody" else {403} if access is Access.ADMIN and who != "root" else {404}
                # A slash leads elsewhere: to an address that is nobody's, or to one that asks for an id itself.
                allowed = allowed | {404} if "%2f" in value else allowed
                trouble = odd(answer)
                if trouble or answer.status_code not in allowed:
                    found.append((route, who, value[:30], answer.status_code, trouble))
    assert not found, report(found, logs)
    assert "api.fault" not in logs.getvalue()


def address_of(path: str, ids: dict[str, str]) -> str:
    """The address with Ada's ids; what she has none of has an id that nobody has."""
    known = ids | {"tool_id": "profile_table"}
    return re.sub(r"{(\w+)}", lambda found: known.get(found[1]) or new_id(), path)


async def send(caller: Caller, route: str, ids: dict[str, str], body: Any) -> Any:
    method, _, path = route.partition(" ")
    address = address_of(path, ids)
    return await caller.request(
        method, address, content=json.dumps(body).encode(), headers={"Content-Type": "application/json"}
    )


def fields_of(route: str) -> dict[str, Any]:
    content = ROUTES[route].get("requestBody", {}).get("content", {}).get("application/json")
    return resolved(content["schema"]).get("properties", {}) if content else {}


def is_scalar(schema: Any) -> bool:
    """Whether the description lets a field be a text, a number, a yes or no, or nothing, and no list and no object."""
    kinds = [resolved(each) for each in schema.get("anyOf", [schema])]
    return all(each.get("type") in {"string", "integer", "number", "boolean", "null"} for each in kinds)


async def test_a_field_of_a_wrong_kind_is_refused_and_never_echoed(world: World, logs: io.StringIO):
    found = []
    for route, access in IN_TURN:
        if not fields_of(route):
            continue
        caller = world.root if access is Access.ADMIN else world.ada
        good = body_of(route, world.ids) or {}
        for name, field in fields_of(route).items():
            for value in WRONG_TYPES:
                answer = await send(caller, route, world.ids, good | {name: value})
                trouble = odd(answer)
                if isinstance(value, list | dict) and is_scalar(field) and answer.status_code < 400:
                    trouble = trouble or f"taken for a scalar: {answer.status_code}"
                if trouble:
                    found.append((route, name, value, trouble))
        extras = [good | {name: "x"} for name in ("id", "user_id", "owner", "created_at", "is_admin", "__proto__")]
        for body in ([], "x", 7, *extras):
            answer = await send(caller, route, world.ids, body)
            if odd(answer) or answer.status_code < 400:
                found.append((route, body, answer.status_code, odd(answer)))
    assert not found, report(found, logs)
    assert CANARY not in logs.getvalue()
    assert "api.fault" not in logs.getvalue()


async def test_no_text_harms_a_route(world: World, logs: io.StringIO):
    found = []
    for route, access in IN_TURN:
        good = body_of(route, world.ids) or {}
        caller = world.root if access is Access.ADMIN else world.ada
        for name, schema in fields_of(route).items():
            if resolved(schema).get("type") != "string":
                continue
            for value in TEXTS:
                answer = await send(caller, route, world.ids, good | {name: value})
                if trouble := odd(answer):
                    found.append((route, name, value[:30], trouble))
    assert not found, report(found, logs)
    written = logs.getvalue()
    assert CANARY not in written and "api.fault" not in written
    assert not any(line.startswith((" forged", "\x1b[31m forged")) for line in written.splitlines())
    assert (await world.root.get("/api/admin/overview")).status_code == 200


async def test_no_query_harms_a_route(world: World, logs: io.StringIO):
    found = []
    for route, access in MATRIX.items():
        parameters = [each["name"] for each in ROUTES[route].get("parameters", []) if each["in"] == "query"]
        method, _, path = route.partition(" ")
        caller = world.root if access is Access.ADMIN else world.ada
        if method != "GET" or route.endswith("/events"):
            continue
        address = address_of(path, world.ids)
        for name in parameters:
            for value in QUERIES:
                answer = await caller.get(address, params=query_of(route) | {name: value.encode("utf-8", "replace")})
                if trouble := odd(answer):
                    found.append((route, name, value[:30], trouble))
            twice = await caller.get(f"{address}?{name}=1&{name}=2")
            if twice.status_code != 400:
                found.append((route, name, "twice", twice.status_code))
    assert not found, report(found, logs)
    assert "api.fault" not in logs.getvalue()
