"""A log alone in an app, and conversations to show in it."""

import asyncio
from collections.abc import Callable

from rich.segment import Segment
from textual import on
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.strip import Strip

from seeshell.core.conversation import Attachment, Message
from seeshell.core.pictures.jobs import DrawnMark
from seeshell.tui.log import ChatLog
from seeshell.tui.log.drawn_pictures import PictureOrder
from seeshell.tui.pictures import DrawnPicture

from ...messages import answer, question
from ...patience import PATIENCE

PHOTO = Attachment("ab" * 32, "photo.jpg", 400, 300)
SIZE = (60, 20)


class LogApp(App[None]):
    """A log alone, and what it posts."""

    def __init__(self, messages: list[Message]) -> None:
        super().__init__()
        self.messages = messages
        self.posted: list[str | Attachment] = []
        self.asked: list[tuple[str, int, int]] = []
        self.marked: list[tuple[DrawnMark, ...]] = []
        self.may_draw = asyncio.Event()

    def compose(self) -> ComposeResult:
        yield ChatLog(self.draw)

    def on_mount(self) -> None:
        self.query_one(ChatLog).show_messages(self.messages)
        self.query_one(ChatLog).focus()

    async def draw(self, order: PictureOrder) -> DrawnPicture:
        self.asked.append((order.attachment.name, *order.bounds))
        self.marked.append(order.marks)
        await self.may_draw.wait()
        return DrawnPicture(16, 6, [Strip([Segment("▓" * 16)])] * 6)

    @on(ChatLog.LinkOpened)
    def _keep_link(self, event: ChatLog.LinkOpened) -> None:
        self.posted.append(event.href)

    @on(ChatLog.PictureOpened)
    def _keep_picture(self, event: ChatLog.PictureOpened) -> None:
        self.posted.append(event.attachment)


def conversation(count: int) -> list[Message]:
    """Messages of very different heights, which estimates get wrong."""
    texts = ("short", "- a\n\n\n\n- b\n\n\n\n- c", "word " * 100, "```\nx\n```\n" * 9)
    return [
        (answer if number % 2 else question)(number, f"Message {number}\n\n{texts[number % 4]}")
        for number in range(count)
    ]


def screen_lines(log: ChatLog) -> list[str]:
    return [log.render_line(y).text.rstrip()[1:] for y in range(log.size.height)]


def log_of(pilot: Pilot[None]) -> ChatLog:
    return pilot.app.query_one(ChatLog)


async def until(pilot: Pilot[None], is_true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not is_true():
            await pilot.pause()
