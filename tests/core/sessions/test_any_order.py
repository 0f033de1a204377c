"""Requests in any order: what clients are told agrees with the disk, and no question is lost."""

import asyncio
import shutil
import tempfile
from collections.abc import Coroutine
from typing import Any, TypeVar

import hypothesis
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from seeshell.core.conversation import Conversation, Message, QueuedTurn
from seeshell.core.errors import (
    BadRequest,
    NotStored,
    OutOfMemory,
    PromptTooLong,
    SeeshellError,
)
from seeshell.core.messages.events import (
    AnyEvent,
    ConversationOpened,
    TurnEnded,
    TurnFailed,
    TurnStarted,
    TurnWithdrawn,
)
from seeshell.core.messages.model_requests import LoadModel
from seeshell.core.messages.queue_events import QueueChanged, TurnQueued
from seeshell.core.messages.queue_requests import EditQueued, MoveQueued, RemoveQueued, ResumeQueue
from seeshell.core.messages.requests import (
    AnyRequest,
    DeleteConversation,
    EditQuestion,
    ForkConversation,
    OpenConversation,
    RegenerateAnswer,
    RestoreConversation,
    StopTurn,
    SubmitTurn,
    SwitchBranch,
)
from seeshell.core.pictures.workers import PictureWorkers
from seeshell.core.sessions.sessions import Sessions
from seeshell.core.settings import Paths, Settings, find_paths
from seeshell.core.store.archive import Archive

from ...patience import PATIENCE
from ..scripted_engine import ScriptedEngine
from ..talk import Listener, carry_out

Result = TypeVar("Result")

PROGRAMS = 16
"""How many are tried."""


class Shown:
    """A conversation as a client shows it that has opened it once and hears events since."""

    def __init__(self, opened: Conversation) -> None:
        self.messages = list(opened.messages)
        self.queue, self.is_paused = opened.queue, opened.is_paused

    def take(self, event: AnyEvent) -> None:
        match event:
            case ConversationOpened(conversation=opened):
                self.__init__(opened)  # type: ignore[misc]
            case QueueChanged():
                self.queue, self.is_paused = event.queue, event.is_paused
            case TurnStarted(user_message=question, answer=answer):
                ids = [message.id for message in self.messages]
                kept = ids.index(question.parent_id) + 1 if question.parent_id else 0
                self.messages[kept:] = [question, answer]
            case TurnEnded(message=ended) | TurnFailed(message=ended):
                self.messages = [ended if it.id == ended.id else it for it in self.messages]
            case TurnWithdrawn(restored=restored):
                self.__init__(restored or Conversation(None))  # type: ignore


def told(messages: list[Message], queue: tuple[QueuedTurn, ...], is_paused: bool) -> Any:
    """What two views of a conversation must have in common."""
    texts = [(it.id, it.text, it.finish_reason, it.error) for it in messages]
    return texts, [(it.id, it.question.text) for it in queue], is_paused


