"""A client talks to the core of its data folder, and to no other process."""

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from seeshell import __version__
from seeshell.core.errors import ConnectionLost, CoreUnreachable, CoreVersionMismatch
from seeshell.core.ipc.client import CoreClient
from seeshell.core.ipc.core_process import stop_core
from seeshell.core.ipc.lock import CoreAddress, CoreLock, is_core_alive, read_address
from seeshell.core.ipc.server import Server
from seeshell.core.ipc.socket_path import make_socket_path
from seeshell.core.messages.events import TurnEnded
from seeshell.core.messages.lines import PROTOCOL, decode_request
from seeshell.core.messages.requests import GetStatus, Hello, ListConversations, SubmitTurn
from seeshell.core.settings import Paths, find_paths

from ...patience import PATIENCE
from ...running_core import StartCore
from ..talk import Connect, Talk
from .lines import until

NO_MODEL = ("--model", "/nowhere")

IMPOSTOR = """
import socket, sys
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen(100)
print("listening", flush=True)
while True:
    connection, _ = listener.accept()
    print(connection.recv(1000), flush=True)
"""


@pytest.fixture
def other_paths(paths: Paths, home: Path) -> Iterator[Paths]:
    """Another data folder with the same runtime folder, as under one `XDG_RUNTIME_DIR`."""
    other = replace(paths, data_dir=home / "other", log_file=home / "other.log")
    yield other
    asyncio.run(stop_core(other))


async def titles(client: CoreClient) -> list[str]:
    listed = await client.request(ListConversations())
    return [it.title for it in listed.conversations]  # type: ignore[union-attr]


async def test_two_data_folders_share_a_runtime_folder_and_nothing_else(
    paths: Paths, other_paths: Paths
) -> None:
    assert make_socket_path(paths) != make_socket_path(other_paths)
    assert make_socket_path(paths).parent == make_socket_path(other_paths).parent
    clients = {}
    for places in (paths, other_paths):
        clients[places] = await CoreClient.connect(places, launch_arguments=NO_MODEL)
        await clients[places].request(SubmitTurn(text=f"In {places.data_dir.name}"))
    assert clients[paths].welcome.pid != clients[other_paths].welcome.pid
    for places, client in clients.items():
        assert client.welcome.data_dir == str(places.data_dir)
        assert await titles(client) == [f"In {places.data_dir.name}"]
        again = await CoreClient.connect(places, start=False)
        assert again.welcome.pid == client.welcome.pid
        await again.close()
        await client.close()
    assert await stop_core(other_paths)
    last = await CoreClient.connect(paths, start=False)
    assert await titles(last) == ["In data"]
    await last.close()


def test_a_sockets_name_follows_from_the_data_folder_within_the_limit(paths: Paths) -> None:
    folders = [paths.data_dir / str(number) for number in range(50)]
    found = [make_socket_path(replace(paths, data_dir=folder)) for folder in folders]
    assert len(set(found)) == len(folders)
    assert make_socket_path(replace(paths, data_dir=folders[0])) == found[0]
    assert all(len(os.fsencode(path)) <= 103 for path in found)


async def test_a_data_folder_that_was_copied_with_its_lock_gets_a_core_of_its_own(
    start_core: StartCore, paths: Paths, other_paths: Paths
) -> None:
    core = start_core(*NO_MODEL)
    first = await CoreClient.connect(paths)
    await first.request(SubmitTurn(text="In the first"))
    other_paths.data_dir.mkdir(mode=0o700)
    shutil.copy(paths.lock_file, other_paths.lock_file)
    with pytest.raises(CoreUnreachable, match="No core is running"):
        await CoreClient.connect(other_paths, start=False)
    other = await CoreClient.connect(other_paths, launch_arguments=NO_MODEL)
    assert other.welcome.pid != core.pid
    assert await titles(other) == []
    await other.close()
    await first.close()


