"""What clients ask about turns: to submit and stop them, and to change what is queued."""

from collections.abc import Iterator
from uuid import uuid4

from ..conversation import Attachment, Message, Queue, Queued
from ..errors import BadRequest
from ..generation_options import (
    NO_CHOICES,
    NO_OPTIONS,
    ConversationChoices,
    GenerationOptions,
)
from ..messages.events import AnyEvent, ChoicesChanged, TurnEnded, TurnFailed, TurnStarted
from ..messages.library_requests import ContinueAnswer
from ..messages.queue_events import QueueChanged, TurnQueued
from ..messages.queue_requests import EditQueued, MoveQueued, RemoveQueued, ResumeQueue
from ..messages.requests import EditQuestion, RegenerateAnswer, SubmitTurn
from ..private_ids import is_private
from ..store.archive import Archive
from ..store.stored_turns import NewQuestion
from .answering import Answering
from .model_loader import ModelLoader
from .queue import Queues, queue_of
from .subscribers import Subscriber
from .turn_options import TurnOptions
from .work_ahead import WorkAhead

TurnRequest = SubmitTurn | EditQuestion | RegenerateAnswer | ContinueAnswer
"""A request that brings a turn."""


class Turns:
    """Queues turns and changes queues, one request after the other in each conversation."""

    def __init__(
        self,
        archive: Archive,
        queues: Queues,
        answering: Answering,
        ahead: WorkAhead,
        loader: ModelLoader,
        options: TurnOptions,
    ) -> None:
        self._archive = archive
        self._queues = queues
        self._answering = answering
        self._ahead = ahead
        self._loader = loader
        self._options = options
        self.are_closed = False
        """Whether no more turns are taken in, because the core ends."""

    async def take_in(self, request: TurnRequest, client: Subscriber) -> tuple[AnyEvent, ...]:
        """Stores what is asked as a queued turn; the client follows it.

        Without a model the one that failed to load is tried again.

        Raises:
            SeeshellError: nothing was changed.
        """
        if isinstance(request, SubmitTurn | EditQuestion):
            _check_content(request)
        if self.are_closed:
            raise BadRequest("The core is ending: start it again.")
        more: list[AnyEvent]
        with self._ahead.paused():
            async with self._queues.hold(request.conversation):
                queued = await self._store(request)
                self._ahead.submitted(client, request.conversation, queued.conversation)
                if queued.is_new:
                    more = [*self._tell_choices(request, queued, client)]
                    more.append(await self._line_up(queued, client))
            if not queued.is_new:
                async with self._queues.hold(queued.conversation):
                    more = await self._tell_again(queued, client)
        self._loader.retry()
        return TurnQueued(conversation=queued.conversation, turn=queued.turn), *more

    async def change_queue(
        self, request: EditQueued | MoveQueued | RemoveQueued | ResumeQueue, client: Subscriber
    ) -> None:
        """Changes what is queued in a conversation; resuming asks for a model as submitting does.

        What an earlier core left in a queue is computed for the client that resumes it.

        Raises:
            SeeshellError: nothing was changed.
        """
        if isinstance(request, EditQueued):
            _check_content(request)
        async with self._queues.hold(request.conversation):
            match request:
                case EditQueued(conversation=it, turn=turn, text=text):
                    pictures = await self._read_pictures(request, NO_OPTIONS)
                    queue = await self._archive.turns.edit_queued(it, turn, text, pictures)
                case MoveQueued(conversation=it, turn=turn, before=before):
                    queue = await self._archive.turns.move_queued(it, turn, before)
                case RemoveQueued(conversation=it, turn=turn):
                    queue = queue_of(await self._archive.turns.remove_queued(it, turn))
                case ResumeQueue(conversation=it):
                    queue = await self._archive.turns.resume_queue(it)
                    self._note_environment(queue, client)
                    self._loader.retry()
            self._queues.change(request.conversation, queue)

    async def stop(self, conversation: int) -> None:
        """Ends the open turn as `cancelled`, else the one that would be taken next.

        What else is queued in the conversation is paused. Returns when that is stored.
        """
        async with self._queues.hold(conversation):
            turn = self._answering.find(conversation)
            if turn is None:
                waiting = await self._answering.take(conversation)
                if waiting is not None:
                    await self._answering.cancel(waiting)
        if turn is not None:
            await self._answering.stop(turn)

    async def _store(self, request: TurnRequest) -> Queued:
        turn = request.turn or uuid4().hex
        if not isinstance(request, SubmitTurn):
            self._answering.check_none_open(request.conversation, but=turn)
            self._queues.check_none_in_line(request.conversation, but=turn)
        if isinstance(request, ContinueAnswer):
            self._answering.check_can_continue()
        own = NO_OPTIONS if isinstance(request, ContinueAnswer) else request.options
        self._options.check(await self._find_choices(request), own)
        match request:
            case SubmitTurn(conversation=conversation, choices=choices):
                if conversation is not None:
                    self._queues.check_room(conversation, turn)
                question = await self._read_question(turn, request)
                return await self._archive.turns.submit(
                    conversation, question, choices, is_private=request.is_private
                )
            case EditQuestion(conversation=it, message=message):
                question = await self._read_question(turn, request)
                return await self._archive.turns.edit(it, message, question)
            case RegenerateAnswer(conversation=it, message=message, options=options):
                return await self._archive.turns.regenerate(turn, it, message, options)
            case ContinueAnswer(conversation=it, message=message):
                return await self._archive.turns.go_on(turn, it, message)

    async def _find_choices(self, request: TurnRequest | EditQueued) -> ConversationChoices:
        """Returns what the conversation of a turn will keep."""
        if isinstance(request, SubmitTurn) and request.choices is not None:
            return request.choices
        if request.conversation is None:
            return NO_CHOICES
        found = await self._archive.find_choices((request.conversation,))
        return found.get(request.conversation, NO_CHOICES)

    async def _read_question(self, turn: str, request: SubmitTurn | EditQuestion) -> NewQuestion:
        pictures = await self._read_pictures(request, request.options)
        return NewQuestion(turn, request.text, pictures, request.options)

    async def _read_pictures(
        self, request: SubmitTurn | EditQuestion | EditQueued, own: GenerationOptions
    ) -> list[Attachment]:
        """Returns the pictures of a question; its preset counts for those with a detail."""
        found = await self._archive.pictures.find(
            request.attachments, is_private=_is_private(request)
        )
        if not request.details:
            return found
        options = self._options.resolve(await self._find_choices(request), own)
        return self._options.with_details(found, request.details, options)

    async def _line_up(self, queued: Queued, client: Subscriber) -> QueueChanged:
        """Gives a new turn its place: behind all others, or before those that are paused.

        A question that is edited or answered again in front of a paused queue is how the user
        goes on after a failed turn, so the queue is resumed behind it.
        """
        conversation, turn = queued.conversation, queued.turn
        waiting = self._queues.order.find(conversation).turns
        changed = self._queues.add(queued, client)
        self._note_environment(Queue((turn,)), client)
        if turn.kind == "submit" or not waiting:
            return changed
        await self._archive.turns.move_queued(conversation, turn.id, waiting[0].id)
        queue = await self._archive.turns.resume_queue(conversation)
        self._note_environment(queue, client)
        return self._queues.change(conversation, queue, but=client)

    def _tell_choices(
        self,
        request: TurnRequest,
        queued: Queued,
        client: Subscriber,
    ) -> Iterator[ChoicesChanged]:
        """Yields, for the client, what the conversation keeps from now on; others are told."""
        if isinstance(request, SubmitTurn) and request.choices is not None:
            changed = ChoicesChanged(conversation=queued.conversation, choices=request.choices)
            self._queues.tell_followers(changed, but=client)
            yield changed

    async def _tell_again(self, queued: Queued, client: Subscriber) -> list[AnyEvent]:
        """Returns what became of a turn that was sent again, for the client that did."""
        conversation, turn = queued.conversation, queued.turn.id
        self._queues.follow(client, conversation)
        running = self._answering.find(conversation)
        if running is not None and running.started.id == turn:
            return [running.start(), *running.replay()]
        stored, _ = self._answering.show(await self._archive.read_conversation(conversation))
        messages = {message.id: message for message in stored.messages}
        for answer in stored.messages:
            if answer.turn == turn and answer.role == "assistant" and answer.parent_id:
                return _tell_ended(conversation, messages[answer.parent_id], answer)
        queue = queue_of(stored)
        self._note_environment(queue, client)
        return [self._queues.put(conversation, queue, but=client)]

    def _note_environment(self, queue: Queue, client: Subscriber) -> None:
        """Lets turns be computed in the client's environment, and forgets those of ended ones."""
        running = self._answering.running
        unended = self._queues.order.turn_ids | ({running.started.id} if running else set())
        self._answering.environments.keep_only(unended)
        self._answering.environments.note((turn.id for turn in queue.turns), client)


def _tell_ended(conversation: int, question: Message, answer: Message) -> list[AnyEvent]:
    """Returns the events of a turn that has ended already."""
    started = TurnStarted(
        conversation=conversation, turn=answer.turn, user_message=question, answer=answer
    )
    ended: TurnEnded | TurnFailed
    if answer.finish_reason == "failed":
        ended = TurnFailed(
            conversation=conversation, message=answer, error="TurnError", sentence=answer.error
        )
    else:
        ended = TurnEnded(conversation=conversation, message=answer)
    return [started, ended]


def _is_private(request: SubmitTurn | EditQuestion | EditQueued) -> bool:
    """Whether the conversation of a turn is, or will be, a private one."""
    if request.conversation is not None:
        return is_private(request.conversation)
    return isinstance(request, SubmitTurn) and request.is_private


def _check_content(request: SubmitTurn | EditQuestion | EditQueued) -> None:
    if not request.text.strip() and not request.attachments:
        raise BadRequest("There is nothing to send: write a question or attach a picture.")