class AnyOrder(RuleBasedStateMachine):
    """One client that asks, on a real store; answers wait for the gate to open."""

    conversations = Bundle("conversations")

    def __init__(self) -> None:
        super().__init__()
        self._home = tempfile.mkdtemp(prefix="ss-", dir="/tmp")
        self._paths: Paths = find_paths({"SEESHELL_HOME": self._home})
        self._runner = asyncio.Runner()
        self._count = 0
        self._asked: dict[str, tuple[int, str]] = {}
        """Of each turn that is stored: its conversation and its question's text."""
        self._deleted: set[int] = set()
        self._run(self._start())

    def teardown(self) -> None:
        self._run(self._close())
        self._runner.close()
        shutil.rmtree(self._home)

    def _run(self, work: Coroutine[Any, Any, Result]) -> Result:
        async def with_patience() -> Result:
            async with asyncio.timeout(PATIENCE):
                return await work

        return self._runner.run(with_patience())

    async def _start(self) -> None:
        self._archive = await Archive.open(self._paths, Settings().max_pixels, PictureWorkers())
        self._engine = ScriptedEngine()
        self._gate = asyncio.Event()
        for _ in self._asked:
            self._engine.enqueue("yes")
        self._sessions = Sessions(self._archive, self._engine, self._paths, Settings(), "1.0")
        self._client = Listener()
        self._sessions.add_client(self._client)
        self._shown: dict[int, Shown] = {}
        self._seen = 0

    async def _close(self) -> None:
        await self._sessions.close()
        self._hear()
        await self._archive.close()

    def _request(self, request: AnyRequest) -> Any:
        """Returns the reply; None if the request was refused as one that does not fit."""
        try:
            reply = self._run(carry_out(self._sessions, request, self._client))
        except (NotStored, BadRequest):
            return None
        if isinstance(reply, ConversationOpened):
            self._client.heard.append(reply)
        return reply

    def _hear(self) -> None:
        """Takes in what the client was told since the last time."""
        for event in self._client.heard[self._seen :]:
            if isinstance(event, ConversationOpened):
                number = event.conversation.summary.id
            else:
                number = getattr(event, "conversation", 0)
            if isinstance(event, TurnWithdrawn):
                self._asked.pop(event.turn, None)
            if isinstance(event, ConversationOpened):
                self._shown[number] = Shown(event.conversation)
            elif number in self._shown:
                self._shown[number].take(event)
        self._seen = len(self._client.heard)

    def _note(self, queued: TurnQueued | None, text: str) -> int:
        if queued is None:
            return 0
        self._asked[queued.turn.id] = (queued.conversation, text)
        return queued.conversation

    def _text(self) -> str:
        self._count += 1
        return f"question {self._count}"

    def _script(self, outcome: str) -> None:
        endings: dict[str, list[str | SeeshellError]] = {
            "answer": ["yes"],
            "fail": [OutOfMemory("The memory ran out.")],
            "fail late": ["half", OutOfMemory("The memory ran out.")],
            "too long": [PromptTooLong("Too long.")],
        }
        self._engine.enqueue(self._gate, *endings[outcome])

    outcomes = st.sampled_from(["answer", "answer", "fail", "fail late", "too long"])
    places = st.integers(0, 3)

    @rule(target=conversations, outcome=outcomes)
    def ask(self, outcome: str) -> int:
        self._script(outcome)
        text = self._text()
        number = self._note(self._request(SubmitTurn(text=text)), text)
        self._request(OpenConversation(conversation=number))
        return number

    @rule(conversation=conversations, outcome=outcomes)
    def follow_up(self, conversation: int, outcome: str) -> None:
        self._script(outcome)
        text = self._text()
        self._note(self._request(SubmitTurn(text=text, conversation=conversation)), text)

    @rule(conversation=conversations, place=places, kind=st.sampled_from(["edit", "again"]))
    def branch(self, conversation: int, place: int, kind: str) -> None:
        message = self._message(conversation, place)
        if message is None:
            return
        self._script("answer")
        text = self._text()
        if kind == "edit":
            edit = EditQuestion(conversation=conversation, message=message.id, text=text)
            self._note(self._request(edit), text)
        else:
            self._request(RegenerateAnswer(conversation=conversation, message=message.id))

    @rule(conversation=conversations, place=places, kind=st.sampled_from(["switch", "fork"]))
    def go_elsewhere(self, conversation: int, place: int, kind: str) -> None:
        message = self._message(conversation, place)
        if message is not None:
            request = SwitchBranch if kind == "switch" else ForkConversation
            self._request(request(conversation=conversation, message=message.id))

    @rule(conversation=conversations, place=places, before=places)
    def move(self, conversation: int, place: int, before: int) -> None:
        turn, other = self._queued(conversation, place), self._queued(conversation, before)
        if turn is not None:
            self._request(MoveQueued(conversation=conversation, turn=turn, before=other))

    @rule(conversation=conversations, place=places)
    def edit_queued(self, conversation: int, place: int) -> None:
        turn, text = self._queued(conversation, place), self._text()
        if turn is not None and self._request(
            EditQueued(conversation=conversation, turn=turn, text=text)
        ):
            self._asked[turn] = (conversation, text)

    @rule(conversation=conversations, place=places)
    def remove(self, conversation: int, place: int) -> None:
        turn = self._queued(conversation, place)
        if turn is not None and self._request(RemoveQueued(conversation=conversation, turn=turn)):
            self._asked.pop(turn, None)

    @rule(conversation=conversations)
    def resume(self, conversation: int) -> None:
        self._request(ResumeQueue(conversation=conversation))

    @rule(conversation=conversations)
    def stop(self, conversation: int) -> None:
        self._request(StopTurn(conversation=conversation))

    @rule(conversation=conversations)
    def delete(self, conversation: int) -> None:
        if self._request(DeleteConversation(conversation=conversation)):
            self._deleted.add(conversation)

    @rule(conversation=conversations)
    def restore(self, conversation: int) -> None:
        if self._request(RestoreConversation(conversation=conversation)):
            self._deleted.discard(conversation)
            self._request(OpenConversation(conversation=conversation))

    @rule(model=st.sampled_from(["one", "two"]))
    def load(self, model: str) -> None:
        self._request(LoadModel(model=model))

    @rule()
    def let_answer(self) -> None:
        """Waits until everything is answered that is not paused."""
        self._gate.set()
        self._run(self._until_idle())
        self._gate.clear()

    @rule()
    def restart(self) -> None:
        self._run(self._close())
        self._run(self._start())
        for conversation in {number for number, _ in self._asked.values()} - self._deleted:
            self._request(OpenConversation(conversation=conversation))
            self._hear()
            shown = self._shown[conversation]
            assert shown.is_paused == bool(shown.queue)
            assert all(not message.is_open for message in shown.messages)

    async def _until_idle(self) -> None:
        while self._sessions.is_busy:
            assert not self._sessions.work.done(), self._sessions.work.exception()
            await asyncio.sleep(0)

    @invariant()
    def what_was_told_agrees_with_the_disk(self) -> None:
        for number in list(self._shown):
            late = Listener()
            self._sessions.add_client(late)
            request = OpenConversation(conversation=number)
            try:
                opened = self._run(carry_out(self._sessions, request, late)).conversation
            except NotStored:
                continue
            finally:
                self._sessions.remove_client(late)
            self._hear()
            shown = self._shown[number]
            assert told(shown.messages, shown.queue, shown.is_paused) == told(
                opened.messages, opened.queue, opened.is_paused
            )

    @invariant()
    def no_question_is_lost_or_stored_twice(self) -> None:
        self._hear()
        hidden = self._deleted
        for number in {number for number, _ in self._asked.values()} - hidden:
            found = self._run(self._questions(number))
            wanted = sorted(text for it, text in self._asked.values() if it == number)
            assert sorted(found) == wanted

    async def _questions(self, conversation: int) -> list[str]:
        """The texts of all questions of a conversation, on every branch and in its queue."""
        rows = await self._archive._run(
            lambda: self._archive._conversations._database.connection.execute(
                "SELECT text FROM part JOIN message ON message.id = message_id "
                "WHERE role = 'user' AND conversation_id = ?",
                (conversation,),
            ).fetchall()
        )
        return [row["text"] for row in rows]

    @invariant()
    def prompts_alternate_and_end_with_a_question(self) -> None:
        for prompt in self._engine.history:
            roles = [message.role for message in prompt]
            assert roles == ["user", "assistant"] * (len(roles) // 2) + ["user"]

    def _message(self, conversation: int, place: int) -> Message | None:
        self._hear()
        shown = self._shown.get(conversation)
        return shown.messages[place] if shown and place < len(shown.messages) else None

    def _queued(self, conversation: int, place: int) -> str | None:
        self._hear()
        shown = self._shown.get(conversation)
        return shown.queue[place].id if shown and place < len(shown.queue) else None


def test_whatever_is_asked_in_whatever_order_what_is_told_agrees_with_the_disk() -> None:
    settings = hypothesis.settings(max_examples=PROGRAMS)
    run_state_machine_as_test(AnyOrder, settings=settings)  # type: ignore[no-untyped-call]
