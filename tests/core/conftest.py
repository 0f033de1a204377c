"""What tests of the core's services stand on."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from seeshell.core.ipc.client import CoreClient
from seeshell.core.pictures.workers import PictureWorkers
from seeshell.core.sessions.sessions import Sessions
from seeshell.core.settings import Paths, Settings
from seeshell.core.store.archive import Archive

from .scripted_engine import ScriptedEngine
from .talk import Connect, Listener, Talk


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A red circle on white, square: every version of the demonstration model knows that."""
    image = Image.new("RGB", (224, 224), "white")
    ImageDraw.Draw(image).ellipse((10, 10, 100, 100), fill=(220, 30, 30))
    path = tmp_path / "circle.png"
    image.save(path)
    return path


@pytest.fixture
async def talk(paths: Paths) -> AsyncIterator[Connect]:
    """A function that connects one more client to the core of `paths`, started if need be."""
    clients: list[CoreClient] = []

    async def connect(*launch_arguments: str, start: bool = False) -> Talk:
        clients.append(
            await CoreClient.connect(
                paths, start=start or bool(launch_arguments), launch_arguments=launch_arguments
            )
        )
        return Talk(clients[-1])

    yield connect
    for client in clients:
        await client.close()


@pytest.fixture
async def engine() -> ScriptedEngine:
    return ScriptedEngine()


@pytest.fixture
async def workers() -> AsyncIterator[PictureWorkers]:
    workers = PictureWorkers()
    yield workers
    await workers.close()


@pytest.fixture
async def archive(paths: Paths, workers: PictureWorkers) -> AsyncIterator[Archive]:
    archive = await Archive.open(paths, Settings().max_pixels, workers)
    yield archive
    await archive.close()


@pytest.fixture
async def sessions(
    archive: Archive, engine: ScriptedEngine, paths: Paths
) -> AsyncIterator[Sessions]:
    """The session manager on a real store, with the scripted engine.

    What every conversation starts with is prepared already.
    """
    sessions = Sessions(archive, engine, paths, Settings(), "1.0")
    await engine.until("prepared", 0)
    engine.forget_work()
    engine.prepared.clear()
    yield sessions
    await sessions.close()


@pytest.fixture
def client(sessions: Sessions) -> Listener:
    """A client of the session manager."""
    listener = Listener()
    sessions.add_client(listener)
    return listener
