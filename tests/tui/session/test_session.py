"""The session without widgets: what it asks of the core and what it tells the screen."""

import asyncio
import errno
import hashlib
import os
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from seeshell.core.conversation import Attachment, Queue, QueuedTurn
from seeshell.core.errors import (
    BadRequest,
    CoreDied,
    CoreUnreachable,
    CoreVersionMismatch,
    ImageError,
    NotStored,
)
from seeshell.core.excerpt import WHOLE, Excerpt, Region
from seeshell.core.kept import LibraryFilter, LibraryRow
from seeshell.core.messages.events import (
    AnyEvent,
    ConversationOpened,
    Delta,
    Prefilled,
    TurnEnded,
    TurnStarted,
    TurnWithdrawn,
    WorkChanged,
)
from seeshell.core.messages.library_events import LibraryChanged
from seeshell.core.messages.library_requests import ListLibrary
from seeshell.core.messages.model_events import ModelLoaded, ModelUnloaded
from seeshell.core.messages.picture_events import Attached, PictureMeasured
from seeshell.core.messages.picture_requests import (
    Attach,
    ClaimPictures,
    FetchPicture,
    MeasurePicture,
)
from seeshell.core.messages.queue_requests import MoveQueued, RemoveQueued
from seeshell.core.messages.requests import (
    DeleteConversation,
    EditQuestion,
    OpenConversation,
    PrepareTurn,
    RegenerateAnswer,
    RenameConversation,
    Request,
    RestoreConversation,
    StopTurn,
    SubmitTurn,
)
from seeshell.core.settings import find_paths
from seeshell.tui.session import attach_paths
from seeshell.tui.session.attach_paths import FoundPictures
from seeshell.tui.session.draft import Draft, DraftPicture, SentTurn
from seeshell.tui.session.events import (
    AnswerEnded,
    AnswerGrew,
    AnswerStarted,
    ConversationsFound,
    ConversationShown,
    CoreLost,
    DraftChanged,
    ModelChanged,
    QueueShown,
    RequestRefused,
    SessionEvent,
    TextReturned,
)
from seeshell.tui.session.launch_options import LaunchOptions
from seeshell.tui.session.row_window import PAGE
from seeshell.tui.session.session import ChatSession
from seeshell.tui.session.unsent import Unsent
from seeshell.tui.status_words import state_words

from ...messages import answer, opened, question
from ..scripted_client import NEW, ScriptedClient, conversation, ended
from .unsent_files import leave, on_disk

PATIENCE = 20.0

LEMONS = Attachment("a" * 64, "lemons.png", 4032, 3024, 1152, 864, 972)
WHAT = question(1, "what?")
OLD = conversation(3, "old", WHAT)
BUSY = conversation(4, "busy", WHAT, opened(2))
RUNNING = TurnStarted(conversation=4, turn="running", user_message=WHAT, answer=opened(2))
"""The turn that is open in `BUSY`."""


def data_dir() -> Path:
    """Where the windows of this test keep what is unsent."""
    return find_paths(os.environ).data_dir


class Talk:
    """A session and what it told."""

    def __init__(self, client: ScriptedClient) -> None:
        self.client = client
        """What the session connects to next, or is connected to."""
        self.told: list[SessionEvent] = []
        self.replaced: list[bool] = []
        self.session = ChatSession(self.connect, data_dir(), data_dir() / "presets.toml")
        self.session.events.listen(SessionEvent, self.told.append)

    async def connect(self, replace_core: bool) -> Any:
        self.replaced.append(replace_core)
        return self.client

    def of(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.told if isinstance(event, kind)]

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not condition():  # noqa: ASYNC110 - any of many events may fulfil it
                await asyncio.sleep(0)


@asynccontextmanager
async def talk(client: ScriptedClient, launch: LaunchOptions | None = None) -> AsyncIterator[Talk]:
    talk = Talk(client)
    running = asyncio.create_task(talk.session.run(launch or LaunchOptions()))
    await talk.until(lambda: talk.session.has_begun)
    try:
        async with asyncio.timeout(PATIENCE):
            yield talk
    finally:
        running.cancel()
        await asyncio.wait([running])
        talk.session.journal.close()


def queued(told: Talk) -> list[str]:
    """Texts of the messages that the screen shows as queued."""
    return [turn.question.text for turn in told.session.turns.queued]


async def test_a_first_message_makes_the_conversation() -> None:
    async with talk(ScriptedClient()) as it:
        await it.session.submit("hello")
        assert it.session.conversation == NEW
        it.client.take(NEW)
        await it.until(lambda: it.of(AnswerStarted))
        assert it.of(AnswerStarted)[0].question.text == "hello"


async def test_text_that_overtakes_the_reply_is_shown_after_it() -> None:
    def script(request: Request) -> None:
        if isinstance(request, SubmitTurn):
            client.tell(
                TurnStarted(
                    conversation=NEW, turn=request.turn, user_message=WHAT, answer=opened(2)
                ),
                Delta(conversation=NEW, message=2, text="red"),
            )

    client = ScriptedClient(script=script)
    async with talk(client) as it:
        await it.session.submit("hello")
        await it.until(lambda: it.of(AnswerGrew))
        kinds = [type(event) for event in it.told]
        assert kinds.index(AnswerStarted) < kinds.index(AnswerGrew)


async def test_events_of_other_conversations_are_not_told() -> None:
    async with talk(ScriptedClient(OLD), LaunchOptions(chat=3)) as it:
        await it.until(lambda: it.of(ConversationShown))
        it.client.tell(Delta(conversation=9, message=1, text="no"))
        it.client.tell(Delta(conversation=3, message=1, text="yes"))
        await it.until(lambda: it.of(AnswerGrew))
        assert [event.text for event in it.of(AnswerGrew)] == ["yes"]


async def test_a_conversation_that_is_gone_after_a_break_can_be_restored() -> None:
    is_gone = False

    def script(request: Request) -> NotStored | None:
        is_opening = isinstance(request, OpenConversation)
        return NotStored("There is no conversation 3.") if is_gone and is_opening else None

    client = ScriptedClient(OLD, script=script)
    async with talk(client, LaunchOptions(chat=3)) as it:
        client.die()
        await it.until(lambda: it.of(CoreLost))
        is_gone = True
        again = asyncio.create_task(it.session.run(LaunchOptions(chat=3)))
        await it.until(lambda: it.session.decisions.open)
        (decision,) = it.session.decisions.open
        assert "may have been deleted" in decision.sentence
        assert decision.ways_out == ("restore", "start new")
        is_gone = False
        await it.session.deletions.restore_shown()
        assert RestoreConversation(conversation=3) in client.asked
        assert not it.session.decisions.open
        again.cancel()
        await asyncio.wait([again])