async def test_a_lock_that_names_another_core_sends_it_nothing_but_hello(
    start_core: StartCore,
    paths: Paths,
    other_paths: Paths,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    core = start_core(*NO_MODEL)
    # Held by this process, and written as if the other core had written it.
    lock = CoreLock(other_paths, "1.0")
    lock.acquire(PATIENCE)
    shutil.copy(paths.lock_file, other_paths.lock_file)
    monkeypatch.setattr("seeshell.core.ipc.client._REACH_PATIENCE", 0.3)
    sentence = rf"has lost .* to process {core.pid}, which serves {paths.data_dir}: stop it"
    with pytest.raises(CoreUnreachable, match=sentence):
        await CoreClient.connect(other_paths)

    address = read_address(paths)
    assert address is not None
    lock.publish(address.socket)
    with pytest.raises(CoreUnreachable, match=rf"has lost .* to process {core.pid}: stop it"):
        await CoreClient.connect(other_paths)
    lock.release()


def by_a_file(path: Path) -> None:
    path.unlink()
    path.write_text("")


def by_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "file").touch()


def by_a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def by_a_link(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.parent / "elsewhere")


def by_a_dead_socket(path: Path) -> None:
    path.unlink()
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(os.fspath(path))


def by_nothing(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize(
    "replace_socket",
    [by_a_file, by_a_folder, by_a_pipe, by_a_link, by_a_dead_socket, by_nothing],
)
async def test_a_socket_that_was_replaced_is_made_again(
    start_core: StartCore, paths: Paths, replace_socket: Callable[[Path], None]
) -> None:
    core = start_core(*NO_MODEL)
    before = await CoreClient.connect(paths)
    path = make_socket_path(paths)
    replace_socket(path)
    client = await CoreClient.connect(paths, start=False)
    assert client.welcome.pid == core.pid
    # Who was there before has noticed nothing.
    await before.request(GetStatus())
    await client.close()
    await before.close()
    assert await stop_core(paths)
    assert not path.exists()


async def test_a_process_that_takes_the_sockets_place_hears_nothing(
    start_core: StartCore, paths: Paths
) -> None:
    core = start_core(*NO_MODEL)
    path = make_socket_path(paths)
    path.unlink()
    command = [sys.executable, "-c", IMPOSTOR, str(path)]
    impostor = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    assert impostor.stdout is not None
    assert await impostor.stdout.readline() == b"listening\n"
    client = await CoreClient.connect(paths, start=False)
    assert client.welcome.pid == core.pid
    await client.close()
    impostor.terminate()
    heard, _ = await impostor.communicate()
    assert set(heard.splitlines()) == {b"b''"}


async def test_a_core_from_before_protocols_had_numbers_is_not_talked_to(
    paths: Paths, tmp_path: Path
) -> None:
    path = make_socket_path(paths)
    heard = []

    async def welcome(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readline())
        old = {"type": "Welcome", "reply_to": 1, "version": "0.1", "pid": os.getpid()}
        writer.write(json.dumps(old).encode() + b"\n")
        heard.append(await reader.read())
        writer.close()

    lock = CoreLock(paths, "0.1")
    lock.acquire(PATIENCE)
    lock.publish(str(path))
    async with await asyncio.start_unix_server(welcome, path):
        with pytest.raises(CoreVersionMismatch, match=r"seeshell 0\.1 \(protocol 0\)"):
            await CoreClient.connect(paths, window="left")
        await until(lambda: len(heard) == 2)
    hello = decode_request(heard[0])
    assert hello == Hello(request=1, version=__version__, protocol=PROTOCOL, window="left")
    assert heard[1] == b""
    lock.release()


async def test_a_connection_that_the_core_closed_is_not_called_its_end(
    server: Server, paths: Paths
) -> None:
    lock = CoreLock(paths, "1.0")
    lock.acquire(PATIENCE)
    lock.publish(str(server.path))
    talk = Talk(await CoreClient.connect(paths))
    (connection,) = server._connections
    connection.end()
    with pytest.raises(
        ConnectionLost, match="connection to the core was lost; the core itself still runs"
    ) as died:
        await talk.until(TurnEnded)
    assert died.value.log_tail == ""
    await talk.client.close()
    lock.release()


async def test_a_data_folder_behind_a_link_is_the_same_as_without(
    home: Path, talk: Connect, paths: Paths
) -> None:
    disk = home / "disk"
    disk.mkdir(mode=0o700)
    paths.data_dir.symlink_to(disk)
    linked = find_paths(os.environ)
    client = await CoreClient.connect(linked, launch_arguments=NO_MODEL)
    await client.request(SubmitTurn(text="On the disk"))
    assert (disk / "conversations.sqlite").stat().st_size
    direct = await CoreClient.connect(replace(linked, data_dir=disk), start=False)
    assert await titles(direct) == ["On the disk"]
    await direct.close()
    await client.close()


def a_link(path: Path) -> None:
    path.symlink_to(path.parent / "elsewhere")


@pytest.mark.parametrize(
    ("name", "make", "sentence"),
    [
        ("core.log", a_link, r"core\.log can't be written: It is a link, which is not followed"),
        ("core.log", os.mkfifo, r"core\.log can't be written: It is no file"),
        ("core.log", Path.mkdir, r"core\.log can't be written: It is no file"),
        ("data/core.lock", a_link, r"core\.lock can't be opened: It is a link, which is not"),
        ("data/core.lock", os.mkfifo, r"core\.lock can't be opened: It is no file"),
        ("data/core.lock", Path.mkdir, r"core\.lock can't be opened: It is no file"),
        ("data", Path.touch, r"data can't be used: It is no folder"),
        ("data", a_link, r"data can't be used: It is a link to a folder that is missing"),
        ("run", Path.touch, r"run can't be used: It is no folder"),
    ],
)
async def test_what_was_put_in_a_places_way_is_named_and_left_alone(
    paths: Paths, home: Path, name: str, make: Callable[[Path], None], sentence: str
) -> None:
    place = home / name
    place.parent.mkdir(exist_ok=True)
    make(place)
    with pytest.raises(CoreUnreachable, match=sentence) as refused:
        await CoreClient.connect(paths, launch_arguments=NO_MODEL)
    assert "Errno" not in str(refused.value)
    assert "another user" not in str(refused.value)
    assert not (place.parent / "elsewhere").exists()
    if place.is_dir():
        place.rmdir()
    else:
        place.unlink()
    await (await CoreClient.connect(paths, launch_arguments=NO_MODEL)).close()


def loosen(home: Path) -> None:
    for path in [home, *home.rglob("*")]:
        path.chmod(0o777 if path.is_dir() else 0o666)


async def test_loose_modes_of_an_existing_home_are_tightened(home: Path, paths: Paths) -> None:
    await (await CoreClient.connect(paths, launch_arguments=NO_MODEL)).close()
    await stop_core(paths)
    paths.cache_dir.mkdir()
    loosen(home)
    await (await CoreClient.connect(paths, launch_arguments=NO_MODEL)).close()
    for place in (*paths.folders, paths.database, paths.log_file, paths.lock_file):
        assert place.stat().st_mode & 0o077 == 0, place


def test_the_lock_files_junk_is_nobodys_address(paths: Paths) -> None:
    lock = CoreLock(paths, "1.0")
    for junk in (b"", b"{", b"\xff\xfe", b"[" * 5_000, b"x" * 1_000_000):
        paths.lock_file.write_bytes(junk)
        assert read_address(paths) is None
    address = CoreAddress(1, "1.0", "/tmp/a\0b")
    paths.lock_file.write_bytes(msgspec.json.encode(address))
    assert read_address(paths) == address
    assert not is_core_alive(paths)
    lock.release()


async def test_an_address_that_no_socket_can_have_is_named(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("seeshell.core.ipc.client._REACH_PATIENCE", 0.1)
    lock = CoreLock(paths, "1.0")
    lock.acquire(PATIENCE)
    for place in ("/tmp/a\0b", "/tmp/" + "x" * 200, "/nowhere/at/all", "/"):
        lock.publish(place)
        with pytest.raises(CoreUnreachable, match=f"process {os.getpid()}.* can't be reached at"):
            await CoreClient.connect(paths)
    lock.release()
