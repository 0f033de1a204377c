"""What clients ask about rolls: to start, resume, retry and stop them, and to go on from a row."""

from typing import Final
from uuid import uuid4

from ...errors import BadRequest
from ...messages.events import AnyEvent, ConversationOpened, Done
from ...messages.roll_events import RollDeleted, RollOpened, RollRowChanged, RollsListed
from ...messages.roll_requests import (
    DeleteRoll,
    ForkRow,
    ListRolls,
    OpenRoll,
    ResumeRoll,
    RetryRows,
    RollRequest,
    StartRoll,
    StopRoll,
)
from ...roll import Roll
from ...store.roll_archive import RollArchive
from ..subscribers import RollNumber, Subscriber, Subscribers
from ..turn_options import TurnOptions
from .rolling import Rolling

_MOST_PICTURES: Final = 20_000
"""Of one roll."""


class Rolls:
    """Stored rolls, and those that run."""

    def __init__(
        self,
        archive: RollArchive,
        rolling: Rolling,
        subscribers: Subscribers,
        options: TurnOptions,
    ) -> None:
        self._archive = archive
        self._rolling = rolling
        self._subscribers = subscribers
        self._options = options

    async def carry_out(self, request: RollRequest, client: Subscriber) -> tuple[AnyEvent, ...]:
        """Does what the client asks; returns the reply and the events to send right after it.

        Raises:
            SeeshellError: nothing was changed.
        """
        match request:
            case StartRoll():
                return (await self._start(request, client),)
            case ListRolls():
                rolls = await self._archive.list_all()
                return (RollsListed(rolls=tuple(map(self._rolling.summarise, rolls))),)
            case OpenRoll(roll=roll):
                async with self._rolling.held:
                    return (self._open(await self._archive.read(roll), client),)
            case ResumeRoll(roll=roll):
                await self._rolling.settle(roll)
                async with self._rolling.held:
                    self._begin(await self._archive.read(roll), client)
            case RetryRows():
                await self._retry(request, client)
            case StopRoll(roll=roll):
                await self._rolling.stop(roll)
            case DeleteRoll(roll=roll):
                await self._rolling.stop(roll)
                await self._archive.remove(roll)
                self._subscribers.publish(RollDeleted(roll=roll))
            case ForkRow(roll=roll, row=row):
                return (await self._fork(roll, row, client),)
        return (Done(),)

    async def _start(self, request: StartRoll, client: Subscriber) -> RollOpened:
        question = request.question
        if not question.text.strip():
            raise BadRequest("There is nothing to ask about the pictures: write a question.")
        if not request.pictures:
            raise BadRequest("There is no picture to ask about: name files or a folder.")
        if len(request.pictures) > _MOST_PICTURES:
            raise BadRequest(
                f"{len(request.pictures):,} pictures are more than a roll may have "
                f"({_MOST_PICTURES:,}): start several."
            )
        self._options.check(question.choices, question.options)
        uuid = request.uuid or uuid4().hex
        async with self._rolling.held:
            roll = await self._archive.start(uuid, question, request.pictures)
            self._begin(roll, client)
            return self._open(roll, client)

    def _begin(self, roll: Roll, client: Subscriber) -> None:
        self._rolling.begin(roll, self._subscribers.environment_of(client))

    def _open(self, roll: Roll, client: Subscriber) -> RollOpened:
        self._subscribers.follow(client, RollNumber(roll.summary.id))
        return RollOpened(roll=self._rolling.show(roll))

    async def _retry(self, request: RetryRows, client: Subscriber) -> None:
        await self._rolling.settle(request.roll)
        async with self._rolling.held:
            running = self._rolling.find(request.roll)
            begun = frozenset(running.begun) if running else frozenset()
            roll = await self._archive.reset_rows(request.roll, request.rows, begun)
            for row in roll.rows:
                if row.state == "waiting" and row.position not in begun:
                    event = RollRowChanged(roll=request.roll, row=row)
                    self._subscribers.publish_to_followers(RollNumber(request.roll), event)
            self._begin(roll, client)

    async def _fork(self, roll: int, row: int, client: Subscriber) -> ConversationOpened:
        conversation = await self._archive.fork(roll, row)
        self._subscribers.follow(client, conversation.summary.id)
        self._subscribers.changed.add(conversation.summary.id)
        return ConversationOpened(conversation=conversation)
