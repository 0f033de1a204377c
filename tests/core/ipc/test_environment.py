"""What clients hand over of their environments: it reaches the engine, and nothing else."""

import asyncio
import logging
from pathlib import Path

import pytest

from seeshell.core.client_environment import ClientEnvironment
from seeshell.core.engine.selected import SelectedEngine
from seeshell.core.ipc.client import CoreClient
from seeshell.core.ipc.lock import CoreLock
from seeshell.core.ipc.server import Server
from seeshell.core.ipc.socket_path import make_socket_path
from seeshell.core.messages.events import TurnFailed, TurnWithdrawn
from seeshell.core.messages.model_events import ModelFailed, ModelLoaded
from seeshell.core.messages.model_requests import LoadModel
from seeshell.core.messages.requests import SubmitTurn
from seeshell.core.pictures.workers import PictureWorkers
from seeshell.core.sessions.sessions import Sessions
from seeshell.core.settings import EndpointSettings, Paths, Settings
from seeshell.core.store.archive import Archive

from ...patience import PATIENCE
from ..recording_server import recording_server
from ..scripted_engine import ScriptedEngine
from ..talk import Talk
from .lines import HELLO, Dial

SECRET = "sk-secret"
ENVIRONMENT = ClientEnvironment(
    keys={"BIG_KEY": SECRET}, proxies={"no_proxy": f"http://me:{SECRET}@proxy"}
)


async def test_what_hello_brings_counts_on_its_connection_alone(
    dial: Dial, engine: ScriptedEngine
) -> None:
    for number in (1, 2):
        handed_over = {"keys": {"BIG_KEY": f"sk-{number}"}}
        line = await dial(HELLO | {"environment": handed_over})
        line.write({"type": "LoadModel", "request": 2, "model": f"model-{number}"})
        await line.until("ModelLoaded")
    assert [it.keys["BIG_KEY"] for it in engine.environments] == ["sk-1", "sk-2"]


async def test_an_environment_that_is_too_long_is_refused_with_the_limit(dial: Dial) -> None:
    line = await dial(HELLO | {"environment": {"keys": {"BIG_KEY": SECRET * 100_000}}})
    refused = await line.read()
    assert refused["sentence"] == "A connection opens with Hello, of at most 16,384 bytes."
    assert await line.read() == {}


@pytest.mark.parametrize("environment", [5, {"keys": [SECRET]}, {"keys": {"BIG_KEY": None}}])
async def test_an_environment_that_is_none_is_refused_without_being_repeated(
    dial: Dial, environment: object
) -> None:
    refused = await (await dial(HELLO | {"environment": environment})).read()
    assert refused["sentence"] == "A connection opens with Hello."


async def test_keys_are_neither_logged_nor_stored_when_all_goes_wrong(
    archive: Archive,
    paths: Paths,
    workers: PictureWorkers,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    asyncio.get_running_loop().set_debug(True)
    with recording_server() as remote:
        endpoints = {"big": EndpointSettings(remote.address, key_variable="BIG_KEY")}
        settings = Settings(endpoints=endpoints)
        engine = SelectedEngine(settings, paths.spills_dir, workers)
        sessions = Sessions(archive, engine, paths, settings, "1.0")
        server = Server(sessions, make_socket_path(paths), "1.0", paths.data_dir)
        await server.start()
        lock = CoreLock(paths, "1.0")
        lock.acquire(PATIENCE)
        lock.publish(str(server.path))
        talk = Talk(await CoreClient.connect(paths, start=False, environment=ENVIRONMENT))
        await talk.request(LoadModel(model="big"))
        await talk.until(ModelLoaded)
        # The server says the key that it refuses.
        remote.wanted = "sk-other"
        await talk.request(SubmitTurn(text="?"))
        failed = await talk.until(TurnFailed, TurnWithdrawn)
        await talk.request(LoadModel(model="big#first"))
        await talk.until(ModelFailed, ModelLoaded)
        await talk.client.close()
        await sessions.close()
        await server.close()
        await engine.close()
        lock.release()
    assert remote.keys == {SECRET}
    assert SECRET not in failed.sentence
    assert SECRET not in caplog.text
    assert caplog.records
    assert [path for path in files(paths) if SECRET.encode() in path.read_bytes()] == []


def files(paths: Paths) -> list[Path]:
    return [path for path in paths.config_file.parent.rglob("*") if path.is_file()]
