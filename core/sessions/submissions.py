"""Taking turns in: questions are stored and their answers queued."""

from collections.abc import Iterator
from contextlib import contextmanager

from ..conversation import Attachment, StartedTurn
from ..engine.engine import Engine
from ..errors import BadRequest
from ..messages.events import ConversationsChanged, TurnQueued
from ..messages.requests import EditQuestion, RegenerateAnswer, SubmitTurn
from ..store.archive import Archive
from .open_turn import OpenTurn
from .subscribers import Subscriber, Subscribers
from .turn_queue import TurnQueue
from .work_ahead import Preparations


class Submissions:
    """Starts turns; a conversation has one at a time."""

    def __init__(
        self,
        engine: Engine,
        archive: Archive,
        turns: TurnQueue,
        preparations: Preparations,
        subscribers: Subscribers,
    ) -> None:
        self._engine = engine
        self._archive = archive
        self._turns = turns
        self._preparations = preparations
        self._subscribers = subscribers
        self._reserved: set[int] = set()
        self.are_closed = False
        """Whether no more turns are taken, because the core ends."""

    async def take(
        self, request: SubmitTurn | EditQuestion | RegenerateAnswer, client: Subscriber
    ) -> TurnQueued:
        """Stores what is asked, queues the answer and lets the client follow it.

        Raises:
            SeeshellError: nothing was changed.
        """
        _check_content(request)
        if self.are_closed:
            raise BadRequest("The core is ending: start it again.")
        with self.reserve(request.conversation), self._preparations.paused():
            await self._turns.store_again()
            started = await self._start(request)
            queued = TurnQueued(
                conversation=started.conversation,
                user_message=started.question,
                answer=started.answer,
            )
            self._subscribers.follow(client, started.conversation)
            self._subscribers.publish_to_followers(started.conversation, queued, but=client)
            self._subscribers.publish(ConversationsChanged())
            self._preparations.fulfil(client, request.conversation, started.conversation)
            self._turns.add(OpenTurn(started))
        return queued

    @contextmanager
    def reserve(self, conversation: int | None) -> Iterator[None]:
        """Keeps turns and changes of branch out of a conversation for the time of the block.

        Raises:
            BadRequest: it is being answered, or about to be.
        """
        if conversation is None:
            yield
            return
        if conversation in self._reserved or self._turns.find(conversation):
            raise BadRequest("This conversation is being answered: wait, or stop the answer.")
        self._reserved.add(conversation)
        try:
            yield
        finally:
            self._reserved.discard(conversation)

    async def _start(self, request: SubmitTurn | EditQuestion | RegenerateAnswer) -> StartedTurn:
        run, store = self._archive.run, self._archive.store
        match request:
            case SubmitTurn(conversation=conversation, text=text, attachments=hashes):
                pictures = await self._find_pictures(hashes)
                return await run(store.start_turn, conversation, text, pictures)
            case EditQuestion(conversation=it, message=message, text=text, attachments=hashes):
                pictures = await self._find_pictures(hashes)
                return await run(store.edit_question, it, message, text, pictures)
            case RegenerateAnswer(conversation=it, message=message):
                return await run(store.regenerate_answer, it, message)

    async def _find_pictures(self, hashes: tuple[str, ...]) -> list[Attachment]:
        found = await self._archive.find_pictures(hashes)
        return [await self._engine.measure(picture) for picture in found]


def _check_content(request: SubmitTurn | EditQuestion | RegenerateAnswer) -> None:
    if isinstance(request, RegenerateAnswer) or request.text.strip() or request.attachments:
        return
    raise BadRequest("There is nothing to send: write a question or attach a picture.")
