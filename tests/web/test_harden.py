"""What the gate before the socket lets in."""

from __future__ import annotations

import logging
from types import SimpleNamespace
from typing import Any

import pytest
import reflex as rx
from socketio.exceptions import ConnectionRefusedError

from jambot.access import Principal, Role
from jambot.ids import LoginId, UserId
from jambot.web.harden import BURST, REFUSED_BEFORE_CLOSING, SOCKETS_PER_ADDRESS, Bucket, Gate, harden, readable
from jambot.web.tabs import Tabs

HYDRATE = f"{rx.State.get_full_name()}.hydrate_and_load"


class Sockets:
    """Stands where Reflex's namespace and its Socket.IO server stand, and remembers what reached them."""

    def __init__(self) -> None:
        self.namespace = "/_event"
        self.event_namespace = self.sio = self.manager = self
        self.environs: dict[str, dict[str, Any]] = {}
        self.open: set[str] = set()
        self.sid_to_token: dict[str, str] = {}
        self.reached: list[tuple[Any, ...]] = []
        self.told: list[Any] = []
        self.closed: list[str] = []

    async def trigger_event(self, event: Any, *args: Any) -> None:
        self.reached.append((event, *args))

    def get_environ(self, sid: str, _namespace: str) -> dict[str, Any] | None:
        return self.environs.get(sid)

    def is_connected(self, sid: str, _namespace: str) -> bool:
        return sid in self.open

    async def emit(self, _event: str, update: Any, *, to: str) -> None:
        self.told.append((to, update))

    async def disconnect(self, sid: str, _namespace: str) -> None:
        self.closed.append(sid)


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def sockets() -> Sockets:
    return Sockets()


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def registry() -> Tabs:
    return Tabs()


@pytest.fixture
def gate(sockets: Sockets, seconds: Seconds, registry: Tabs) -> Gate:
    return Gate(app=sockets, inner=sockets.trigger_event, registry=registry, clock=seconds)


async def connect(
    gate: Gate,
    sockets: Sockets,
    sid: str = "one",
    *,
    address: str = "10.0.0.1",
    forwarded: str = "",
    auth: Any = None,
):
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    environ = {"asgi.scope": {"client": (address, 5), "headers": headers}, "QUERY_STRING": "token=t"}
    sockets.environs[sid] = environ
    await gate.dispatch("connect", sid, environ, auth)
    sockets.open.add(sid)
    sockets.sid_to_token[sid] = f"tab-{sid}"


def event(name: str = HYDRATE, **payload: Any) -> dict[str, Any]:
    return {"name": name, "payload": payload, "router_data": {"pathname": "/"}}


async def test_an_event_of_the_page_passes(gate: Gate, sockets: Sockets):
    await connect(gate, sockets)
    await gate.dispatch("event", "one", event(vars={}))
    assert sockets.reached[-1] == (
        "event",
        "one",
        {"name": HYDRATE, "payload": {"vars": None}, "router_data": {"pathname": "/"}},
    )


@pytest.mark.parametrize(
    "frame",
    [
        None,
        "text",
        b"bytes",
        7,
        [],
        {},
        {"name": 5},
        {"name": None},
        {"name": ["x"]},
        {"name": "no.such.handler"},
        {"name": "__proto__"},
        {"name": HYDRATE, "payload": [1]},
        {"name": HYDRATE, "payload": "x"},
        {"name": HYDRATE, "payload": {}, "router_data": 5},
        {"name": HYDRATE, "payload": {"x": float("nan")}},
        {"name": HYDRATE, "payload": {"x": float("inf")}},
        {"name": HYDRATE, "payload": {"x": 10**5000}},
        {"name": HYDRATE, "payload": {"x": list(range(200_000))}},
        {"name": HYDRATE, "payload": {"x": {"y": float("nan")}}},
    ],
)
async def test_an_odd_frame_reaches_nobody_and_is_not_logged(
    gate: Gate, sockets: Sockets, frame: Any, caplog: pytest.LogCaptureFixture
):
    await connect(gate, sockets)
    sockets.reached.clear()
    with caplog.at_level(logging.DEBUG):
        await gate.dispatch("event", "one", frame)
    assert sockets.reached == []
    assert caplog.records == []


async def test_a_very_deep_value_reaches_nobody(gate: Gate, sockets: Sockets):
    await connect(gate, sockets)
    deep: Any = "x"
    for _ in range(900):
        deep = [deep]
    sockets.reached.clear()
    await gate.dispatch("event", "one", event(hashes=deep))
    assert sockets.reached == []


