"""Rolls as a window asks for them: one question over many pictures, begun, watched and changed."""

import asyncio
from collections.abc import Sequence
from typing import Final
from uuid import uuid4

from msgspec.structs import replace

from ...core.errors import ImageError
from ...core.excerpt import NamedPicture
from ...core.generation_options import ConversationChoices
from ...core.messages.events import AnyEvent
from ...core.messages.roll_events import RollDeleted, RollOpened, RollsListed
from ...core.messages.roll_requests import (
    DeleteRoll,
    ListRolls,
    OpenRoll,
    ResumeRoll,
    RetryRows,
    StartRoll,
    StopRoll,
)
from ...core.roll import RollQuestion, RollSummary
from .core_link import CoreLink, Post
from .events import NoticeTold, RequestRefused, RollProgressed
from .shown_roll import ShownRoll

NOT_PRIVATE: Final = (
    "Rolls are stored, and nothing of a private conversation may be: start a new conversation "
    "first."
)

_LOST: Final = "The core is lost; once it is started again, let the roll go on."


class Rolls:
    """The roll that a window shows, if any, and what is asked of the core about rolls."""

    def __init__(self, link: CoreLink, post: Post) -> None:
        self._link = link
        self._post = post
        self.shown: ShownRoll | None = None
        """The one that is followed; None before the first."""

    def note(self, event: AnyEvent) -> None:
        """Takes in an event of the core."""
        if self.shown is None:
            return
        if isinstance(event, RollDeleted) and event.roll == self.shown.id:
            self.shown = None
            self._post(RollProgressed(None))
            return
        before = self.shown.summary
        row = self.shown.take_in(event)
        if row is not None or self.shown.summary is not before:
            self._post(RollProgressed(row.position if row else None))

    def forget_core(self) -> None:
        """Notes that nothing more is heard of the roll until it is followed again."""
        if self.shown is not None and self.shown.summary.is_running:
            self.shown.summary = replace(self.shown.summary, is_running=False, problem=_LOST)
            self._post(RollProgressed(None))

    async def follow_again(self) -> None:
        """Follows the roll on screen at another core, or after the line was lost."""
        if self.shown is not None:
            await self._show(OpenRoll(roll=self.shown.id))

    async def start(
        self, pictures: Sequence[str | NamedPicture], text: str, choices: ConversationChoices
    ) -> bool:
        """Starts a roll and shows it; returns whether that was done.

        Args:
            pictures: files, folders, globs and notations, or what was picked.
            text: the question.
            choices: which model answers, and by which preset.
        """
        try:
            # Reads patterns and names of files: the app starts without.
            from .roll_pictures import find_pictures

            found = await asyncio.to_thread(find_pictures, pictures)
        except ImageError as error:
            self._post(RequestRefused(str(error)))
            return False
        for problem in found.problems:
            self._post(NoticeTold(problem))
        question = RollQuestion(text, choices=choices)
        return await self._show(
            StartRoll(question=question, pictures=found.pictures, uuid=uuid4().hex)
        )

    async def open(self, roll: int) -> bool:
        """Shows a roll that is stored; returns whether that was done."""
        return await self._show(OpenRoll(roll=roll))

    async def read_all(self) -> tuple[RollSummary, ...]:
        """Returns all rolls, newest first; none where the core can't be asked."""
        reply = await self._link.ask(ListRolls())
        return reply.rolls if isinstance(reply, RollsListed) else ()

    async def turn(self) -> None:
        """Stops the roll on screen, or lets it go on."""
        if self.shown is not None:
            is_running, roll = self.shown.summary.is_running, self.shown.id
            await self._link.ask(StopRoll(roll=roll) if is_running else ResumeRoll(roll=roll))

    async def retry(self, *rows: int) -> None:
        """Has rows answered again, by their positions; without any all that failed."""
        if self.shown is not None:
            await self._link.ask(RetryRows(roll=self.shown.id, rows=rows))

    async def delete(self, roll: int) -> None:
        """Removes a roll for good."""
        await self._link.ask(DeleteRoll(roll=roll))

    async def _show(self, request: StartRoll | OpenRoll) -> bool:
        reply = await self._link.ask(request)
        if not isinstance(reply, RollOpened):
            return False
        self.shown = ShownRoll(reply.roll)
        self._post(RollProgressed(None))
        return True