async def test_whoever_leaves_a_running_answer_is_told_whom_the_model_serves() -> None:
    async with talk(ScriptedClient(BUSY, OLD), LaunchOptions(chat=4)) as it:
        it.client.tell(WorkChanged(answering=4, waiting=()))
        it.client.tell(Prefilled(conversation=4, message=2, done=3, total=9, reused=0))
        await it.until(lambda: it.session.turns.progress.step == "prefilling")
        await it.session.shown.open(3)
        assert words(it) == "answering elsewhere"
        it.client.tell(Delta(conversation=4, message=2, text="red"), ended(RUNNING))
        it.client.tell(WorkChanged(answering=None, waiting=()))
        await it.until(lambda: words(it) == "ready")
        assert not it.of(AnswerGrew)


def words(it: Talk) -> str:
    """What the status bar says of the model."""
    session = it.session
    return state_words(session.model.status, session.turns.progress, session.conversation, 0.0)


async def test_messages_sent_during_an_answer_are_the_cores_at_once_and_shown_as_queued() -> None:
    async with talk(ScriptedClient(BUSY), LaunchOptions(chat=4)) as it:
        await it.until(lambda: it.session.turns.is_answering)
        await it.session.submit("one")
        await it.session.submit("two")
        assert it.client.submitted() == ["one", "two"]
        await it.until(lambda: queued(it) == ["one", "two"])
        it.client.tell(ended(RUNNING))
        await it.until(lambda: not it.session.turns.is_answering)
        assert it.session.turns.progress.step == "queued"
        it.client.take(4)
        await it.until(lambda: it.of(AnswerStarted) and queued(it) == ["two"])
        assert it.of(AnswerStarted)[0].question.text == "one"
        assert it.session.turns.is_answering


async def test_messages_are_sent_in_the_order_in_which_they_were_typed() -> None:
    async with talk(ScriptedClient()) as it:
        it.client.may_reply.clear()
        attaching = asyncio.create_task(it.session.unsent.attach(Path("/pictures/lemons.png")))
        await it.until(lambda: it.session.draft.pictures)
        sending = [asyncio.create_task(it.session.submit(text)) for text in ("one", "two")]
        it.client.may_reply.set()
        await asyncio.gather(attaching, *sending)
        assert it.client.submitted() == ["one", "two"]
        turns = [one for one in it.client.asked if isinstance(one, SubmitTurn)]
        assert [turn.conversation for turn in turns] == [None, NEW]
        assert [len(turn.attachments) for turn in turns] == [1, 0]
        assert len({turn.turn for turn in turns}) == 2


async def test_a_slow_disk_lets_no_later_message_overtake(monkeypatch: pytest.MonkeyPatch) -> None:
    may_find = threading.Event()

    def find_slowly(text: str) -> FoundPictures:
        if text == "one":
            may_find.wait(PATIENCE)
        return FoundPictures([], text)

    monkeypatch.setattr(attach_paths, "find_pictures", find_slowly)
    async with talk(ScriptedClient()) as it:
        first = asyncio.create_task(it.session.submit("one"))
        second = asyncio.create_task(it.session.submit("two"))
        await asyncio.to_thread(lambda: None)
        may_find.set()
        await asyncio.gather(first, second)
        assert it.client.submitted() == ["one", "two"]


async def test_what_another_window_queues_pauses_and_resumes_is_shown() -> None:
    theirs = QueuedTurn("theirs", "submit", question(8, "mine or yours?"))
    async with talk(ScriptedClient(OLD), LaunchOptions(chat=3)) as it:
        it.client.change_queue(3, Queue((theirs,), is_paused=True))
        await it.until(lambda: it.session.turns.are_paused)
        assert not it.session.turns.can_stop
        it.client.change_queue(3, Queue((theirs,)))
        await it.until(lambda: it.session.turns.are_due)
        assert it.session.turns.can_stop
        assert it.session.turns.progress.step == "queued"
        it.client.change_queue(3, Queue())
        await it.until(lambda: it.of(QueueShown)[-1].queue == Queue())
        assert it.session.is_ready


async def test_stopping_keeps_what_is_queued_and_resuming_lets_it_go_on() -> None:
    async with talk(ScriptedClient(BUSY), LaunchOptions(chat=4)) as it:
        await it.session.submit("one")
        await it.until(lambda: queued(it))
        await it.session.answers.stop()
        assert it.client.asked[-1] == StopTurn(conversation=4)
        it.client.change_queue(4, Queue(it.session.turns.queued, is_paused=True))
        it.client.tell(ended(RUNNING, reason="cancelled"))
        await it.until(lambda: it.session.turns.are_paused and not it.session.turns.is_answering)
        assert not it.of(TextReturned)
        await it.session.queue.resume(4)
        await it.until(lambda: it.session.turns.are_due)


async def test_the_last_queued_message_comes_back_with_its_pictures() -> None:
    async with talk(ScriptedClient(BUSY), LaunchOptions(chat=4)) as it:
        await it.session.submit("one")
        await it.session.unsent.attach(Path("/pictures/lemons.png"))
        await it.session.submit("two")
        await it.until(lambda: queued(it) == ["one", "two"])
        assert it.session.draft.pictures == []
        await it.session.queue.take_back()
        assert [event.text for event in it.of(TextReturned)] == ["two"]
        assert [picture.path for picture in it.session.draft.pictures] == [
            Path("/pictures/lemons.png")
        ]
        await it.until(lambda: queued(it) == ["one"])


async def test_a_message_that_another_window_queued_can_be_taken_back_too() -> None:
    theirs = QueuedTurn("theirs", "submit", question(8, "yours?", LEMONS))
    async with talk(ScriptedClient(OLD), LaunchOptions(chat=3)) as it:
        it.client.change_queue(3, Queue((theirs,)))
        await it.until(lambda: queued(it))
        await it.session.queue.take_back("theirs")
        assert [event.text for event in it.of(TextReturned)] == ["yours?"]
        assert it.session.draft.attachments == [LEMONS]


async def test_the_only_message_of_a_conversation_is_a_new_ones_again_when_taken_back() -> None:
    async with talk(ScriptedClient()) as it:
        await it.session.submit("hello")
        await it.until(lambda: queued(it))
        await it.session.queue.take_back()
        assert it.session.conversation is None
        returned = it.of(TextReturned)[-1]
        assert (returned.draft, returned.text) == (it.session.draft, "hello")
        await it.until(lambda: not queued(it))


