"""Pictures that a command attaches over its own connection: files, or from the web."""

import asyncio
from collections.abc import AsyncIterator
from os.path import lexists
from pathlib import Path

from ...core.errors import PrivateAddress
from ...core.excerpt import Excerpt, NamedPicture, read_named
from ...core.ipc.client import CoreClient
from ...core.messages.events import AnyEvent
from ...core.messages.picture_events import Attached, PictureFetching
from ...core.messages.picture_requests import Attach, FetchPicture
from ...core.web.address import is_web_address
from ..session.named_files import require_text
from ..status_words import fetching_words
from .output import Output
from .replies import reply_to


class AttachingPictures:
    """Attaches one picture after the other, and shows how far one is that comes from the web."""

    def __init__(
        self,
        client: CoreClient,
        output: Output,
        *,
        events: AsyncIterator[AnyEvent] | None = None,
        allows_private: bool = False,
        is_private: bool = False,
    ) -> None:
        """Attaches nothing yet.

        Args:
            client: the connection.
            output: of the command.
            events: of the connection, where somebody else reads them too.
            allows_private: whether addresses may lead to this machine or private networks.
            is_private: whether the pictures are for a private conversation.
        """
        self._client = client
        self._output = output
        self._events = client.events() if events is None else events
        self._allows_private = allows_private
        self._is_private = is_private

    async def attach(self, name: str) -> list[Attached]:
        """Returns the pictures that a path or an address names, its file read once.

        Raises:
            ImageError: it can't be attached, or a page or rectangle of it.
        """
        require_text(name)
        if is_web_address(name):
            first, *others = read_named(name, lambda _: False)
            attached = [await self._fetch(first)]
        else:
            first, *others = read_named(name, lexists)
            attached = [await self._attach(first.path, Path(first.path).name, first.excerpt)]
        copy, name = attached[0].path, attached[0].attachment.name
        return attached + [await self._attach(copy, name, it.excerpt) for it in others]

    async def _attach(self, path: str, name: str, excerpt: Excerpt) -> Attached:
        request = Attach(path=path, name=name, excerpt=excerpt, is_private=self._is_private)
        return await reply_to(self._client, request, Attached)

    async def _fetch(self, picture: NamedPicture) -> Attached:
        address = picture.path
        request = FetchPicture(
            address=address,
            allows_private=self._allows_private,
            excerpt=picture.excerpt,
            is_private=self._is_private,
        )
        reply = asyncio.create_task(reply_to(self._client, request, Attached))
        try:
            async for event in self._events:
                if not isinstance(event, PictureFetching) or event.address != address:
                    continue
                if event.is_over:
                    break
                self._output.progress(f"{address}: {fetching_words(event)}")
            return await reply
        except PrivateAddress as error:
            allowing = "add --allow-private-addresses if you mean it."
            raise PrivateAddress(f"{error} It was not asked: {allowing}") from error
        finally:
            self._output.clear_progress()
            reply.cancel()