def test_half_characters_and_nuls_become_marks():
    frame = readable(event("any.handler", text={"a\ud800": "b\x00"}), lambda _: True)
    assert frame is not None
    assert frame["payload"] == {"text": {"a\ufffd": "b\ufffd"}}


def test_only_the_address_of_the_page_is_believed_of_its_routing_data():
    claimed = {
        "pathname": "/w/1",
        "asPath": "/w/1?q=2",
        "query": {"q": "2", "long": "x" * 5000, "odd": {"a": 1}},
        "headers": {"cookie": "jam_sid=forged"},
        "ip": "1.1.1.1",
        "token": "other",
        "junk": "x" * 800_000,
    }
    frame = readable({"name": "x", "router_data": claimed}, lambda _: True)
    assert frame is not None
    assert frame["router_data"] == {"pathname": "/w/1", "asPath": "/w/1?q=2", "query": {"q": "2"}}


def test_the_secret_of_a_link_reaches_no_state():
    claimed = {"pathname": "/setup", "asPath": "/setup?next=/w/1#token=secret", "query": {}}
    frame = readable({"name": "x", "router_data": claimed}, lambda _: True)
    assert frame is not None
    assert frame["router_data"] == {"pathname": "/setup", "asPath": "/setup?next=/w/1", "query": {}}


@pytest.mark.parametrize("odd", [5, None, ["/"], {"x": 1}])
def test_routing_data_of_an_odd_shape_is_left_out(odd: Any):
    frame = readable({"name": "x", "router_data": {"pathname": odd, "asPath": odd, "query": odd}}, lambda _: True)
    assert frame is not None
    assert set(frame["router_data"]) <= {"query"}


@pytest.mark.parametrize("name", ["connect", "disconnect", "emit_update", "", None, 5, "link_token_to_sid"])
async def test_a_frame_cannot_call_the_sockets_own_methods(gate: Gate, sockets: Sockets, name: Any):
    await connect(gate, sockets)
    sockets.reached.clear()
    await gate.dispatch(name, "one", {"asgi.scope": {"headers": []}, "QUERY_STRING": "token=victim"})
    assert sockets.reached == []
    assert "one" in gate.buckets


async def test_the_first_event_comes_with_the_connection_and_is_cleaned_too(gate: Gate, sockets: Sockets):
    await connect(gate, sockets, auth={"event": event(hashes=["\x00"]), "state_schema": "s" * 900, "junk": "x" * 900})
    _, _, _, auth = sockets.reached[-1]
    assert auth["event"]["payload"] == {"vars": None, "hashes": ["\ufffd"]}
    assert len(auth["state_schema"]) == 64
    assert set(auth) == {"event", "state_schema"}


@pytest.mark.parametrize("auth", ["x", 5, [1], {"event": "x"}, {"event": {"name": "no.such"}}, {"state_schema": {}}])
async def test_an_odd_connect_payload_carries_no_event(gate: Gate, sockets: Sockets, auth: Any):
    await connect(gate, sockets, auth=auth)
    assert not (sockets.reached[-1][3] or {}).get("event")


async def test_a_flood_is_cut_to_the_rate_told_once_and_then_closed(gate: Gate, sockets: Sockets, seconds: Seconds):
    await connect(gate, sockets)
    sockets.reached.clear()
    for _ in range(500):
        await gate.dispatch("event", "one", event())
    assert len(sockets.reached) == BURST
    assert len(sockets.told) == 1
    seconds.now = 1.0
    for _ in range(500):
        await gate.dispatch("event", "one", event())
    assert len(sockets.reached) == BURST + 20
    assert len(sockets.told) == 1
    assert sockets.closed


async def test_a_flood_costs_nobody_else(gate: Gate, sockets: Sockets):
    await connect(gate, sockets)
    await connect(gate, sockets, "two")
    for _ in range(100):
        await gate.dispatch("event", "one", event())
    sockets.reached.clear()
    await gate.dispatch("event", "two", event())
    assert len(sockets.reached) == 1


def test_a_bucket_never_holds_more_than_a_burst():
    bucket = Bucket(at=0.0)
    assert all(bucket.take(10_000.0) for _ in range(int(BURST)))
    assert not bucket.take(10_000.0)
    assert bucket.refused == 1 < REFUSED_BEFORE_CLOSING