async def test_a_conversation_that_another_window_has_emptied_is_left() -> None:
    async with talk(ScriptedClient()) as it:
        await it.session.submit("hello")
        await it.until(lambda: queued(it))
        it.client.change_queue(NEW, Queue())
        await it.until(lambda: it.session.conversation is None)
        assert not it.of(TextReturned)
        assert on_disk(data_dir()) == []


async def test_a_message_that_was_just_taken_can_not_be_taken_back() -> None:
    def script(request: Request) -> NotStored | None:
        is_late = isinstance(request, RemoveQueued)
        return NotStored("That question is being answered already.") if is_late else None

    async with talk(ScriptedClient(BUSY, script=script), LaunchOptions(chat=4)) as it:
        await it.session.submit("one")
        await it.until(lambda: queued(it))
        await it.session.queue.take_back()
        assert not it.of(TextReturned)
        assert it.of(RequestRefused)[0].sentence == "That question is being answered already."


async def test_queued_messages_change_places() -> None:
    async with talk(ScriptedClient(BUSY), LaunchOptions(chat=4)) as it:
        await it.session.submit("one")
        await it.session.submit("two")
        await it.until(lambda: len(queued(it)) == 2)
        first, second = it.session.turns.queued
        await it.session.queue.put_first(4, second.id)
        await it.session.queue.put_last(4, first.id)
        assert [one for one in it.client.asked if isinstance(one, MoveQueued)] == [
            MoveQueued(conversation=4, turn=second.id, before=first.id),
            MoveQueued(conversation=4, turn=first.id),
        ]


def loses_replies(kind: type[Request]) -> Callable[[Request], AnyEvent | CoreDied | None]:
    """Returns a script of a core that dies when it is asked for something."""

    def script(request: Request) -> CoreDied | None:
        return CoreDied("The core ended.") if isinstance(request, kind) else None

    return script


async def reconnect(
    it: Talk, client: ScriptedClient, launch: LaunchOptions
) -> "asyncio.Task[None]":
    """Has the session run on another core, after the one before has died."""
    it.client.die()
    await it.until(lambda: it.of(CoreLost))
    it.client = client
    return asyncio.create_task(it.session.run(launch))


async def test_a_message_that_got_no_reply_is_sent_again_under_its_id() -> None:
    dying = ScriptedClient(OLD, script=loses_replies(SubmitTurn))
    async with talk(dying, LaunchOptions(chat=3)) as it:
        await it.session.unsent.attach(Path("/pictures/lemons.png"))
        await it.session.submit("how much?")
        assert [turn.is_held for turn in it.session.unsent.unacknowledged] == [True]
        assert it.session.journal.entries.claim == ClaimPictures(pictures=(LEMONS.sha256,))
        assert not it.of(TextReturned)
        second = await reconnect(it, ScriptedClient(OLD), LaunchOptions(chat=3))
        await it.until(lambda: queued(it) == ["how much?"])
        (lost,) = [one for one in dying.asked if isinstance(one, SubmitTurn)]
        (again,) = [one for one in it.client.asked if isinstance(one, SubmitTurn)]
        assert again == lost
        assert again.turn
        assert not it.session.unsent.unacknowledged
        second.cancel()
        await asyncio.wait([second])


async def test_a_message_sent_while_another_is_sent_again_goes_out_once_and_behind_it() -> None:
    dying = ScriptedClient(OLD, script=loses_replies(SubmitTurn))
    async with talk(dying, LaunchOptions(chat=3)) as it:
        await it.session.submit("one")
        slow = ScriptedClient(OLD, script=lambda request: hold_replies(request))

        def hold_replies(request: Request) -> None:
            if isinstance(request, SubmitTurn) and slow.submitted() == ["one"]:
                slow.may_reply.clear()

        second = await reconnect(it, slow, LaunchOptions(chat=3))
        await it.until(lambda: slow.submitted() == ["one"])
        sending = asyncio.create_task(it.session.submit("two"))
        await it.until(lambda: len(it.session.unsent.unacknowledged) == 2)
        slow.may_reply.set()
        await sending
        assert slow.submitted() == ["one", "two"]
        assert queued(it) == ["one", "two"]
        second.cancel()
        await asyncio.wait([second])


async def test_a_first_message_that_got_no_reply_shows_the_conversation_that_it_made() -> None:
    async with talk(ScriptedClient(script=loses_replies(SubmitTurn))) as it:
        await it.session.submit("hello")
        second = await reconnect(it, ScriptedClient(), LaunchOptions())
        await it.until(lambda: it.session.conversation == NEW)
        await it.until(lambda: queued(it) == ["hello"])
        second.cancel()
        await asyncio.wait([second])


async def test_what_got_no_reply_before_the_window_ended_is_sent_by_the_next_one() -> None:
    async with talk(
        ScriptedClient(OLD, script=loses_replies(SubmitTurn)), LaunchOptions(chat=3)
    ) as it:
        await it.session.submit("hello")
        (lost,) = [one for one in it.client.asked if isinstance(one, SubmitTurn)]
    async with talk(ScriptedClient(OLD)) as it:
        assert [one for one in it.client.asked if isinstance(one, SubmitTurn)] == [lost]


async def test_a_message_on_its_way_can_be_taken_back_while_there_is_no_core() -> None:
    async with talk(
        ScriptedClient(OLD, script=loses_replies(SubmitTurn)), LaunchOptions(chat=3)
    ) as it:
        await it.session.submit("hello")
        it.client.die()
        await it.until(lambda: it.of(CoreLost))
        assert it.session.queue.can_take_back
        await it.session.queue.take_back()
        assert [event.text for event in it.of(TextReturned)] == ["hello"]
        assert not it.session.queue.can_take_back


async def test_an_edit_or_another_answer_that_got_no_reply_is_sent_again_too() -> None:
    dying = ScriptedClient(OLD, script=loses_replies(RegenerateAnswer))
    async with talk(dying, LaunchOptions(chat=3)) as it:
        await it.session.answers.regenerate(1)
        second = await reconnect(it, ScriptedClient(OLD), LaunchOptions(chat=3))
        await it.until(lambda: it.session.turns.queued)
        (lost,) = [one for one in dying.asked if isinstance(one, RegenerateAnswer)]
        assert it.session.turns.queued[0].id == lost.turn
        second.cancel()
        await asyncio.wait([second])
    dying = ScriptedClient(OLD, script=loses_replies(EditQuestion))
    async with talk(dying, LaunchOptions(chat=3)) as it:
        it.session.unsent.begin_edit(WHAT, 1)
        await it.session.submit("who?")
        assert not it.session.unsent.is_editing
        second = await reconnect(it, ScriptedClient(OLD), LaunchOptions(chat=3))
        await it.until(lambda: it.session.turns.queued)
        (lost_edit,) = [one for one in dying.asked if isinstance(one, EditQuestion)]
        assert it.session.turns.queued[0].id == lost_edit.turn
        second.cancel()
        await asyncio.wait([second])


