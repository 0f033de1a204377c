"""How a core comes and goes: started by the first client, one per user's data, ended when idle."""

import asyncio
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from seeshell import __version__
from seeshell.core.errors import (
    CoreDied,
    CoreUnreachable,
    CoreVersionMismatch,
    SettingsError,
    StoreError,
)
from seeshell.core.ipc.client import CoreClient, stop_core
from seeshell.core.ipc.core_process import core_command
from seeshell.core.ipc.lock import CoreAddress, is_core_alive, read_address
from seeshell.core.ipc.socket_path import make_socket_path
from seeshell.core.messages.events import TurnEnded, Welcome
from seeshell.core.messages.lines import PROTOCOL
from seeshell.core.messages.model_events import ModelFailed
from seeshell.core.messages.model_requests import LoadModel
from seeshell.core.messages.requests import GetStatus, ListConversations
from seeshell.core.settings import Paths, find_paths

from ...patience import PATIENCE
from ...running_core import StartCore, wait_for_end
from ..talk import Connect

# A model that is not there: such a core serves all but answers, and starts fast.
NO_MODEL = ("--model", "/nowhere")


def exists(path: Path) -> bool:
    return path.exists()


async def test_a_client_starts_a_core_that_outlives_it(talk: Connect, paths: Paths) -> None:
    client = await talk(*NO_MODEL)
    pid = client.client.welcome.pid
    assert os.getsid(pid) not in (0, os.getsid(0))
    await client.client.close()
    again = await talk()
    assert again.client.welcome == Welcome(
        version=__version__,
        pid=pid,
        protocol=PROTOCOL,
        data_dir=str(paths.data_dir),
        reply_to=1,
    )


async def test_without_a_core_a_client_that_may_not_start_one_says_so(paths: Paths) -> None:
    with pytest.raises(CoreUnreachable, match="No core is running"):
        await CoreClient.connect(paths, start=False)
    assert not paths.lock_file.exists()


async def test_clients_that_start_together_share_one_core(paths: Paths) -> None:
    clients = await asyncio.gather(
        *(CoreClient.connect(paths, launch_arguments=NO_MODEL) for _ in range(3))
    )
    assert len({client.welcome.pid for client in clients}) == 1
    for client in clients:
        await client.close()


async def test_a_core_that_was_killed_is_replaced(start_core: StartCore, talk: Connect) -> None:
    killed = start_core(*NO_MODEL)
    killed.kill()
    assert read_address(killed.paths) is not None
    client = await talk(*NO_MODEL)
    assert client.client.welcome.pid != killed.pid
    await client.request(ListConversations())


async def test_a_socket_that_was_removed_is_made_again(start_core: StartCore, paths: Paths) -> None:
    core = start_core(*NO_MODEL)
    shutil.rmtree(paths.runtime_dir)
    client = await CoreClient.connect(paths)
    assert client.welcome.pid == core.pid
    await client.close()


async def test_a_second_core_in_the_foreground_leaves_the_first_alone(
    start_core: StartCore, talk: Connect
) -> None:
    first = start_core(*NO_MODEL)
    second = await asyncio.create_subprocess_exec(
        *core_command(first.paths), stderr=asyncio.subprocess.PIPE
    )
    _, said = await second.communicate()
    assert second.returncode == 1
    assert b"already" in said
    assert (await talk()).client.welcome.pid == first.pid


