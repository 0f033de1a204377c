"""Pictures for an endpoint are made ready before their turn, once."""

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from seeshell.core.engine.engine import PromptImage, PromptMessage
from seeshell.core.engine.remote import picture_urls
from seeshell.core.engine.remote.picture_urls import PictureUrls
from seeshell.core.engine.remote.remote_engine import RemoteEngine
from seeshell.core.errors import ImageError

from ....patience import PATIENCE


class Decoder:
    """Opens pictures as the program does, one only when the test lets it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.opened: list[str] = []
        self.begun = threading.Event()
        self.may_go_on = threading.Event()
        self._open = picture_urls.open_image
        monkeypatch.setattr(picture_urls, "open_image", self)

    def __call__(self, path: Path, max_pixels: int, *, name: str = "") -> Image.Image:
        self.opened.append(name)
        self.begun.set()
        assert self.may_go_on.wait(PATIENCE)
        return self._open(path, max_pixels, name=name)


@pytest.fixture
def decoder(monkeypatch: pytest.MonkeyPatch) -> Decoder:
    return Decoder(monkeypatch)


def question(*pictures: PromptImage) -> tuple[PromptMessage, ...]:
    return (PromptMessage.of("user", "", pictures),)


async def test_a_prepared_picture_is_sent_without_being_opened_again(
    engine: RemoteEngine, fake: Any, ask: Any, red_circle: PromptImage
) -> None:
    async def chat(exchange: Any) -> None:
        await exchange.start()
        await exchange.text("A circle", "stop")
        await exchange.end()

    fake.chat = chat
    await engine.load(fake.url, lambda _: None)
    await engine.prepare(question(red_circle), conversation=1)
    await engine.forget(1)
    remove(red_circle.path)
    await ask(engine, PromptMessage.of("user", "What is it?", (red_circle,)))
    (part, _) = fake.exchanges[-1].body["messages"][0]["content"]
    assert part["image_url"]["url"].startswith("data:image/png;base64,")


def remove(path: Path) -> None:
    path.unlink()


async def test_a_picture_that_can_not_be_read_is_said_to_be_so(
    engine: RemoteEngine, red_circle: PromptImage
) -> None:
    remove(red_circle.path)
    with pytest.raises(ImageError, match="does not exist"):
        await engine.prepare(question(red_circle))


async def test_giving_up_ends_after_the_picture_at_hand(
    engine: RemoteEngine, decoder: Decoder, red_circle: PromptImage
) -> None:
    second = PromptImage(red_circle.path, "0" * 64, "second.png")
    work = asyncio.create_task(engine.prepare(question(red_circle, second)))
    await asyncio.to_thread(decoder.begun.wait, PATIENCE)
    work.cancel()
    decoder.may_go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await work
    await engine.prepare(question(red_circle))
    assert decoder.opened == [red_circle.name]


async def test_a_turn_that_comes_in_between_waits_for_its_picture_instead_of_making_it_again(
    decoder: Decoder, red_circle: PromptImage
) -> None:
    urls = PictureUrls(100, 10**6)
    first = asyncio.create_task(asyncio.to_thread(urls.find, red_circle))
    await asyncio.to_thread(decoder.begun.wait, PATIENCE)
    decoder.begun.clear()
    second = asyncio.create_task(asyncio.to_thread(urls.find, red_circle))
    assert not await asyncio.to_thread(decoder.begun.wait, 0.2)
    decoder.may_go_on.set()
    assert await first is await second
    assert decoder.opened == [red_circle.name]