async def test_an_edit_that_is_refused_goes_on() -> None:
    def script(request: Request) -> BadRequest | None:
        return BadRequest("Wait.") if isinstance(request, EditQuestion) else None

    async with talk(ScriptedClient(BUSY, script=script), LaunchOptions(chat=4)) as it:
        it.session.unsent.begin_edit(WHAT, 1)
        await it.session.submit("who?")
        assert it.session.unsent.is_editing
        returned = it.of(TextReturned)[-1]
        assert (returned.draft, returned.text) == (it.session.draft, "who?")


async def test_a_refused_message_comes_back_with_its_pictures_and_the_reason() -> None:
    def script(request: Request) -> BadRequest | None:
        return BadRequest("The core is ending.") if isinstance(request, SubmitTurn) else None

    async with talk(ScriptedClient(script=script)) as it:
        await it.session.unsent.attach(Path("/pictures/lemons.png"))
        await it.session.submit("how much?")
        assert [event.text for event in it.of(TextReturned)] == ["how much?"]
        assert [event.sentence for event in it.of(RequestRefused)] == ["The core is ending."]
        assert [picture.label for picture in it.session.draft.pictures] == ["lemons.png"]


async def test_a_message_waits_until_its_picture_is_checked() -> None:
    async with talk(ScriptedClient()) as it:
        it.client.may_reply.clear()
        attaching = asyncio.create_task(it.session.unsent.attach(Path("/pictures/lemons.png")))
        await it.until(lambda: it.session.draft.pictures)
        submitting = asyncio.create_task(it.session.submit("how much?"))
        await asyncio.sleep(0)
        assert it.client.submitted() == []
        it.client.may_reply.set()
        await asyncio.gather(attaching, submitting)
        (turn,) = [asked for asked in it.client.asked if isinstance(asked, SubmitTurn)]
        assert turn.attachments == ("a" * 64,)


async def test_what_is_attached_without_a_model_is_priced_once_that_is_back() -> None:
    unpriced = Attachment("a" * 64, "lemons.png", 4032, 3024)

    def script(request: Request) -> AnyEvent | None:
        match request:
            case Attach():
                return Attached(attachment=unpriced, path="/store/aa")
            case MeasurePicture():
                return PictureMeasured(attachment=LEMONS, seconds=1.4)
        return None

    async with talk(ScriptedClient(script=script)) as it:
        name = it.session.model.status.name
        it.client.tell(ModelUnloaded(source="qwen"))
        await it.until(lambda: not it.session.model.status.name)
        await it.session.unsent.attach(Path("/pictures/lemons.png"))
        assert it.session.prices.price_of(it.session.draft.pictures[0]).tokens == 0
        it.client.tell(ModelLoaded(model=name, context_length=32768, source="qwen"))
        await it.until(lambda: it.session.draft.pictures[0].seconds)
        assert it.session.prices.price_of(it.session.draft.pictures[0]).tokens == 972


async def test_nothing_is_sent_with_a_broken_picture() -> None:
    def script(request: Request) -> ImageError | None:
        return ImageError("It is cut off.") if isinstance(request, Attach) else None

    async with talk(ScriptedClient(script=script)) as it:
        await it.session.unsent.attach(Path("/pictures/lemons.png"))
        await it.session.submit("how much?")
        assert it.client.submitted() == []
        assert "lemons.png can't be sent" in it.of(RequestRefused)[0].sentence
        assert it.session.draft.pictures[0].error == "It is cut off."
        it.session.unsent.pictures.remove(it.session.draft.pictures[-1])
        await it.session.submit("how much?")
        assert it.client.submitted() == ["how much?"]


async def test_a_picture_belongs_to_the_draft_for_which_it_was_attached() -> None:
    async with talk(ScriptedClient(OLD)) as it:
        attaching = asyncio.create_task(it.session.unsent.attach(Path("/pictures/lemons.png")))
        await it.until(lambda: it.of(DraftChanged))
        await it.session.shown.open(3)
        await attaching
        assert it.session.draft.pictures == []
        it.session.shown.start_new()
        assert [picture.is_checking for picture in it.session.draft.pictures] == [False]


async def test_opening_a_conversation_with_an_open_answer_shows_its_end() -> None:
    async with talk(ScriptedClient(BUSY), LaunchOptions(chat=4)) as it:
        await it.until(lambda: it.session.turns.is_answering)
        it.client.tell(ended(RUNNING, "red"))
        await it.until(lambda: it.of(AnswerEnded))
        assert not it.session.turns.is_answering


async def test_for_a_change_without_a_known_place_only_what_is_in_view_is_asked_again() -> None:
    async with talk(ScriptedClient(OLD)) as it:
        await it.session.conversations.find("lemons")
        other = conversation(9, "other")
        it.client.tell(LibraryChanged(rows=(LibraryRow(other.summary),)))
        asked = it.client.asked
        await it.until(lambda: sum(isinstance(one, ListLibrary) for one in asked) == 3)
        assert asked[-1] == ListLibrary(filter=LibraryFilter(words="lemons"), limit=PAGE)


async def test_a_change_comes_into_the_list_without_asking() -> None:
    async with talk(ScriptedClient(OLD)) as it:
        await it.until(lambda: it.of(ConversationsFound))
        count = len(it.client.asked)
        newer = conversation(0, "newer")
        it.client.tell(LibraryChanged(rows=(LibraryRow(newer.summary),)))
        await it.until(lambda: len(it.of(ConversationsFound)[-1].conversations) == 2)
        found = it.of(ConversationsFound)[-1].conversations
        assert [row.summary.title for row in found] == ["newer", OLD.summary.title]
        assert len(it.client.asked) == count


async def test_a_dead_core_is_told_once_with_its_last_words_and_nothing_is_lost() -> None:
    async with talk(ScriptedClient(BUSY), LaunchOptions(chat=4)) as it:
        await it.until(lambda: it.session.turns.is_answering)
        await it.session.submit("one")
        await it.until(lambda: queued(it) == ["one"])
        it.client.die()
        await it.until(lambda: it.of(CoreLost))
        assert it.of(CoreLost)[0].error.log_tail == "last words"
        assert not it.session.turns.is_answering
        assert queued(it) == ["one"]
        await it.session.submit("two")
        assert it.session.draft.text == "two"
        assert "{screen.start_core}" in it.of(RequestRefused)[-1].sentence
        assert len(it.of(CoreLost)) == 1


