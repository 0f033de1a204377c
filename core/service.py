"""The core in the foreground: everything from the lock to the last goodbye."""

import asyncio
import logging
import signal
import time
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from typing import Final, NamedTuple

from .client_environment import ClientEnvironment
from .engine.engine import Engine
from .engine.selected import SelectedEngine
from .ipc.lock import CoreLock
from .ipc.server import Server
from .ipc.socket_path import make_socket_path
from .models.sources import default_source
from .pictures.workers import PictureWorkers
from .sessions.sessions import Sessions
from .settings import Paths, Settings
from .store.archive import Archive

_logger = logging.getLogger(__name__)

_ENGINE_PATIENCE: Final = 10.0
_CHECK_INTERVAL: Final = 2.0


class Launch(NamedTuple):
    """How a core starts."""

    settings: Settings
    environment: ClientEnvironment
    """The core's own."""
    loads_model: bool = True
    """Whether the settings' model is loaded at once, beside serving; else with the first turn."""


async def serve(
    paths: Paths, launch: Launch, lock: CoreLock, report_ready: Callable[[], None]
) -> None:
    """Serves clients until a signal, a client or idleness ends the core.

    Args:
        paths: where everything lies.
        launch: how it starts.
        lock: held already.
        report_ready: called once clients can connect.

    Raises:
        SeeshellError, OSError: the core can't start.
    """
    settings, environment, loads_model = launch
    async with AsyncExitStack() as stack:
        workers = PictureWorkers()
        archive = await Archive.open(paths, settings.max_pixels, workers)
        stack.push_async_callback(archive.close)
        engine = SelectedEngine(settings, paths.spills_dir, workers, paths.cache_dir)
        stack.push_async_callback(_close_engine, engine)
        sessions = Sessions(archive, engine, paths, settings, lock.version, environment)
        sessions.settings.listeners.append(engine.use_endpoints)
        server = Server(sessions, make_socket_path(paths), lock.version, paths.data_dir)
        stack.push_async_callback(server.close)
        # Pictures that are being attached are not waited for.
        stack.push_async_callback(workers.close)
        stack.push_async_callback(sessions.close)
        _end_on_signals(sessions)
        # Before any client: what one of them wants is newer.
        source = await asyncio.to_thread(default_source, settings.model)
        sessions.model.load(source, settings.adapter, at_once=loads_model)
        await _open_to_clients(server, lock, stack)
        report_ready()
        await _wait_for_the_end(sessions, server, lock)
    _logger.info("ended")


async def _open_to_clients(server: Server, lock: CoreLock, stack: AsyncExitStack) -> None:
    """Lets clients find the core until the stack is closed."""
    await server.start()
    stack.callback(lock.publish, "")
    lock.publish(str(server.path))
    _logger.info("serving on %s", server.path)


def _end_on_signals(sessions: Sessions) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, sessions.shutdown_asked.set)


async def _close_engine(engine: Engine) -> None:
    """Frees the model; a load or a download in native code is not waited for."""
    try:
        async with asyncio.timeout(_ENGINE_PATIENCE):
            await engine.close()
    except TimeoutError:
        _logger.warning("the engine did not end in %s s", _ENGINE_PATIENCE)


async def _wait_for_the_end(sessions: Sessions, server: Server, lock: CoreLock) -> None:
    """Returns when the core was asked to end, or has no reason to go on; raises what broke it."""
    ends: tuple[Coroutine[None, None, object], ...] = (
        sessions.shutdown_asked.wait(),
        server.keep_reachable(),
        _wait_until_idle(sessions),
        _wait_until_removed(lock),
    )
    waits = [asyncio.create_task(it) for it in ends]
    done, _ = await asyncio.wait([sessions.work, *waits], return_when=asyncio.FIRST_COMPLETED)
    for task in waits:
        task.cancel()
    for task in done:
        task.result()


async def _wait_until_removed(lock: CoreLock) -> None:
    """Returns when the data directory was removed: no client could find this core any more."""
    while lock.is_in_place():  # noqa: ASYNC110 - a removed file tells nobody
        await asyncio.sleep(_CHECK_INTERVAL)
    _logger.warning("the data directory was removed")


async def _wait_until_idle(sessions: Sessions) -> None:
    """Returns after `keep_alive` seconds without client and work; never while that is 0.

    While clients are there, the model is freed after as long without work.
    """
    while True:
        keep_alive, now = sessions.settings.now.keep_alive, time.monotonic()
        if keep_alive and now - sessions.used_at >= keep_alive:
            return
        if keep_alive and now - sessions.worked_at >= keep_alive:
            await sessions.free_model()
        await asyncio.sleep(min(1.0, keep_alive / 10) or 60.0)
        sessions.note_use()
