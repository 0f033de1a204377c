"""Connections that never become clients, many at once, and clients among them."""

import asyncio
import errno
import resource
import socket
import subprocess
import sys
import time

import pytest

from seeshell.core.ipc import listener, reach
from seeshell.core.ipc.client import CoreClient
from seeshell.core.ipc.core_process import core_command, stop_core
from seeshell.core.ipc.descriptors import raise_descriptor_limit
from seeshell.core.ipc.lock import CoreAddress, CoreLock, read_address
from seeshell.core.ipc.reach import CoreNotReady
from seeshell.core.ipc.server import Server
from seeshell.core.messages.events import CoreStatus
from seeshell.core.messages.requests import GetStatus
from seeshell.core.settings import Paths

from ...patience import PATIENCE
from ...running_core import StartCore
from .lines import HELLO, Dial

NO_MODEL = ("--model", "/nowhere")


async def test_a_connection_that_says_nothing_is_ended_with_a_sentence(
    dial: Dial, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("seeshell.core.ipc.greeting._GREET_PATIENCE", 0.05)
    silent, halting = await dial(), await dial()
    halting.writer.write(b'{"type": "Hel')
    for line in (silent, halting):
        refused = await line.read()
        assert (refused["type"], refused["error"]) == ("Refused", "BadRequest")
        assert "opens with Hello" in refused["sentence"]
        assert await line.read() == {}


async def test_who_has_said_hello_may_be_silent(
    dial: Dial, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = await dial(HELLO)
    await line.read()
    monkeypatch.setattr("seeshell.core.ipc.greeting._GREET_PATIENCE", 0.05)
    assert (await (await dial()).read())["type"] == "Refused"
    line.write({"type": "GetStatus", "request": 2})
    assert (await line.reply(2))["type"] == "CoreStatus"


async def test_the_oldest_silent_connection_makes_room_for_the_next_one(
    dial: Dial, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("seeshell.core.ipc.server._GREET_GRACE", 0.05)
    server._most_ungreeted = 4
    client = await dial(HELLO)
    await client.read()
    silent = [await dial() for _ in range(12)]
    late = await dial(HELLO)
    assert (await late.read())["type"] == "Welcome"
    client.write({"type": "GetStatus", "request": 2})
    assert (await client.reply(2))["clients"] == 2
    ended = await asyncio.wait_for(silent[0].reader.read(), PATIENCE)
    assert ended == b""


async def test_more_clients_than_there_are_places_are_told_so(dial: Dial, server: Server) -> None:
    server._most_clients = 2
    first, second = await dial(HELLO), await dial(HELLO)
    assert [(await it.read())["type"] for it in (first, second)] == ["Welcome", "Welcome"]
    third = await dial(HELLO)
    refused = await third.read()
    assert (refused["type"], refused["reply_to"]) == ("Refused", 1)
    assert "serves 2 clients already" in refused["sentence"]
    first.writer.close()
    await first.writer.wait_closed()
    async with asyncio.timeout(PATIENCE):
        while (await (await dial(HELLO)).read())["type"] != "Welcome":
            pass


async def test_accepting_goes_on_after_an_error(
    dial: Dial, server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("seeshell.core.ipc.server._ACCEPT_PAUSE", 0.01)
    loop = asyncio.get_running_loop()
    accept = loop.sock_accept
    errors = [
        OSError(errno.EMFILE, "Too many open files"),
        ConnectionAbortedError(errno.ECONNABORTED, "aborted"),
        OSError(errno.ENOBUFS, "No buffer space available"),
    ]

    async def fail_first(listening: socket.socket) -> object:
        if errors:
            raise errors.pop(0)
        return await accept(listening)

    monkeypatch.setattr(loop, "sock_accept", fail_first)
    lines = [await dial(HELLO) for _ in range(3)]
    assert [(await it.read())["type"] for it in lines] == ["Welcome"] * 3
    assert "Too many open files" in caplog.text


async def test_a_burst_of_400_clients_is_served(start_core: StartCore, paths: Paths) -> None:
    core = start_core(*NO_MODEL)
    start = time.monotonic()
    clients = await asyncio.gather(*(CoreClient.connect(paths, start=False) for _ in range(400)))
    replies = await asyncio.gather(*(client.request(GetStatus()) for client in clients))
    assert time.monotonic() - start < PATIENCE / 6
    assert {client.welcome.pid for client in clients} == {core.pid}
    assert max(reply.clients for reply in replies if isinstance(reply, CoreStatus)) == 400
    await asyncio.gather(*(client.close() for client in clients))


async def test_a_full_backlog_is_no_reason_to_give_up_or_to_blame_anybody(
    server: Server, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "_BACKLOG", 1)
    await server.start()
    lock = CoreLock(paths, "1.0")
    lock.acquire(PATIENCE)
    lock.publish(str(server.path))
    refusals = []
    connect = reach._connect

    def watch(address: CoreAddress) -> socket.socket:
        try:
            return connect(address)
        except CoreNotReady as error:
            refusals.append(str(error))
            raise

    monkeypatch.setattr(reach, "_connect", watch)
    clients = await asyncio.gather(*(CoreClient.connect(paths, start=False) for _ in range(50)))
    assert refusals
    assert not any("another user" in sentence for sentence in refusals)
    await asyncio.gather(*(client.close() for client in clients))
    lock.release()


async def test_descriptors_run_out_for_no_client(paths: Paths) -> None:
    command = core_command(paths, [*NO_MODEL, "--background"])
    few = ["sh", "-c", 'ulimit -n 128 && exec "$@"', "sh", *command]
    starting = await asyncio.create_subprocess_exec(*few, stdout=subprocess.PIPE)
    await starting.communicate()
    address = read_address(paths)
    assert address is not None
    first = await CoreClient.connect(paths, start=False)
    strangers = []
    for _ in range(300):
        stranger = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        stranger.connect(address.socket)
        strangers.append(stranger)
    assert isinstance(await first.request(GetStatus()), CoreStatus)
    # Behind all strangers, of whom some must go before.
    late = await CoreClient.connect(paths, start=False)
    assert isinstance(await late.request(GetStatus()), CoreStatus)
    assert "can't accept" not in paths.log_file.read_text()
    for stranger in strangers:
        stranger.close()
    await first.close()
    await late.close()
    await stop_core(paths)


def test_the_limit_of_descriptors_is_raised_within_what_the_system_allows() -> None:
    program = (
        "import resource; from seeshell.core.ipc.descriptors import raise_descriptor_limit;"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (64, 512));"
        "print(raise_descriptor_limit(), resource.getrlimit(resource.RLIMIT_NOFILE)[0])"
    )
    command = [sys.executable, "-c", program]
    assert subprocess.check_output(command, text=True).split() == ["512", "512"]
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert raise_descriptor_limit() <= resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] >= before[0]