async def test_one_address_opens_only_so_many_sockets(gate: Gate, sockets: Sockets):
    for number in range(SOCKETS_PER_ADDRESS):
        await connect(gate, sockets, f"s{number}")
    with pytest.raises(ConnectionRefusedError):
        await connect(gate, sockets, "more")
    await connect(gate, sockets, "elsewhere", address="10.0.0.2")
    sockets.open.discard("s0")
    await gate.dispatch("disconnect", "s0", "transport close")
    await connect(gate, sockets, "more")


async def test_behind_a_proxy_the_sockets_of_each_person_count_and_nobody_is_believed_about_themselves(
    gate: Gate, sockets: Sockets
):
    for hops, mine, theirs in ((1, "192.0.2.66, 198.51.100.1", "198.51.100.2"), (0, "198.51.100.1", "")):
        gate.trusted_proxy_hops = hops
        for number in range(SOCKETS_PER_ADDRESS):
            await connect(gate, sockets, f"{hops}-{number}", forwarded=f"192.0.2.{number}, {mine}")
        with pytest.raises(ConnectionRefusedError):
            await connect(gate, sockets, f"{hops}-more", forwarded=mine)
        await connect(gate, sockets, f"{hops}-other", forwarded=theirs, address=f"10.0.1.{hops}")


async def test_sockets_of_one_line_of_ipv6_count_together(gate: Gate, sockets: Sockets):
    for number in range(SOCKETS_PER_ADDRESS):
        await connect(gate, sockets, f"s{number}", address=f"2001:db8::{number:x}")
    with pytest.raises(ConnectionRefusedError):
        await connect(gate, sockets, "more", address="2001:db8::ffff:1")


async def test_a_closed_socket_leaves_nothing_behind(gate: Gate, sockets: Sockets, registry: Tabs):
    await connect(gate, sockets)
    registry.note(
        "tab-one",
        Principal(user_id=UserId("u"), login_id=LoginId("l"), role=Role.USER, email="a@example.org", name="A"),
    )
    sockets.open.discard("one")
    await gate.dispatch("disconnect", "one", "transport close")
    assert not gate.buckets
    assert not gate.per_address
    assert registry.all() == []


async def test_a_refused_connection_is_not_counted(gate: Gate, sockets: Sockets):
    async def failing(*_: Any) -> None:
        raise RuntimeError

    gate.inner = failing
    with pytest.raises(RuntimeError):
        await connect(gate, sockets)
    assert not gate.buckets
    assert not gate.per_address


async def test_a_tab_token_of_absurd_length_is_refused(gate: Gate, sockets: Sockets):
    environ = {"asgi.scope": {"client": ("10.0.0.1", 5)}, "QUERY_STRING": "token=" + "t" * 900}
    sockets.environs["one"] = environ
    with pytest.raises(ConnectionRefusedError):
        await gate.dispatch("connect", "one", environ, None)


def test_what_other_libraries_log_quotes_no_frame(sockets: Sockets, caplog: pytest.LogCaptureFixture):
    harden(SimpleNamespace(event_namespace=sockets))
    with caplog.at_level(logging.DEBUG):
        try:
            raise ValueError("canary-in-a-traceback")
        except ValueError:
            logging.getLogger("engineio.server").exception("receive error canary-free")
        logging.getLogger("reflex.app").warning("Received event data as a string. Event data: canary-payload")
        logging.getLogger("reflex_base.event.processor.base_state_processor").warning(
            "Error transforming event argument 'x' with value 'canary-value' and type hint"
        )
    assert len(caplog.records) == 3
    assert "canary-in-a-traceback" not in caplog.text
    assert "canary-payload" not in caplog.text
    assert "canary-value" not in caplog.text


async def test_variables_a_browser_claims_to_keep_are_left_out(gate: Gate, sockets: Sockets):
    await connect(gate, sockets)
    await gate.dispatch("event", "one", event(vars={"some_state.role": "admin"}, hashes=["a"]))
    assert sockets.reached[-1][2]["payload"] == {"vars": None, "hashes": ["a"]}


async def test_a_page_reports_its_own_errors_in_a_few_words(gate: Gate, sockets: Sockets):
    await connect(gate, sockets)
    await gate.dispatch(
        "client_error", "one", {"error_type": "x", "message": "m" * 900, "stack": {"a": 1}, "substate": 5}
    )
    assert sockets.reached[-1] == ("client_error", "one", {"error_type": "x", "message": "m" * 200})
    await gate.dispatch("client_error", "one", ["odd"])
    assert sockets.reached[-1] == ("client_error", "one", None)
