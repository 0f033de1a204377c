"""What clients ask about stored conversations: list, open, change, fork, delete, restore."""

from typing import assert_never

from ..conversation import Conversation, Queue, has_words
from ..errors import BadRequest
from ..generation_options import NO_CHOICES
from ..messages.events import (
    AnyEvent,
    ChoicesChanged,
    ConversationDeleted,
    ConversationOpened,
    ConversationRestored,
    ConversationsListed,
    Done,
    QuestionsFound,
)
from ..messages.library_requests import DeleteBranch, RestoreBranch
from ..messages.requests import (
    ChooseForConversation,
    CorrectAnswer,
    DeleteConversation,
    FindQuestions,
    ForkConversation,
    LeaveOut,
    LeavePrivate,
    ListConversations,
    OpenConversation,
    RenameConversation,
    RestoreConversation,
    SwitchBranch,
)
from ..store.archive import Archive
from .answering import Answering
from .private_ends import PrivateEnds
from .queue import Queues, queue_of
from .subscribers import Subscriber, Subscribers
from .turn_options import TurnOptions
from .work_ahead import WorkAhead

BranchChange = SwitchBranch | LeaveOut | CorrectAnswer | DeleteBranch | RestoreBranch
"""A request that changes what is shown of a conversation, or what later prompts repeat of it."""

ConversationRequest = (
    ListConversations
    | FindQuestions
    | OpenConversation
    | RenameConversation
    | ChooseForConversation
    | ForkConversation
    | BranchChange
    | DeleteConversation
    | RestoreConversation
    | LeavePrivate
)
"""A request that `Conversations` carries out."""