async def test_a_core_that_can_not_be_reached_is_told_like_a_dead_one() -> None:
    async def connect(_replace_core: bool) -> Any:
        raise CoreVersionMismatch("The core is of version 0.")

    told: list[SessionEvent] = []
    session = ChatSession(connect, data_dir(), data_dir() / "presets.toml")
    session.events.listen(SessionEvent, told.append)
    await session.run(LaunchOptions())
    assert isinstance(told[-1], CoreLost)
    assert isinstance(told[-1].error, CoreVersionMismatch)
    assert session.model.status.connection == "no core"


def withdrawn(conversation: int, turn: str) -> TurnWithdrawn:
    return TurnWithdrawn(
        conversation=conversation,
        turn=turn,
        restored=None,
        error="PromptTooLong",
        sentence="That is too long.",
    )


async def test_a_message_that_still_waits_at_the_next_start_comes_back_if_withdrawn() -> None:
    lemons = DraftPicture(Path("lemons.png"), LEMONS)
    turn = SentTurn("long question", [lemons], state="taken", id="mine")
    leave(data_dir(), Unsent(4, turns=[turn]))
    waiting = replace(BUSY, queue=(QueuedTurn("mine", "submit", question(8, "long question")),))
    async with talk(ScriptedClient(waiting)) as it:
        assert not it.of(TextReturned)
        it.client.tell(withdrawn(4, "mine"))
        await it.until(lambda: it.of(TextReturned))
        assert it.session.draft.text == "long question"
        assert [event.sentence for event in it.of(RequestRefused)] == ["That is too long."]
        assert it.session.conversation is None
        assert it.session.draft.attachments == [LEMONS]


async def test_a_message_that_was_withdrawn_while_no_window_was_open_comes_back() -> None:
    leave(data_dir(), Unsent(3, turns=[SentTurn("long question", state="taken", id="mine")]))
    async with talk(ScriptedClient(OLD), LaunchOptions(chat=3)) as it:
        await it.until(lambda: it.of(TextReturned))
        assert it.of(TextReturned)[0].text == "long question"
        assert "was not kept" in it.of(RequestRefused)[0].sentence
        # Opening it twice would bring the text of an open answer twice.
        assert sum(isinstance(one, OpenConversation) for one in it.client.asked) == 1


async def test_a_message_whose_answer_has_begun_does_not_come_back_at_the_next_start() -> None:
    async with talk(ScriptedClient()) as it:
        await it.session.submit("what?")
        assert [turn.text for turn in on_disk(data_dir())[0].turns] == ["what?"]
        started = it.client.take(NEW)
        it.client.tell(Delta(conversation=NEW, message=started.answer.id, text="red"))
        await it.until(lambda: it.of(AnswerGrew))
        assert on_disk(data_dir()) == []


async def test_a_queue_told_before_the_reply_makes_no_message_forgotten() -> None:
    def script(request: Request) -> None:
        if isinstance(request, SubmitTurn):
            client.change_queue(4, Queue())

    client = ScriptedClient(BUSY, script=script)
    async with talk(client, LaunchOptions(chat=4)) as it:
        await it.session.submit("long question")
        await it.until(lambda: queued(it))
        started = client.take(4)
        await it.until(lambda: it.of(AnswerStarted))
        it.client.tell(replace(withdrawn(4, started.turn), restored=OLD))
        await it.until(lambda: it.of(TextReturned))
        assert it.of(TextReturned)[0].text == "long question"


async def test_what_is_told_again_of_an_answer_that_has_ended_replaces_nothing() -> None:
    both = conversation(3, "old", WHAT, answer(2, "red"), question(3, "and why?"), answer(4))
    async with talk(ScriptedClient(both), LaunchOptions(chat=3)) as it:
        it.client.tell(
            TurnStarted(conversation=3, turn="old", user_message=WHAT, answer=answer(2, "red")),
            TurnEnded(conversation=3, message=answer(2, "red")),
        )
        await it.until(lambda: it.of(AnswerEnded))
        assert not it.of(AnswerStarted)


async def test_a_message_that_another_window_took_back_does_not_come_back_here() -> None:
    async with talk(ScriptedClient(BUSY), LaunchOptions(chat=4)) as it:
        await it.session.submit("one")
        await it.until(lambda: queued(it))
        it.client.change_queue(4, Queue())
        await it.until(lambda: not queued(it))
        assert on_disk(data_dir()) == []


async def test_a_second_run_begins_when_the_first_has_left_the_core() -> None:
    async with talk(ScriptedClient(OLD)) as it:
        first_states = len(it.of(ModelChanged))
        second = asyncio.create_task(it.session.run(LaunchOptions(chat=3), replace_core=True))
        await asyncio.sleep(0)
        assert it.replaced == [False]
        it.client.die()
        await it.until(lambda: it.of(ConversationShown))
        assert it.replaced == [False, True]
        assert len(it.of(ModelChanged)) > first_states
        second.cancel()
        await asyncio.wait([second])


async def test_requests_without_a_core_say_how_to_get_one() -> None:
    told: list[SessionEvent] = []

    async def connect(_replace_core: bool) -> Any:
        raise CoreUnreachable("No.")

    session = ChatSession(connect, data_dir(), data_dir() / "presets.toml")
    session.events.listen(SessionEvent, told.append)
    await session.run(LaunchOptions())
    await session.conversations.rename(1, "title")
    assert "{screen.start_core} starts one" in told[-1].sentence  # type: ignore[attr-defined]


async def test_what_is_asked_before_there_is_a_connection_waits_for_it() -> None:
    told = Talk(ScriptedClient(OLD))
    asking = asyncio.create_task(told.session.conversations.rename(3, "title"))
    running = asyncio.create_task(told.session.run(LaunchOptions()))
    await asyncio.wait_for(asking, PATIENCE)
    assert RenameConversation(conversation=3, title="title") in told.client.asked
    assert told.of(RequestRefused) == []
    running.cancel()
    await asyncio.wait([running])
    told.session.journal.close()


def prepared(client: ScriptedClient) -> list[tuple[int | None, int]]:
    """Conversation and number of pictures of each turn that was prepared."""
    wishes = [it for it in client.asked if isinstance(it, PrepareTurn)]
    return [(wish.conversation, len(wish.attachments)) for wish in wishes]


async def test_the_core_hears_of_an_opened_conversation_and_of_each_picture() -> None:
    async with talk(ScriptedClient(OLD), LaunchOptions(chat=3)) as it:
        await it.until(lambda: prepared(it.client) == [(3, 0)])
        await it.session.unsent.attach(Path("/a.png"))
        await it.until(lambda: prepared(it.client) == [(3, 0), (3, 1)])
        it.session.unsent.pictures.remove(it.session.draft.pictures[-1])
        await it.until(lambda: prepared(it.client) == [(3, 0), (3, 1), (3, 0)])


