"""The session without widgets: what it asks of the core and what it tells the screen."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from seeshell.core.conversation import Attachment, Message
from seeshell.core.errors import BadRequest, CoreUnreachable, CoreVersionMismatch, ImageError
from seeshell.core.messages.events import (
    ConversationOpened,
    ConversationsChanged,
    Delta,
    TurnQueued,
    TurnWithdrawn,
)
from seeshell.core.messages.requests import (
    Attach,
    ListConversations,
    PrepareTurn,
    Request,
    SubmitTurn,
)
from seeshell.core.settings import find_paths
from seeshell.tui.draft import Draft, DraftPicture, SentTurn, WaitingTurn
from seeshell.tui.draft_file import DraftFile
from seeshell.tui.launch import Launch
from seeshell.tui.session import ChatSession
from seeshell.tui.session_events import (
    AnswerEnded,
    AnswerGrew,
    ConversationsFound,
    ConversationShown,
    CoreLost,
    DraftChanged,
    RequestRefused,
    SessionEvent,
    StatusChanged,
    TextReturned,
    TurnStarted,
)

from .scripted_client import ScriptedClient, conversation, ended

PATIENCE = 20.0

LEMONS = Attachment("a" * 64, "lemons.png", 4032, 3024, 1152, 864, 972)
OPEN = Message(2, 1, "assistant", "", 0.0)
OLD = conversation(3, "old", Message(1, None, "user", "what?", 0.0))
BUSY = conversation(4, "busy", Message(1, None, "user", "what?", 0.0), OPEN)


def draft_file() -> DraftFile:
    """Returns the draft file of this test."""
    return DraftFile(find_paths(os.environ).data_dir / "drafts.json")


class Talk:
    """A session and what it told."""

    def __init__(self, client: ScriptedClient) -> None:
        self.client = client
        self.told: list[SessionEvent] = []
        self.replaced: list[bool] = []
        self.session = ChatSession(self.connect, self.told.append, draft_file())

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
async def talk(client: ScriptedClient, launch: Launch | None = None) -> AsyncIterator[Talk]:
    talk = Talk(client)
    running = asyncio.create_task(talk.session.run(launch or Launch()))
    await talk.until(lambda: talk.session.status.state == "ready" and talk.of(ConversationsFound))
    try:
        async with asyncio.timeout(PATIENCE):
            yield talk
    finally:
        running.cancel()
        await asyncio.wait([running])


async def test_a_first_message_makes_the_conversation() -> None:
    async with talk(ScriptedClient()) as it:
        await it.session.submit("hello")
        assert it.session.conversation == 7
        assert [event.user_message.text for event in it.of(TurnStarted)] == ["hello"]


async def test_text_that_overtakes_the_reply_is_shown_after_it() -> None:
    early = Delta(conversation=7, message=103, text="red")

    def script(request: Request) -> None:
        if isinstance(request, SubmitTurn):
            client.tell(early)

    client = ScriptedClient(script=script)
    async with talk(client) as it:
        await it.session.submit("hello")
        await it.until(lambda: it.of(AnswerGrew))
        kinds = [type(event) for event in it.told]
        assert kinds.index(TurnStarted) < kinds.index(AnswerGrew)


async def test_events_of_other_conversations_are_not_told() -> None:
    async with talk(ScriptedClient(OLD), Launch(chat=3)) as it:
        await it.until(lambda: it.of(ConversationShown))
        it.client.tell(Delta(conversation=9, message=1, text="no"))
        it.client.tell(Delta(conversation=3, message=1, text="yes"))
        await it.until(lambda: it.of(AnswerGrew))
        assert [event.text for event in it.of(AnswerGrew)] == ["yes"]


async def test_messages_sent_during_an_answer_follow_one_by_one() -> None:
    async with talk(ScriptedClient(BUSY), Launch(chat=4)) as it:
        await it.until(lambda: it.session.is_answering)
        await it.session.submit("one")
        await it.session.submit("two")
        assert it.client.submitted() == []
        it.client.tell(ended(TurnQueued(conversation=4, user_message=OPEN, answer=OPEN)))
        await it.until(lambda: it.of(TurnStarted))
        assert it.client.submitted() == ["one"]
        started = it.of(TurnStarted)[0]
        it.client.tell(ended(TurnQueued(conversation=4, user_message=OPEN, answer=started.answer)))
        await it.until(lambda: it.client.submitted() == ["one", "two"])


async def test_waiting_messages_come_back_when_the_answer_is_stopped() -> None:
    async with talk(ScriptedClient(BUSY), Launch(chat=4)) as it:
        await it.until(lambda: it.session.is_answering)
        await it.session.submit("one")
        await it.session.submit("two")
        queued = TurnQueued(conversation=4, user_message=OPEN, answer=OPEN)
        it.client.tell(ended(queued, reason="cancelled"))
        await it.until(lambda: it.of(TextReturned))
        assert it.of(TextReturned)[0].text == "one\ntwo"
        assert it.client.submitted() == []


async def test_a_refused_message_comes_back_with_its_pictures_and_the_reason() -> None:
    def script(request: Request) -> BadRequest | None:
        return BadRequest("The core is ending.") if isinstance(request, SubmitTurn) else None

    async with talk(ScriptedClient(script=script)) as it:
        await it.session.attach(Path("/pictures/lemons.png"))
        await it.session.submit("how much?")
        assert [event.text for event in it.of(TextReturned)] == ["how much?"]
        assert [event.sentence for event in it.of(RequestRefused)] == ["The core is ending."]
        assert [picture.name for picture in it.session.draft.pictures] == ["lemons.png"]


async def test_a_message_waits_until_its_picture_is_checked() -> None:
    async with talk(ScriptedClient()) as it:
        it.client.may_reply.clear()
        attaching = asyncio.create_task(it.session.attach(Path("/pictures/lemons.png")))
        await it.until(lambda: it.session.draft.pictures)
        submitting = asyncio.create_task(it.session.submit("how much?"))
        it.session.detach_last()
        assert it.client.submitted() == []
        it.client.may_reply.set()
        await asyncio.gather(attaching, submitting)
        turn = it.client.asked[-1]
        assert isinstance(turn, SubmitTurn)
        assert turn.attachments == ("a" * 64,)


async def test_nothing_is_sent_with_a_broken_picture() -> None:
    def script(request: Request) -> ImageError | None:
        return ImageError("It is cut off.") if isinstance(request, Attach) else None

    async with talk(ScriptedClient(script=script)) as it:
        await it.session.attach(Path("/pictures/lemons.png"))
        await it.session.submit("how much?")
        assert it.client.submitted() == []
        assert "lemons.png can't be sent" in it.of(RequestRefused)[0].sentence
        assert it.session.draft.pictures[0].error == "It is cut off."
        it.session.detach_last()
        await it.session.submit("how much?")
        assert it.client.submitted() == ["how much?"]


async def test_a_picture_belongs_to_the_draft_for_which_it_was_attached() -> None:
    async with talk(ScriptedClient(OLD)) as it:
        attaching = asyncio.create_task(it.session.attach(Path("/pictures/lemons.png")))
        await it.until(lambda: it.of(DraftChanged))
        await it.session.open(3)
        await attaching
        assert it.session.draft.pictures == []
        it.session.start_new()
        assert [picture.is_checking for picture in it.session.draft.pictures] == [False]


async def test_opening_a_conversation_with_an_open_answer_shows_its_end() -> None:
    async with talk(ScriptedClient(BUSY), Launch(chat=4)) as it:
        await it.until(lambda: it.session.is_answering)
        it.client.tell(ended(TurnQueued(conversation=4, user_message=OPEN, answer=OPEN), "red"))
        await it.until(lambda: it.of(AnswerEnded))
        assert not it.session.is_answering


async def test_a_changed_list_is_asked_for_again_with_the_filter_in_force() -> None:
    async with talk(ScriptedClient(OLD)) as it:
        await it.session.find_conversations("lemons")
        it.client.tell(ConversationsChanged())
        asked = it.client.asked
        await it.until(lambda: sum(isinstance(one, ListConversations) for one in asked) == 3)
        assert asked[-1] == ListConversations(query="lemons")


async def test_a_dead_core_is_told_once_with_its_last_words_and_nothing_is_lost() -> None:
    async with talk(ScriptedClient(BUSY), Launch(chat=4)) as it:
        await it.until(lambda: it.session.is_answering)
        await it.session.submit("one")
        it.client.die()
        await it.until(lambda: it.of(CoreLost))
        assert it.of(CoreLost)[0].error.log_tail == "last words"
        assert [event.text for event in it.of(TextReturned)] == ["one"]
        assert not it.session.is_answering
        await it.session.submit("two")
        assert it.of(TextReturned)[-1].text == "two"
        assert len(it.of(CoreLost)) == 1


async def test_a_core_that_can_not_be_reached_is_told_like_a_dead_one() -> None:
    async def connect(_replace_core: bool) -> Any:
        raise CoreVersionMismatch("The core is of version 0.")

    told: list[SessionEvent] = []
    session = ChatSession(connect, told.append, draft_file())
    await session.run(Launch())
    assert isinstance(told[-1], CoreLost)
    assert isinstance(told[-1].error, CoreVersionMismatch)
    assert session.status.state == "no core"


def withdrawn(conversation: int, answer: int) -> TurnWithdrawn:
    return TurnWithdrawn(
        conversation=conversation,
        message=answer,
        restored=None,
        error="PromptTooLong",
        sentence="That is too long.",
    )


async def test_a_message_that_still_waits_at_the_next_start_comes_back_if_withdrawn() -> None:
    turn = WaitingTurn("long question", (DraftPicture(Path("lemons.png"), LEMONS),))
    draft_file().write([Draft(4, sent=SentTurn(OPEN.id, turn))])
    async with talk(ScriptedClient(BUSY)) as it:
        await it.until(lambda: it.session.has_begun)
        assert not it.of(TextReturned)
        it.client.tell(withdrawn(4, OPEN.id))
        await it.until(lambda: it.of(TextReturned))
        assert [event.text for event in it.of(TextReturned)] == ["long question"]
        assert [event.sentence for event in it.of(RequestRefused)] == ["That is too long."]
        assert it.session.conversation is None
        assert it.session.draft.attachments == [LEMONS]


async def test_a_message_whose_answer_has_begun_does_not_come_back_at_the_next_start() -> None:
    async with talk(ScriptedClient()) as it:
        await it.session.submit("what?")
        it.session.save_drafts()
        assert [saved.text for saved in draft_file().take()] == ["what?"]
        it.client.tell(Delta(conversation=7, message=103, text="red"))
        await it.until(lambda: it.of(AnswerGrew))
        it.session.save_drafts()
        assert draft_file().take() == ()


async def test_a_second_run_begins_when_the_first_has_left_the_core() -> None:
    async with talk(ScriptedClient(OLD)) as it:
        first_states = len(it.of(StatusChanged))
        second = asyncio.create_task(it.session.run(Launch(chat=3), replace_core=True))
        await asyncio.sleep(0)
        assert it.replaced == [False]
        it.client.die()
        await it.until(lambda: it.of(ConversationShown))
        assert it.replaced == [False, True]
        assert len(it.of(StatusChanged)) > first_states
        second.cancel()
        await asyncio.wait([second])


async def test_requests_without_a_core_say_how_to_get_one() -> None:
    told: list[SessionEvent] = []

    async def connect(_replace_core: bool) -> Any:
        raise CoreUnreachable("No.")

    session = ChatSession(connect, told.append, draft_file())
    await session.rename(1, "title")
    assert "f5 starts one" in told[-1].sentence  # type: ignore[attr-defined]


def prepared(client: ScriptedClient) -> list[tuple[int | None, int]]:
    """Conversation and number of pictures of each turn that was prepared."""
    wishes = [it for it in client.asked if isinstance(it, PrepareTurn)]
    return [(wish.conversation, len(wish.attachments)) for wish in wishes]


async def test_the_core_hears_of_an_opened_conversation_and_of_each_picture() -> None:
    async with talk(ScriptedClient(OLD), Launch(chat=3)) as it:
        await it.until(lambda: prepared(it.client) == [(3, 0)])
        await it.session.attach(Path("/a.png"))
        await it.until(lambda: prepared(it.client) == [(3, 0), (3, 1)])
        it.session.detach_last()
        await it.until(lambda: prepared(it.client) == [(3, 0), (3, 1), (3, 0)])


async def test_pictures_stay_prepared_until_the_message_that_waits_with_them_is_sent() -> None:
    async with talk(ScriptedClient(BUSY), Launch(chat=4)) as it:
        await it.until(lambda: it.session.is_answering)
        await it.session.attach(Path("/a.png"))
        await it.session.submit("what?")
        await it.until(lambda: prepared(it.client)[-1:] == [(4, 1)])
        it.client.tell(ended(TurnQueued(conversation=4, user_message=OPEN, answer=OPEN)))
        await it.until(lambda: it.client.submitted() == ["what?"])
        await it.until(lambda: prepared(it.client)[-1] == (4, 0))
        kinds = [type(it) for it in it.client.asked if isinstance(it, SubmitTurn | PrepareTurn)]
        assert kinds[-2:] == [SubmitTurn, PrepareTurn]


async def test_of_conversations_that_the_cursor_passes_only_the_last_is_prepared() -> None:
    async with talk(ScriptedClient(OLD, BUSY), Launch(chat=3)) as it:
        await it.until(lambda: prepared(it.client) == [(3, 0)])
        it.session.note_highlight(8)
        it.session.note_highlight(4)
        await it.until(lambda: len(prepared(it.client)) == 2)
        assert prepared(it.client)[-1] == (4, 0)
        it.session.note_highlight(None)
        await it.until(lambda: prepared(it.client)[-1] == (3, 0))


async def test_a_core_that_refuses_to_prepare_or_is_away_bothers_nobody() -> None:
    def script(request: Request) -> BadRequest | None:
        return BadRequest("No.") if isinstance(request, PrepareTurn) else None

    async with talk(ScriptedClient(OLD, script=script), Launch(chat=3)) as it:
        await it.until(lambda: prepared(it.client))
        await it.session.attach(Path("/a.png"))
        await it.until(lambda: len(prepared(it.client)) == 2)
        assert not it.of(RequestRefused)
        it.client.die()
        await it.until(lambda: it.of(CoreLost))
        it.session.start_new()
        await asyncio.sleep(0)
        assert len(prepared(it.client)) == 2
        assert not it.of(RequestRefused)


async def test_the_branch_that_another_window_shows_is_shown_here_too() -> None:
    other = conversation(3, "old", Message(5, None, "user", "why?", 0.0))
    async with talk(ScriptedClient(OLD), Launch(chat=3)) as it:
        await it.until(lambda: it.of(ConversationShown))
        it.client.tell(ConversationOpened(conversation=other))
        await it.until(lambda: len(it.of(ConversationShown)) == 2)
        assert it.of(ConversationShown)[-1].conversation == other