class Conversations:
    """Reads and changes conversations while their turns come and go."""

    def __init__(
        self,
        archive: Archive,
        queues: Queues,
        answering: Answering,
        ahead: WorkAhead,
        subscribers: Subscribers,
        options: TurnOptions,
    ) -> None:
        self._archive = archive
        self._queues = queues
        self._answering = answering
        self._ahead = ahead
        self._subscribers = subscribers
        self._options = options
        self.private_ends = PrivateEnds(archive, subscribers, self._close)
        """Closes the private ones of clients that have gone."""

    async def carry_out(
        self, request: ConversationRequest, client: Subscriber
    ) -> tuple[AnyEvent, ...]:
        """Does what the client asks; returns the reply and the events to send right after it.

        Raises:
            SeeshellError: nothing was changed.
        """
        match request:
            case ListConversations(query=query, limit=limit):
                return (await self._list(query, limit),)
            case FindQuestions(query=query, limit=limit):
                questions = await self._archive.find_questions(query, limit)
                return (QuestionsFound(questions=questions),)
            case OpenConversation(conversation=conversation):
                return await self._open(conversation, client)
            case RenameConversation(conversation=conversation, title=title):
                await self._archive.rename_conversation(conversation, title)
                return self._changed(request.conversation)
            case ForkConversation():
                return (await self._fork(request, client),)
            case ChooseForConversation():
                await self._choose(request)
                return self._changed(request.conversation)
            case _ if isinstance(request, BranchChange):
                return (await self._change_branch(request, client),)
            case DeleteConversation(conversation=conversation):
                await self._close(conversation, client)
                return (Done(),)
            case RestoreConversation(conversation=conversation):
                await self._restore(conversation)
                restored = ConversationRestored(conversation=conversation)
                self._subscribers.publish_to_followers(conversation, restored, but=client)
                return self._changed(request.conversation)
            case LeavePrivate():
                await self.private_ends.leave(client)
                return (Done(),)
            case _:
                assert_never(request)

    async def _list(self, query: str, limit: int) -> ConversationsListed:
        found = await self._archive.list_conversations(query, limit)
        return ConversationsListed(conversations=found)

    def _changed(self, conversation: int) -> tuple[AnyEvent, ...]:
        self._subscribers.changed.add(conversation)
        return (Done(),)

    async def _open(self, conversation: int, client: Subscriber) -> tuple[AnyEvent, ...]:
        async with self._queues.hold(conversation):
            stored = await self._archive.read_conversation(conversation)
            self._subscribers.follow(client, conversation)
            shown, replay = self._answering.show(stored)
        return (ConversationOpened(conversation=shown), *replay)

    async def _fork(self, request: ForkConversation, client: Subscriber) -> ConversationOpened:
        async with self._queues.hold(request.conversation):
            self._answering.check_none_open(request.conversation)
            await self._answering.ends.store_again()
            fork = await self._archive.fork_conversation(request.conversation, request.message)
        self._subscribers.follow(client, fork.summary.id)
        self._subscribers.changed.add(fork.summary.id)
        return ConversationOpened(conversation=fork)

    async def _choose(self, request: ChooseForConversation) -> None:
        kept = await self._archive.find_choices((request.conversation,))
        before = kept.get(request.conversation, NO_CHOICES)
        if request.choices.preset != before.preset:
            self._options.check(request.choices)
        with self._ahead.paused():
            await self._archive.choose_for_conversation(request.conversation, request.choices)
        changed = ChoicesChanged(conversation=request.conversation, choices=request.choices)
        self._subscribers.publish_to_followers(request.conversation, changed)

    async def _change_branch(self, request: BranchChange, client: Subscriber) -> ConversationOpened:
        """Changes what is shown of a conversation, or what later prompts repeat of it."""
        conversation = request.conversation
        with self._ahead.paused():
            async with self._queues.hold(conversation):
                self._answering.check_none_open(conversation)
                if not isinstance(request, LeaveOut):
                    # What waits gets its place below the head, which this may move.
                    self._queues.check_none_queued(conversation)
                await self._answering.ends.store_again()
                opened = ConversationOpened(conversation=await self._store_change(request))
                self._subscribers.follow(client, conversation)
                self._subscribers.publish_to_followers(conversation, opened, but=client)
        self._subscribers.changed.add(conversation)
        return opened

    async def _store_change(self, request: BranchChange) -> Conversation:
        match request:
            case SwitchBranch(conversation=it, message=message):
                return await self._archive.switch_branch(it, message)
            case LeaveOut(conversation=it, messages=messages, pictures=pictures):
                return await self._archive.leave_out(
                    it, messages, pictures, is_left_out=request.is_left_out
                )
            case CorrectAnswer(conversation=it, message=message, text=text):
                if not has_words(text):
                    raise BadRequest("A corrected answer needs words: write what it should say.")
                return await self._archive.correct_answer(it, message, text)
            case DeleteBranch(conversation=it, message=message):
                return await self._archive.library.delete_branch(it, message)
            case RestoreBranch(conversation=it, message=message):
                return await self._archive.library.restore_branch(it, message)

    async def _close(self, conversation: int, closed_by: Subscriber | None = None) -> None:
        """Deletes the conversation and tells all but the client that has closed it."""
        await self._delete(conversation)
        deleted = ConversationDeleted(conversation=conversation)
        self._subscribers.publish_to_followers(conversation, deleted, but=closed_by)
        self._subscribers.changed.add(conversation)

    async def _delete(self, conversation: int) -> None:
        """Hides the conversation; returns when its KV and spills are gone too."""
        with self._ahead.paused():
            while not await self._hide(conversation):
                turn = self._answering.find(conversation)
                if turn is not None:
                    await self._answering.stop(turn)
            await self._ahead.forget(conversation)

    async def _hide(self, conversation: int) -> bool:
        """Marks a conversation as deleted, unless a turn is open in it; returns whether it did."""
        async with self._queues.hold(conversation):
            if self._answering.find(conversation) is not None:
                return False
            await self._archive.delete_conversation(conversation)
            self._queues.put(conversation, Queue())
        return True

    async def _restore(self, conversation: int) -> None:
        async with self._queues.hold(conversation):
            await self._archive.restore_conversation(conversation)
            stored = await self._archive.read_conversation(conversation)
            self._queues.put(conversation, queue_of(stored))
