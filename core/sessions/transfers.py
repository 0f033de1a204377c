"""What clients ask about bundles: to write one, and to store what one holds."""

import asyncio
from typing import Final

from ..errors import BadRequest
from ..messages.events import AnyEvent
from ..messages.library_requests import ExportBundle, ImportBundle
from ..store.archive import Archive
from .exporting import Exporting
from .extending import Extending
from .importing import Importing
from .subscribers import Subscriber

TransferRequest = ExportBundle | ImportBundle
"""A request that `Transfers` carries out."""

_ENDED: Final = "The core is ending: import or export again, which does what is left to do."


class Transfers:
    """Bundles, out and in, until the core ends."""

    def __init__(self, archive: Archive, extending: Extending, version: str) -> None:
        """Begins without any; `version` is seeshell's."""
        self._exporting = Exporting(archive, version)
        self._importing = Importing(archive, extending)
        self._running: set[asyncio.Task[AnyEvent]] = set()
        self._is_closed = False

    async def carry_out(self, request: TransferRequest, client: Subscriber) -> AnyEvent:
        """Does what the client asks, and returns the reply.

        Raises:
            SeeshellError: it could not be done; an import may have stored some conversations.
        """
        if self._is_closed:
            raise BadRequest(_ENDED)
        task = asyncio.create_task(self._carry_out(request, client))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        await asyncio.wait([task])
        if task.cancelled():
            raise BadRequest(_ENDED)
        return task.result()

    async def close(self) -> None:
        """Ends what is under way, before the programs end that read pictures."""
        self._is_closed = True
        running = tuple(self._running)
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)

    async def _carry_out(self, request: TransferRequest, client: Subscriber) -> AnyEvent:
        if isinstance(request, ExportBundle):
            return await self._exporting.write(request)
        return await self._importing.take_in(request, client)
