"""Pictures that a client wants from the web: fetched with its proxies, then attached."""

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import ImageError
from ..messages.picture_events import Attached, PictureFetching
from ..messages.picture_requests import Attach, FetchPicture
from ..store.memory_files import HAS_NAMELESS_FILES, nameless_file
from ..web.address import read_address
from .subscribers import Subscriber, Subscribers
from .unsent_pictures import UnsentPictures


class FetchedPictures:
    """Fetches into a folder of its own, from which the store takes its copy."""

    def __init__(self, unsent: UnsentPictures, subscribers: Subscribers) -> None:
        self._unsent = unsent
        self._subscribers = subscribers
        self._open: dict[asyncio.Task[Attached], Subscriber] = {}
        """What is being fetched, and for whom."""

    def give_up(self, client: Subscriber) -> None:
        """Ends what is being fetched for a client that has gone."""
        for task, owner in self._open.items():
            if owner is client:
                task.cancel()

    async def attach(self, request: FetchPicture, client: Subscriber) -> Attached:
        """Returns the picture once it is in the store, and tells the client how far it is.

        Raises:
            PrivateAddress: it is not on the internet, and the client has not allowed that.
            ImageError: it can't be had, is no picture, or the client has gone.
        """
        task = asyncio.create_task(self._attach(request, client))
        self._open[task] = client
        try:
            return await task
        except asyncio.CancelledError:
            if task.cancelled() and not _is_cancelled():
                raise ImageError(f"{request.address} was given up: attach it again.") from None
            raise
        finally:
            task.cancel()
            del self._open[task]

    async def _attach(self, request: FetchPicture, client: Subscriber) -> Attached:
        # httpx2 takes its time, and few pictures come from the web.
        from ..web.fetching import Fetching

        def tell(done: int, total: int, *, is_over: bool = False) -> None:
            client.put(
                PictureFetching(
                    address=request.address, done_bytes=done, total_bytes=total, is_over=is_over
                )
            )

        environment = self._subscribers.environment_of(client)
        fetching = Fetching(environment, request.allows_private, tell)
        try:
            address = read_address(request.address)
            with _place(request) as path:
                await fetching.fetch(address, path)
                attach = Attach(
                    path=str(path),
                    name=address.name,
                    excerpt=request.excerpt,
                    pixel_budget=request.pixel_budget,
                    detail=request.detail,
                    is_private=request.is_private,
                )
                return await self._unsent.attach(attach, client)
        finally:
            tell(0, 0, is_over=True)


@contextmanager
def _place(request: FetchPicture) -> Iterator[Path]:
    """Yields where the picture is fetched to.

    Raises:
        ImageError: that would be a disk, where it must come on none.
    """
    if not request.is_private:
        with tempfile.TemporaryDirectory(prefix="seeshell-") as folder:
            yield Path(folder) / "picture"
    elif HAS_NAMELESS_FILES:
        with nameless_file() as path:
            yield path
    else:
        raise ImageError(
            f"{request.address} would come on the disk here, and nothing of a private "
            "conversation does: attach a file of yours."
        )


def _is_cancelled() -> bool:
    """Whether it is the waiting task itself that is to end."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