async def test_a_client_of_another_protocol_is_told_so_and_can_restart_the_core(
    start_core: StartCore, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    core = start_core(*NO_MODEL)
    monkeypatch.setattr("seeshell.core.ipc.reach.__version__", "99.0")
    await (await CoreClient.connect(paths)).close()
    monkeypatch.setattr("seeshell.core.ipc.reach.PROTOCOL", 99)
    sentence = rf"seeshell {__version__} .*, this is 99\.0 \(protocol 99\)"
    with pytest.raises(CoreVersionMismatch, match=sentence):
        await CoreClient.connect(paths)
    assert await stop_core(paths)
    assert not is_core_alive(core.paths)
    assert not await stop_core(paths)


async def test_a_core_that_does_not_answer_can_be_stopped(
    start_core: StartCore, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    core = start_core(*NO_MODEL)
    core.signal(signal.SIGSTOP)
    monkeypatch.setattr("seeshell.core.ipc.reach._HELLO_PATIENCE", 0.2)
    with pytest.raises(CoreUnreachable, match=f"process {core.pid}"):
        await CoreClient.connect(paths)
    with pytest.raises(CoreUnreachable, match="kill it"):
        await stop_core(paths, patience=0.2)
    core.signal(signal.SIGCONT)
    wait_for_end(paths)


async def test_an_idle_core_ends_after_keep_alive(start_core: StartCore, paths: Paths) -> None:
    start_core(*NO_MODEL, "--keep-alive", "0.3")
    await asyncio.to_thread(wait_for_end, paths)
    assert not exists(make_socket_path(paths))


def test_a_core_ends_when_its_data_directory_is_removed(
    start_core: StartCore, paths: Paths
) -> None:
    core = start_core(*NO_MODEL)
    shutil.rmtree(paths.data_dir)
    gone_at = time.monotonic() + PATIENCE
    with pytest.raises(ProcessLookupError):
        while time.monotonic() < gone_at:
            os.kill(core.pid, 0)
            time.sleep(0.05)


async def test_a_core_with_a_client_is_not_idle(talk: Connect, paths: Paths) -> None:
    client = await talk(*NO_MODEL, "--keep-alive", "0.3")
    status = await client.request(GetStatus())
    while status.uptime < 1:
        status = await client.request(GetStatus())
    assert status.pid == client.client.welcome.pid
    await client.client.close()
    await asyncio.to_thread(wait_for_end, paths)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_the_core_in_the_foreground_with_code_0(
    paths: Paths, talk: Connect, number: int
) -> None:
    command = core_command(paths, NO_MODEL)
    core = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    assert core.stderr is not None
    async with asyncio.timeout(PATIENCE):
        while b"serving" not in await core.stderr.readline():
            pass
    client = await talk()
    core.send_signal(number)
    _, said = await core.communicate()
    assert core.returncode == 0
    assert b"ended" in said
    with pytest.raises(CoreDied):
        await client.until(TurnEnded)


async def test_a_home_too_deep_for_a_socket_works(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = find_paths({"SEESHELL_HOME": str(home / ("d" * 120))})
    client = await CoreClient.connect(deep, launch_arguments=NO_MODEL)
    try:
        address = read_address(deep)
        assert address is not None
        assert len(address.socket) < 100
        assert await client.request(ListConversations())
    finally:
        await client.close()
        await stop_core(deep)
    assert not exists(Path(address.socket))


async def test_why_a_core_can_not_start_is_told_to_the_client(paths: Paths) -> None:
    paths.data_dir.mkdir(parents=True)
    database = sqlite3.connect(paths.database)
    database.execute("PRAGMA user_version = 1000")
    database.close()
    with pytest.raises(StoreError, match="update seeshell"):
        await CoreClient.connect(paths)
    paths.config_file.write_text("keep_alive = 'long'")
    with pytest.raises(SettingsError, match="keep_alive"):
        await CoreClient.connect(paths)


async def test_a_core_that_dies_while_it_starts_is_reported_with_its_last_words(
    paths: Paths,
) -> None:
    with pytest.raises(CoreUnreachable, match="unrecognized arguments: --nonsense"):
        await CoreClient.connect(paths, launch_arguments=("--nonsense",))


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        ("--keep-alive", "nan", "--keep-alive is not a number, but must be a number of seconds"),
        ("--model", "http://me:secret@host", "This address holds a user or a password"),
    ],
)
async def test_options_that_can_not_be_used_are_refused_in_a_sentence(
    paths: Paths, option: str, value: str, sentence: str
) -> None:
    with pytest.raises(SettingsError, match=sentence):
        await CoreClient.connect(paths, launch_arguments=(option, value))
    assert "secret" not in paths.log_file.read_text()


async def test_what_native_code_says_before_it_aborts_is_in_the_log_tail(
    start_core: StartCore, talk: Connect
) -> None:
    core = start_core(*NO_MODEL)
    client = await talk()
    core.signal(signal.SIGABRT)
    with pytest.raises(CoreDied) as died:
        await client.until(TurnEnded)
    assert "Fatal Python error: Aborted" in died.value.log_tail


async def test_a_folder_that_can_not_be_made_is_named(paths: Paths) -> None:
    blocked = replace(paths, data_dir=paths.config_file / "data")
    paths.config_file.parent.mkdir(exist_ok=True)
    paths.config_file.write_text("")
    with pytest.raises(CoreUnreachable, match=r"config\.toml"):
        await CoreClient.connect(blocked)


async def test_a_missing_model_is_reported_and_the_rest_works(talk: Connect) -> None:
    client = await talk(*NO_MODEL)
    # Whether the core's own load is over by now or not, this client hears of one.
    await client.request(LoadModel(model="/nowhere"))
    failed = await client.until(ModelFailed)
    while (status := await client.request(GetStatus())).state == "loading":
        failed = await client.until(ModelFailed)
    assert failed.error == "ModelNotFound"
    assert (status.state, status.model) == ("failed", "/nowhere")
    answer = await client.ask("Is anybody there?")
    assert answer.finish_reason == "failed"
    assert "/nowhere" in answer.error


def test_the_client_imports_no_engine_store_or_model_library() -> None:
    program = "import sys, seeshell.core.ipc.client; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    unwanted = {"mlx", "mlx_vlm", "transformers", "numpy", "sqlite3", "PIL", "textual", "rich"}
    assert not unwanted & {name.partition(".")[0] for name in loaded}
    ours = {name for name in loaded if name.startswith("seeshell.core.")}
    assert not ours & {f"seeshell.core.{name}" for name in ("store", "sessions", "server")}
    assert not any(name.startswith("seeshell.core.engine") for name in ours)


async def test_a_core_is_stopped_that_had_not_written_its_number_yet(
    start_core: StartCore, paths: Paths
) -> None:
    core = start_core(*NO_MODEL)
    own = paths.lock_file.read_bytes()
    # As a core that was killed has left it.
    paths.lock_file.write_bytes(msgspec.json.encode(CoreAddress(2**22 + 1, "1.0", "/nowhere")))
    stopping = asyncio.create_task(stop_core(paths))
    await asyncio.sleep(0)
    assert is_core_alive(core.paths)
    paths.lock_file.write_bytes(own)
    assert await stopping
    assert not is_core_alive(core.paths)
