"""The core as a command that asks reaches it: started if need be, with the model that it names."""

import os
from argparse import Namespace
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple

from ...core.client_environment import read_client_environment
from ...core.ipc.client import CoreClient
from ...core.ipc.core_process import absolute_source, launch_arguments
from ...core.settings import find_paths, read_settings


@asynccontextmanager
async def connected(launch: Sequence[str], *, window: str = "") -> AsyncIterator[CoreClient]:
    """Gives a connection to the core, which is started if need be, and closes it in the end.

    Args:
        launch: what a core that has to be started is told.
        window: names the client's window; empty for none.

    Raises:
        SeeshellError: it can't be reached, or the settings can't be used.
    """
    paths = find_paths(os.environ)
    settings = read_settings(paths, os.environ)
    client = await CoreClient.connect(
        paths,
        launch_arguments=launch,
        window=window,
        environment=read_client_environment(os.environ, settings.key_variables),
    )
    try:
        yield client
    finally:
        await client.close()


class ReachedCore(NamedTuple):
    """A connection, and what the command line says of the model that is to answer over it."""

    client: CoreClient
    model: str
    """As the core understands it; empty for none."""
    adapter: str | None
    """Its folder; empty for none, None where nothing is said of one."""


@asynccontextmanager
async def reached_core(options: Namespace) -> AsyncIterator[ReachedCore]:
    """Gives the core, and closes the connection in the end.

    Raises:
        SeeshellError: it can't be reached, or the settings can't be used.
    """
    paths = find_paths(os.environ)
    settings = read_settings(paths, os.environ)
    model = absolute_source(options.model or "", settings.endpoints)
    adapter = None if options.adapter is None else paths.adapter(options.adapter)
    async with connected(launch_arguments(model, adapter)) as client:
        yield ReachedCore(client, model.strip(), adapter)