async def test_pictures_stay_prepared_until_their_message_is_on_its_way() -> None:
    async with talk(ScriptedClient(BUSY), LaunchOptions(chat=4)) as it:
        await it.session.unsent.attach(Path("/a.png"))
        await it.until(lambda: prepared(it.client)[-1:] == [(4, 1)])
        await it.session.submit("what?")
        await it.until(lambda: prepared(it.client)[-1] == (4, 0))
        kinds = [type(it) for it in it.client.asked if isinstance(it, SubmitTurn | PrepareTurn)]
        assert kinds[-2:] == [SubmitTurn, PrepareTurn]


def claims(client: ScriptedClient) -> list[tuple[str, ...]]:
    return [one.pictures for one in client.asked if isinstance(one, ClaimPictures)]


async def test_the_core_hears_which_pictures_wait_in_the_window() -> None:
    a, b = "a" * 64, "b" * 64
    other = DraftPicture(Path("other.png"), Attachment(b, "other.png", 4, 3))
    leave(data_dir(), Unsent(3, Draft("half a thought", [other])))
    async with talk(ScriptedClient(OLD, BUSY), LaunchOptions(chat=3)) as it:
        await it.session.shown.open(4)
        await it.until(lambda: claims(it.client)[-1:] == [(b,)])
        await it.session.unsent.attach(Path("/lemons.png"))
        await it.until(lambda: claims(it.client)[-1] == (a, b))
        it.client.may_reply.clear()
        sending = asyncio.create_task(it.session.submit("what?"))
        await it.until(lambda: it.client.submitted())
        assert claims(it.client)[-1] == (a, b)
        it.client.may_reply.set()
        await sending
        await it.until(lambda: claims(it.client)[-1] == (b,))


async def test_pictures_of_an_edit_count_as_waiting_until_it_is_left() -> None:
    old = conversation(3, "old", question(1, "what?", LEMONS))
    async with talk(ScriptedClient(old), LaunchOptions(chat=3)) as it:
        it.session.unsent.begin_edit(old.messages[0], 1)
        await it.until(lambda: claims(it.client)[-1:] == [(LEMONS.sha256,)])
        it.session.unsent.leave_edit()
        await it.until(lambda: claims(it.client)[-1] == ())


async def test_deletions_are_undone_from_the_last_one_on() -> None:
    async with talk(ScriptedClient(OLD, BUSY), LaunchOptions(chat=3)) as it:
        await it.session.deletions.delete(4)
        await it.session.deletions.delete(3)
        assert it.session.conversation is None
        await it.session.deletions.restore()
        assert RestoreConversation(conversation=3) in it.client.asked
        assert RestoreConversation(conversation=4) not in it.client.asked
        assert it.session.conversation == 3
        assert it.session.conversations.last_deleted == 4
        await it.session.deletions.restore()
        assert it.session.conversation == 3
        count = len(it.client.asked)
        await it.session.deletions.restore()
        assert len(it.client.asked) == count


async def test_a_deletion_that_was_refused_is_not_told() -> None:
    def script(request: Request) -> AnyEvent | BadRequest | None:
        return BadRequest("No.") if isinstance(request, DeleteConversation) else None

    async with talk(ScriptedClient(OLD, script=script), LaunchOptions(chat=3)) as it:
        await it.session.deletions.delete(3)
        assert it.session.conversation == 3
        assert it.session.conversations.last_deleted is None


async def test_of_conversations_that_the_cursor_passes_only_the_last_is_prepared() -> None:
    async with talk(ScriptedClient(OLD, BUSY), LaunchOptions(chat=3)) as it:
        await it.until(lambda: prepared(it.client) == [(3, 0)])
        it.session.unsent.note_highlight(8)
        it.session.unsent.note_highlight(4)
        await it.until(lambda: len(prepared(it.client)) == 2)
        assert prepared(it.client)[-1] == (4, 0)
        it.session.unsent.note_highlight(None)
        await it.until(lambda: prepared(it.client)[-1] == (3, 0))


async def test_a_core_that_refuses_to_prepare_or_is_away_bothers_nobody() -> None:
    def script(request: Request) -> BadRequest | None:
        return BadRequest("No.") if isinstance(request, PrepareTurn) else None

    async with talk(ScriptedClient(OLD, script=script), LaunchOptions(chat=3)) as it:
        await it.until(lambda: prepared(it.client))
        await it.session.unsent.attach(Path("/a.png"))
        await it.until(lambda: prepared(it.client)[-1] == (3, 1))
        assert not it.of(RequestRefused)
        it.client.die()
        await it.until(lambda: it.of(CoreLost))
        count = len(prepared(it.client))
        it.session.shown.start_new()
        await asyncio.sleep(0)
        assert len(prepared(it.client)) == count
        assert not it.of(RequestRefused)


async def test_the_branch_that_another_window_shows_is_shown_here_too() -> None:
    other = conversation(3, "old", question(5, "why?"))
    async with talk(ScriptedClient(OLD), LaunchOptions(chat=3)) as it:
        await it.until(lambda: it.of(ConversationShown))
        it.client.tell(ConversationOpened(conversation=other))
        await it.until(lambda: len(it.of(ConversationShown)) == 2)
        assert it.of(ConversationShown)[-1].conversation == other


async def test_pictures_alone_are_sent() -> None:
    async with talk(ScriptedClient()) as it:
        await it.session.unsent.attach(Path("/photos/lemons.png"))
        await it.session.submit("")
        (request,) = [asked for asked in it.client.asked if isinstance(asked, SubmitTurn)]
        assert (request.text, request.attachments) == ("", (LEMONS.sha256,))
        await it.session.submit(" ")
        assert it.client.submitted() == [""]
        assert it.of(RequestRefused)[-1].sentence == "Type a question or attach a picture first."


async def test_a_picture_that_is_not_here_holds_its_message_back_until_it_is_sent_again() -> None:
    async with talk(ScriptedClient()) as it:
        for text in ("see /Users/anna/a.png", "see /Users/anna/a.png and ~/b.jpg"):
            await it.session.submit(text)
            assert it.client.submitted() == []
            assert it.of(TextReturned)[-1].text == text
        missing = it.session.draft.missing
        assert missing is not None
        assert missing.sentence.startswith("Not sent: a.png and b.jpg are not on this machine.")
        await it.session.submit("only /Users/anna/a.png")
        assert it.client.submitted() == ["only /Users/anna/a.png"]
        assert it.session.draft.missing is None
        await it.session.submit("again /Users/anna/a.png")
        assert it.client.submitted() == ["only /Users/anna/a.png"]


