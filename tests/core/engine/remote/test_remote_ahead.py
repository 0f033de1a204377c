"""Pictures for an endpoint are made ready before their turn, once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from seeshell.core.engine.engine import PromptImage, PromptMessage
from seeshell.core.engine.remote.picture_urls import PictureUrls
from seeshell.core.engine.remote.remote_engine import RemoteEngine
from seeshell.core.errors import ImageError
from seeshell.core.pictures.workers import PictureWorkers
from seeshell.core.stored_pixels import WantedPixels


class HeldWorkers(PictureWorkers):
    """Decodes pictures as the program does, one only when the test lets it."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []
        self.begun = asyncio.Event()
        self.may_go_on = asyncio.Event()

    async def read_url(self, wanted: WantedPixels) -> str:
        self.opened.append(wanted.name)
        self.begun.set()
        await self.may_go_on.wait()
        return await super().read_url(wanted)


@pytest.fixture
async def held() -> AsyncIterator[HeldWorkers]:
    workers = HeldWorkers()
    yield workers
    await workers.close()


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


async def test_giving_up_ends_at_once_and_the_picture_at_hand_is_still_made(
    held: HeldWorkers, red_circle: PromptImage
) -> None:
    engine = RemoteEngine(100, 10**6, {}, held)
    second = PromptImage(red_circle.path, "0" * 64, "second.png")
    work = asyncio.create_task(engine.prepare(question(red_circle, second)))
    await held.begun.wait()
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    held.may_go_on.set()
    await engine.prepare(question(red_circle))
    assert held.opened == [red_circle.name]


async def test_a_turn_that_comes_in_between_waits_for_its_picture_instead_of_making_it_again(
    held: HeldWorkers, red_circle: PromptImage
) -> None:
    urls = PictureUrls(100, 10**6, held)
    first = asyncio.create_task(urls.find(red_circle))
    await held.begun.wait()
    second = asyncio.create_task(urls.find(red_circle))
    await asyncio.sleep(0)
    held.may_go_on.set()
    assert await first is await second
    assert held.opened == [red_circle.name]


async def test_an_answer_waits_for_the_one_before_it(
    engine: RemoteEngine, fake: Any, ask: Any, red_circle: PromptImage
) -> None:
    begun, are_both = [], asyncio.Event()

    async def chat(exchange: Any) -> None:
        begun.append(exchange)
        if len(begun) == 2:
            are_both.set()
        await exchange.start()
        if len(begun) == 1:
            with suppress(TimeoutError):
                await asyncio.wait_for(are_both.wait(), 0.3)
            assert not are_both.is_set()
        await exchange.text("A circle", "stop")
        await exchange.end()

    fake.chat = chat
    await engine.load(fake.url, lambda _: None)
    asked = PromptMessage.of("user", "What is it?", (red_circle,))
    answers = await asyncio.gather(*(ask(engine, asked) for _ in range(2)))
    assert len(begun) == len(answers) == 2
