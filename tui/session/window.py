"""How a window reaches the core: the same for the app and for the plain chat."""

import asyncio
from importlib import import_module
from typing import TYPE_CHECKING
from uuid import uuid4

from ...core.settings import Paths, Settings
from .handed_over import read_handed_over
from .launch_options import LaunchOptions

if TYPE_CHECKING:
    from ...core.ipc.client import CoreClient


class Window:
    """One run of an interface, under a name by which the core keeps its unsent pictures."""

    def __init__(self, paths: Paths, settings: Settings, launch: LaunchOptions) -> None:
        """Connects to nothing yet.

        Args:
            paths: where the core is.
            settings: as read when the interface started.
            launch: what a core loads that is started for this window.
        """
        self._paths = paths
        self._settings = settings
        self._launch = launch
        self._name = uuid4().hex

    async def connect(self, replace_core: bool) -> "CoreClient":
        """Returns a connection to the core, started if need be; True ends the running one first.

        Raises:
            SeeshellError: the core can't be reached.
        """
        # Keys that wait are echoed while a thread imports the client.
        client = await asyncio.to_thread(import_module, "...core.ipc.client", __package__)
        if replace_core:
            await client.stop_core(self._paths)
        from ...core.ipc.core_process import launch_arguments

        connected: CoreClient = await client.CoreClient.connect(
            self._paths,
            launch_arguments=launch_arguments(self._launch.model, self._launch.adapter),
            window=self._name,
            environment=read_handed_over(self._paths, self._settings),
        )
        return connected
