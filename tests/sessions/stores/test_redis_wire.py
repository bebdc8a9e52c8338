"""One connection, many questions: what happens when it falls silent, breaks, or its user goes away."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from redis.asyncio import ConnectionPool

from jambot.sessions import StoreUnavailable
from jambot.sessions.stores.redis_wire import Wire


@asynccontextmanager
async def a_server(answer, *, tls=None):
    """The address of something that reads whole commands and does with each what `answer(command, writer)` does."""

    async def serve(reader, writer):
        while line := await reader.readline():
            words = []
            for _ in range(int(line[1:])):
                length = int((await reader.readline())[1:])
                words.append((await reader.readexactly(length + 2))[:-2])
            if words[0] == b"CLIENT":
                writer.write(b"+OK\r\n")
            else:
                answer(words, writer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    try:
        yield f"{'rediss' if tls else 'redis'}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


async def a_wire(url, timeout_s=5.0):
    return Wire(ConnectionPool.from_url(url), timeout_s=timeout_s)


async def test_a_silent_redis_is_given_up_and_the_next_question_finds_a_new_connection():
    silent = True

    def answer(words, writer):
        if not silent:
            writer.write(b"+" + words[1] + b"\r\n")

    async with a_server(answer) as url:
        wire = await a_wire(url, timeout_s=0.1)
        questions = [asyncio.ensure_future(wire.ask("ECHO", str(n))) for n in range(2)]  # one more opens the breaker
        for question in questions:
            with pytest.raises(StoreUnavailable):
                await question
        silent = False
        assert await wire.ask("ECHO", "again") == b"again"
        await wire.close()


async def test_a_broken_connection_fails_those_who_wait_and_nobody_is_given_anothers_answer():
    def answer(words, writer):
        if words[1] == b"break":
            writer.transport.abort()
        else:
            writer.write(b"+" + words[1] + b"\r\n")

    async with a_server(answer) as url:
        wire = await a_wire(url)
        words = ["a", "break", "b"]
        told = await asyncio.gather(*(wire.ask("ECHO", word) for word in words), return_exceptions=True)
        assert [type(each) for each in told[1:]] == [StoreUnavailable] * 2
        assert await asyncio.gather(*(wire.ask("ECHO", word) for word in "xyz")) == [b"x", b"y", b"z"]
        await wire.close()


async def test_one_who_stops_waiting_takes_nobody_elses_answer():
    async with a_server(lambda words, writer: writer.write(b"+" + words[1] + b"\r\n")) as url:
        wire = await a_wire(url)
        gone = asyncio.ensure_future(wire.ask("ECHO", "gone"))
        await asyncio.sleep(0)
        gone.cancel()
        assert await wire.ask("ECHO", "here") == b"here"
        await wire.close()


async def test_closing_ends_the_waiting():
    async with a_server(lambda _words, _writer: None) as url:
        wire = await a_wire(url)
        question = asyncio.ensure_future(wire.ask("ECHO", "x"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await wire.close()
        with pytest.raises(StoreUnavailable):
            await question


def a_certificate(folder):
    """A server's side of TLS, with a certificate nobody signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    since = datetime(2020, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, since, since + timedelta(days=36_500))
    pem = folder / "server.pem"
    unlocked = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pem.write_bytes(unlocked + builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


async def test_many_ask_over_tls_and_long_answers_arrive_whole(tmp_path):
    def answer(words, writer):
        writer.write(b"$%d\r\n%b\r\n" % (len(words[1]), words[1]))

    async with a_server(answer, tls=a_certificate(tmp_path)) as url:
        wire = await a_wire(f"{url}?ssl_cert_reqs=none")
        words = [str(n).encode() * n for n in (1, 70_000, 2, 300_000, 3)]
        assert await asyncio.gather(*(wire.ask("ECHO", word) for word in words)) == words
        await wire.close()


async def test_what_is_no_answer_ends_the_connection_and_the_next_question_makes_a_new_one():
    def answer(words, writer):
        writer.write(b"HTTP/1.1 400 Bad Request\r\n" if words[1] == b"odd" else b"+" + words[1] + b"\r\n")

    async with a_server(answer) as url:
        wire = await a_wire(url)
        told = await asyncio.gather(wire.ask("ECHO", "odd"), wire.ask("ECHO", "x"), return_exceptions=True)
        assert [type(each) for each in told] == [StoreUnavailable] * 2
        assert await wire.ask("ECHO", "y") == b"y"
        await wire.close()
