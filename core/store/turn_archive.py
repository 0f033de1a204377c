"""Turns on disk, or in memory those of private conversations, without the loop ever waiting."""

from collections.abc import Sequence

from ..conversation import Attachment, Conversation, Message, Part, Queue, Queued, StartedTurn
from ..generation_options import NO_OPTIONS, ConversationChoices, GenerationOptions
from .store_thread import StoreThread
from .stored_turns import NewQuestion
from .stores import Place


class TurnArchive:
    """Turns from their submission to their end, on the store's one thread.

    Raises:
        NotStored, StoreError: as from `Archive`.
    """

    def __init__(self, thread: StoreThread, place: Place) -> None:
        """Works on the store's thread; `place` says where a conversation is."""
        self._run = thread.run
        self._place = place

    async def submit(
        self,
        conversation: int | None,
        question: NewQuestion,
        choices: ConversationChoices | None = None,
        *,
        is_private: bool = False,
    ) -> Queued:
        """Stores a question at the end of the queue; without a conversation one is made.

        The same turn again stores nothing, whether it is still queued, open or ended.

        Args:
            conversation: where; None makes one.
            question: what is asked.
            choices: what the conversation keeps from now on; None leaves it as it is.
            is_private: whether one that is made is kept in memory alone.
        """
        turns = self._place.of(conversation, is_private=is_private).turns
        return await self._run(turns.submit, conversation, question, choices)

    async def edit(self, conversation: int, message: int, question: NewQuestion) -> Queued:
        """Stores a question that will stand beside an earlier one, as `submit` does."""
        return await self._run(
            self._place.of(conversation).turns.edit, conversation, message, question
        )

    async def regenerate(
        self,
        turn: str,
        conversation: int,
        message: int | None,
        options: GenerationOptions = NO_OPTIONS,
    ) -> Queued:
        """Queues another answer to a question, as `submit` does.

        Args:
            turn: id of the turn.
            conversation: where.
            message: the earlier answer, or its question; None for the last one that is shown.
            options: how the answer is to be given.
        """
        return await self._run(
            self._place.of(conversation).turns.regenerate, turn, conversation, message, options
        )

    async def go_on(self, turn: str, conversation: int, answer: int) -> Queued:
        """Queues going on with the last answer that is shown, as `submit` does.

        Raises:
            NotStored: it was not cut off after it had begun.
        """
        return await self._run(self._place.of(conversation).turns.go_on, turn, conversation, answer)

    async def start(
        self, turn: str, measured: Sequence[Attachment] = (), *, is_private: bool = False
    ) -> StartedTurn:
        """Takes a turn out of its queue, gives its question a place and opens its answer.

        Args:
            turn: id of the turn.
            measured: the question's pictures in order, as the model sees them; empty to keep
                what is stored.
            is_private: whether its conversation is in memory alone.
        """
        turns = self._place.of(None, is_private=is_private).turns
        return await self._run(turns.start, turn, measured)

    async def edit_queued(
        self, conversation: int, turn: str, text: str, attachments: Sequence[Attachment]
    ) -> Queue:
        """Replaces text and pictures of a queued question."""
        return await self._run(
            self._place.of(conversation).turns.edit_queued, conversation, turn, text, attachments
        )

    async def move_queued(self, conversation: int, turn: str, before: str | None) -> Queue:
        """Puts a queued turn before another one; None puts it at the end."""
        return await self._run(
            self._place.of(conversation).turns.move_queued, conversation, turn, before
        )

    async def remove_queued(self, conversation: int, turn: str) -> Conversation | None:
        """Takes a turn out of the queue, and its question out of the store.

        Returns the conversation, or None if the turn had made it and it is gone.
        """
        return await self._run(self._place.of(conversation).turns.remove_queued, conversation, turn)

    async def pause_queue(self, conversation: int) -> Queue:
        """Lets the queued turns wait for the user; without any nothing is paused."""
        return await self._run(
            self._place.of(conversation).turns.set_paused, conversation, is_paused=True
        )

    async def resume_queue(self, conversation: int) -> Queue:
        """Lets the queued turns wait for the engine only."""
        return await self._run(
            self._place.of(conversation).turns.set_paused, conversation, is_paused=False
        )

    async def read_queues(self) -> dict[int, Queue]:
        """Returns the queues that are not empty, by conversation, the oldest first."""
        return await self._run(self._place.stored.turns.read_queues)

    async def save_answer(self, message: int, parts: Sequence[Part]) -> None:
        """Stores what an open answer consists of so far, thoughts and text."""
        await self._run(self._place.of(message).turns.save_answer, message, parts)

    async def end_answer(self, conversation: int, answer: Message) -> None:
        """Stores a complete, stopped or failed answer, in a deleted conversation too."""
        await self._run(self._place.of(conversation).turns.end_answer, conversation, answer)

    async def withdraw(self, started: StartedTurn) -> Conversation | None:
        """Takes out again what a started turn added; its pictures stay, to be sent again.

        Returns the conversation as it was before, or None if the turn had made it and it is gone.
        """
        return await self._run(self._place.of(started.conversation).turns.withdraw, started)
