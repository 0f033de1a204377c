"""Pictures that one client offers to the window used last, as `seeshell attach` does."""

import asyncio
from itertools import count
from typing import Final

from ..errors import BadRequest, NoWindow
from ..messages.picture_events import PicturesOffered
from ..messages.picture_requests import OfferPictures
from .subscribers import Subscriber, Subscribers

PATIENCE: Final = 3.0
"""Seconds in which a window takes what it is offered; one that is suspended does not."""


class Offers:
    """Offers pictures to one window after the other until one takes them.

    A window says that it takes them before it attaches them, so that none has them that was given
    up meanwhile.
    """

    def __init__(self, subscribers: Subscribers) -> None:
        self._subscribers = subscribers
        self._numbers = count(1)
        self._open: dict[int, tuple[Subscriber, asyncio.Event]] = {}
        """By the number of the offer: who may take it, and what is set when it does."""

    async def make(self, request: OfferPictures, client: Subscriber) -> None:
        """Returns when a window has taken the pictures.

        Raises:
            BadRequest: there are none to take.
            NoWindow: no window takes them.
        """
        if not request.pictures:
            raise BadRequest("Name at least one picture to offer.")
        for window in self._subscribers.windows_by_use():
            if window is not client and await self._offer_to(window, request):
                return
        raise NoWindow("No window of the app takes pictures now: open one with `seeshell`.")

    def take(self, offer: int, client: Subscriber) -> None:
        """Lets a window have what it was offered.

        Raises:
            BadRequest: it was not, or somebody else may have it by now.
        """
        window, taken = self._open.get(offer, (None, None))
        if window is not client or taken is None:
            raise BadRequest("What was offered has gone to another window.")
        taken.set()

    async def _offer_to(self, window: Subscriber, request: OfferPictures) -> bool:
        """Returns whether a window has taken the pictures in time."""
        number, taken = next(self._numbers), asyncio.Event()
        self._open[number] = (window, taken)
        window.put(PicturesOffered(offer=number, pictures=request.pictures))
        try:
            async with asyncio.timeout(PATIENCE):
                await taken.wait()
        except TimeoutError:
            return False
        finally:
            del self._open[number]
        return True