async def test_of_paths_the_pictures_that_are_here_are_attached_and_the_others_hold_back(
    tmp_path: Path,
) -> None:
    here = tmp_path / "here.png"
    here.touch()
    async with talk(ScriptedClient()) as it:
        await it.session.submit(f"{here} /Users/anna/a.png compare")
        assert [picture.label for picture in it.session.draft.pictures] == ["here.png"]
        assert it.of(TextReturned)[-1].text == "/Users/anna/a.png compare"
        assert it.client.submitted() == []


async def test_excerpts_in_a_sentence_are_attached_and_sent_as_pictures_of_their_own(
    tmp_path: Path,
) -> None:
    (tmp_path / "scan.tif").touch()
    async with talk(ScriptedClient()) as it:
        await it.session.unsent.attach(DraftPicture(tmp_path / "scan.tif", excerpt=Excerpt(3)))
        await it.session.submit(f"compare {tmp_path}/scan.tif#2-3 and {tmp_path}/scan.tif@0,0,9,9")
        (turn,) = [asked for asked in it.client.asked if isinstance(asked, SubmitTurn)]
        keys = ("a" * 64 + "#3", "a" * 64 + "#2", "a" * 64 + "@0,0,9,9")
        assert turn.attachments == keys
        assert turn.text == "compare scan.tif#2-3 and scan.tif@0,0,9,9"
        asked = [asked for asked in it.client.asked if isinstance(asked, Attach)]
        assert {it.path for it in asked} == {str(tmp_path / "scan.tif")}


async def test_the_file_of_several_pages_is_read_once() -> None:
    def script(request: Request) -> Attached | None:
        if not isinstance(request, Attach):
            return None
        attachment = Attachment("a" * 64, request.name, 4, 3, excerpt=request.excerpt)
        return Attached(attachment=attachment, path="/store/aa")

    pages = [DraftPicture(Path("/a.pdf"), excerpt=Excerpt(page)) for page in (3, 4, 5)]
    async with talk(ScriptedClient(script=script)) as it:
        await it.session.unsent.attach(*pages, Path("/b.png"))
        asked = [asked for asked in it.client.asked if isinstance(asked, Attach)]
        paths = [(asked.path, asked.excerpt.page) for asked in asked if asked.name == "a.pdf"]
        assert paths == [("/a.pdf", 3), ("/store/aa", 4), ("/store/aa", 5)]
        labels = [picture.label for picture in it.session.draft.pictures]
        assert labels == ["a.pdf#3", "a.pdf#4", "a.pdf#5", "b.png"]


def from_web(host: str, excerpt: Excerpt = WHOLE) -> DraftPicture:
    """A picture that is called the same on every host."""
    return DraftPicture(Path("a.png"), excerpt=excerpt, address=f"http://{host}/a.png")


def fetched(request: Request) -> Attached | None:
    """Returns the picture of an address, or a part of it, which has a hash of its own."""
    match request:
        case FetchPicture(address=address, excerpt=excerpt):
            path = f"/store/{address.split('/')[2]}"
        case Attach(path=path, excerpt=excerpt):
            pass
        case _:
            return None
    sha256 = hashlib.sha256(path.encode()).hexdigest()
    return Attached(attachment=Attachment(sha256, "a.png", 4, 3, excerpt=excerpt), path=path)


async def test_pictures_of_one_name_on_the_web_are_fetched_each_from_its_address() -> None:
    part = Excerpt(region=Region(0, 0, 2, 2))
    async with talk(ScriptedClient(script=fetched)) as it:
        await it.session.unsent.attach(from_web("one"), from_web("one", part), from_web("two"))
        asked = [asked.address for asked in it.client.asked if isinstance(asked, FetchPicture)]
        assert sorted(asked) == ["http://one/a.png", "http://two/a.png"]
        one, cut, two = it.session.draft.attachments
        assert (cut.sha256, cut.excerpt) == (one.sha256, part)
        assert two.sha256 != one.sha256


async def test_slow_servers_keep_no_file_waiting() -> None:
    async with talk(ScriptedClient(script=fetched)) as it:
        it.client.may_reply.clear()
        slow = [from_web(f"{number}.org") for number in range(5)]
        attaching = asyncio.create_task(it.session.unsent.attach(*slow, Path("/b.png")))
        await it.until(lambda: any(isinstance(asked, Attach) for asked in it.client.asked))
        it.client.may_reply.set()
        await attaching


async def test_pages_of_a_file_that_is_given_up_are_checked_again() -> None:
    async with talk(ScriptedClient()) as it:
        it.client.may_reply.clear()
        pages = [DraftPicture(Path("/a.pdf"), excerpt=Excerpt(page)) for page in (3, 4)]
        attaching = asyncio.create_task(it.session.unsent.attach(*pages))
        await it.until(lambda: it.session.draft.pictures)
        attaching.cancel()
        with pytest.raises(asyncio.CancelledError):
            await attaching
        it.client.may_reply.set()
        await it.session.submit("what?")
        (turn,) = [asked for asked in it.client.asked if isinstance(asked, SubmitTurn)]
        assert turn.attachments == ("a" * 64 + "#3", "a" * 64 + "#4")


async def test_a_crop_of_a_stored_picture_is_checked_by_its_copy_alone() -> None:
    def script(request: Request) -> ImageError | None:
        return ImageError("It is 4x3 pixels large.") if isinstance(request, Attach) else None

    crop = DraftPicture(
        Path("lemons.png"), copy=Path("/store/aa"), excerpt=Excerpt(region=Region(9, 9, 1, 1))
    )
    async with talk(ScriptedClient(script=script)) as it:
        await it.session.unsent.attach(crop)
        (asked,) = [asked for asked in it.client.asked if isinstance(asked, Attach)]
        assert (asked.path, asked.name, asked.excerpt) == ("/store/aa", "lemons.png", crop.excerpt)
        assert it.session.draft.pictures[0].error == "It is 4x3 pixels large."
        assert it.session.draft.pictures[0].label == "lemons.png@9,9,1,1"


async def test_a_picture_is_taken_off_a_question_that_waited_for_it_and_was_taken_back() -> None:
    async with talk(ScriptedClient()) as it:
        it.client.may_reply.clear()
        attaching = asyncio.create_task(it.session.unsent.attach(Path("/photos/lemons.png")))
        await it.until(lambda: it.session.draft.pictures)
        sending = asyncio.create_task(it.session.submit("what?"))
        await it.until(lambda: it.session.unsent.unacknowledged)
        await it.session.queue.take_back()
        it.session.unsent.pictures.remove(it.session.draft.pictures[0])
        again = asyncio.create_task(it.session.submit(it.session.draft.text))
        await it.until(lambda: it.client.submitted() == ["what?"])
        it.client.may_reply.set()
        await asyncio.gather(attaching, sending, again)


