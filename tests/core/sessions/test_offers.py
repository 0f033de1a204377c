"""Pictures that one client puts into another one's window."""

import pytest

from seeshell.core.errors import BadRequest, NoWindow
from seeshell.core.messages.offered_picture import OfferedPicture
from seeshell.core.messages.picture_events import PicturesOffered, PicturesTaken
from seeshell.core.messages.picture_requests import OfferPictures, TakePictures, UseWindow
from seeshell.core.sessions import offers
from seeshell.core.sessions.sessions import Sessions

from ..talk import Listener, carry_out

OFFER = OfferPictures(pictures=(OfferedPicture("/store/aa", "photo.heic"),))


class Window(Listener):
    """A window that takes what it is offered, or does nothing."""

    def __init__(self, sessions: Sessions, name: str, *, takes: bool = True) -> None:
        super().__init__()
        self._sessions = sessions
        self._takes = takes
        self.taken: list[tuple[OfferedPicture, ...]] = []
        sessions.add_client(self, name)

    def put(self, event: object) -> None:
        super().put(event)
        if isinstance(event, PicturesOffered) and self._takes:
            self._sessions._pictures._offers.take(event.offer, self)
            self.taken.append(event.pictures)


async def test_the_window_used_last_gets_what_is_offered(
    sessions: Sessions, client: Listener
) -> None:
    first, second = Window(sessions, "first"), Window(sessions, "second")
    assert isinstance(await carry_out(sessions, OFFER, client), PicturesTaken)
    assert (first.taken, second.taken) == ([], [OFFER.pictures])
    await carry_out(sessions, UseWindow(), first)
    await carry_out(sessions, OFFER, client)
    assert (len(first.taken), len(second.taken)) == (1, 1)
    sessions.remove_client(first)
    await carry_out(sessions, OFFER, client)
    assert (len(first.taken), len(second.taken)) == (1, 2)


async def test_a_window_that_does_not_answer_is_passed_over(
    sessions: Sessions, client: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offers, "PATIENCE", 0.05)
    alive = Window(sessions, "alive")
    suspended = Window(sessions, "suspended", takes=False)
    await carry_out(sessions, OFFER, client)
    assert alive.taken == [OFFER.pictures]
    # It wakes, and must not attach what another one has.
    late = await suspended.until(PicturesOffered)
    with pytest.raises(BadRequest, match="gone to another window"):
        await carry_out(sessions, TakePictures(offer=late.offer), suspended)


async def test_nobody_is_offered_what_he_offers_himself(
    sessions: Sessions, client: Listener
) -> None:
    with pytest.raises(NoWindow, match="open one"):
        await carry_out(sessions, OFFER, client)
    alone = Window(sessions, "alone")
    with pytest.raises(NoWindow):
        await carry_out(sessions, OFFER, alone)
    assert not alone.heard


async def test_an_offer_of_nothing_is_refused(sessions: Sessions, client: Listener) -> None:
    with pytest.raises(BadRequest, match="at least one"):
        await carry_out(sessions, OfferPictures(pictures=()), client)


async def test_what_was_not_offered_can_t_be_taken(sessions: Sessions, client: Listener) -> None:
    with pytest.raises(BadRequest):
        await carry_out(sessions, TakePictures(offer=1), client)