async def test_a_removed_picture_stays_claimed_and_comes_back_until_the_message_is_sent() -> None:
    async with talk(ScriptedClient()) as it:
        await it.session.unsent.attach(Path("/photos/lemons.png"))
        it.session.unsent.pictures.remove(it.session.draft.pictures[0])
        assert it.session.draft.pictures == []
        await it.until(lambda: claims(it.client)[-1:] == [(LEMONS.sha256,)])
        await it.session.unsent.pictures.put_back()
        assert [picture.attachment for picture in it.session.draft.pictures] == [LEMONS]
        it.session.unsent.pictures.remove(it.session.draft.pictures[0])
        await it.session.submit("what?")
        assert not it.session.unsent.pictures.can_put_back
        await it.until(lambda: claims(it.client)[-1:] == [()])


async def test_pictures_attached_or_put_back_just_before_enter_go_out_with_the_question() -> None:
    async with talk(ScriptedClient()) as it:
        checks = [
            it.session.unsent.attach(Path(f"/photos/{name}.png")) for name in ("lemons", "limes")
        ]
        it.session.unsent.pictures.remove(it.session.draft.pictures[0])
        checks.append(it.session.unsent.pictures.put_back())
        await asyncio.gather(it.session.submit("what?"), *checks)
        (request,) = [asked for asked in it.client.asked if isinstance(asked, SubmitTurn)]
        assert len(request.attachments) == 2


async def test_a_removed_picture_comes_back_also_where_its_question_was_refused() -> None:
    def refuse(request: Request) -> AnyEvent | BadRequest | None:
        return BadRequest("Too long.") if isinstance(request, SubmitTurn) else None

    async with talk(ScriptedClient(script=refuse)) as it:
        await it.session.unsent.attach(Path("/photos/lemons.png"))
        it.session.unsent.pictures.remove(it.session.draft.pictures[0])
        await it.session.submit("what?")
        assert it.session.draft.text == "what?"
        await it.session.unsent.pictures.put_back()
        assert it.session.draft.attachments == [LEMONS]


@pytest.mark.parametrize(
    "lack",
    [
        OSError(errno.EMFILE, "Too many open files"),
        RuntimeError("can't start new thread"),
        MemoryError(),
    ],
)
async def test_where_pictures_can_not_be_looked_for_the_question_is_back_with_the_reason(
    lack: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_text: str) -> FoundPictures:
        raise lack

    monkeypatch.setattr(attach_paths, "find_pictures", fail)
    async with talk(ScriptedClient()) as it:
        await it.session.unsent.attach(Path("/photos/lemons.png"))
        await it.session.submit("what?")
        assert it.client.submitted() == []
        assert it.session.draft.text == "what?"
        assert it.session.draft.attachments == [LEMONS]
        sentence = it.of(RequestRefused)[-1].sentence
        assert sentence.startswith("The question was not sent: ")
        assert sentence.endswith("Close other programs, then try again.")


async def test_a_refused_picture_is_tried_again_alone() -> None:
    refusals = [ImageError("lemons.png is cut off.")]

    def refuse_once(request: Request) -> AnyEvent | ImageError | None:
        return refusals.pop() if isinstance(request, Attach) and refusals else None

    async with talk(ScriptedClient(script=refuse_once)) as it:
        await it.session.unsent.attach(Path("/photos/lemons.png"))
        await it.session.unsent.attach(Path("/photos/limes.png"))
        await it.session.unsent.pictures.retry(it.session.draft.pictures[0])
        assert [picture.error for picture in it.session.draft.pictures] == ["", ""]
        asked = [request.path for request in it.client.asked if isinstance(request, Attach)]
        assert asked == ["/photos/lemons.png", "/photos/limes.png", "/photos/lemons.png"]


async def test_a_picture_that_was_attached_already_and_is_named_too_goes_out_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cat.png").touch()
    monkeypatch.chdir(tmp_path)
    async with talk(ScriptedClient()) as it:
        await it.session.unsent.attach(tmp_path / "cat.png")
        await it.session.submit("what is in cat.png?")
        (request,) = [asked for asked in it.client.asked if isinstance(asked, SubmitTurn)]
        assert (request.text, len(request.attachments)) == ("what is in cat.png?", 1)


async def test_pictures_land_where_they_were_pasted_whatever_is_switched_meanwhile() -> None:
    async with talk(ScriptedClient(OLD)) as it:
        it.client.may_reply.clear()
        paths = [Path(f"/pictures/{number}.png") for number in range(8)]
        attaching = asyncio.create_task(it.session.unsent.attach(*paths))
        await it.until(lambda: it.of(DraftChanged))
        draft = it.session.draft
        it.client.may_reply.set()
        await it.session.shown.open(3)
        await attaching
        assert [picture.path for picture in draft.pictures] == paths
        assert it.session.draft.pictures == []


async def test_a_question_whose_pictures_are_being_checked_can_be_taken_back() -> None:
    async with talk(ScriptedClient(OLD), LaunchOptions(chat=3)) as it:
        it.client.may_reply.clear()
        attaching = asyncio.create_task(it.session.unsent.attach(Path("/pictures/lemons.png")))
        await it.until(lambda: it.session.draft.pictures)
        sending = asyncio.create_task(it.session.submit("how much?"))
        await it.until(lambda: it.session.unsent.unacknowledged)
        await it.session.queue.take_back()
        assert it.session.draft.text == "how much?"
        await sending
        it.client.may_reply.set()
        await attaching
        assert it.session.draft.attachments == [LEMONS]
        assert it.client.submitted() == []


async def test_a_question_is_held_where_the_core_goes_while_its_pictures_are_checked() -> None:
    dying = ScriptedClient(OLD, script=loses_replies(Attach))
    async with talk(dying, LaunchOptions(chat=3)) as it:
        await it.session.unsent.attach(Path("/pictures/lemons.png"))
        await it.session.submit("how much?")
        assert [turn.is_held for turn in it.session.unsent.unacknowledged] == [True]
        second = await reconnect(it, ScriptedClient(OLD), LaunchOptions(chat=3))
        await it.until(lambda: queued(it) == ["how much?"])
        (sent,) = [one for one in it.client.asked if isinstance(one, SubmitTurn)]
        assert sent.attachments == (LEMONS.sha256,)
        second.cancel()
        await asyncio.wait([second])
