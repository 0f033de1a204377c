"""What `seeshell ask` says of answers, waits and models, on a core that follows a script."""

import asyncio
import io
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any, cast

import pytest
from msgspec.structs import replace

from seeshell.core.conversation import (
    Conversation,
    ConversationSummary,
    FinishReason,
    Message,
    QueuedTurn,
    compose,
)
from seeshell.core.errors import BadRequest, ModelNotFound
from seeshell.core.ipc.client import CoreClient
from seeshell.core.messages.events import (
    AnyEvent,
    ConversationOpened,
    CoreStatus,
    Delta,
    Done,
    Notice,
    PictureBegun,
    Prefilled,
    ThoughtsDelta,
    TurnEnded,
    TurnFailed,
    TurnStarted,
    Waiting,
    WorkChanged,
)
from seeshell.core.messages.model_events import ModelFailed, ModelLoaded, ModelLoading
from seeshell.core.messages.model_requests import LoadModel
from seeshell.core.messages.queue_events import TurnQueued
from seeshell.core.messages.requests import GetStatus, OpenConversation, Request, SubmitTurn
from seeshell.tui.cli.asking import Asking
from seeshell.tui.cli.before_asking import require_failure
from seeshell.tui.cli.output import Output

from ...messages import answer, opened, question
from ...patience import PATIENCE

NAMES = {"conversation": 7, "message": 2}
ASKED = question(1, "How many?")
STARTED = TurnStarted(conversation=7, turn="mine", user_message=ASKED, answer=opened(2))
SENT = "Text and pictures are sent to example.org."


class Core:
    """Sends what a test wrote down, the events of a turn once it was asked for."""

    def __init__(
        self,
        before: Sequence[AnyEvent] = (),
        turn: Sequence[AnyEvent] = (),
        *,
        notice: str = "",
        last: Message | None = None,
    ) -> None:
        self._events: asyncio.Queue[AnyEvent] = asyncio.Queue()
        self._turn = turn
        self._notice = notice
        self._last = last
        self.tell(before)

    def tell(self, events: Sequence[AnyEvent]) -> None:
        for event in events:
            self._events.put_nowait(event)

    async def request(self, request: Request) -> AnyEvent:
        match request:
            case GetStatus():
                return CoreStatus(
                    version="1",
                    pid=1,
                    state="ready",
                    is_loaded=True,
                    model="big",
                    model_notice=self._notice,
                )
            case OpenConversation():
                messages = (ASKED, self._last) if self._last else ()
                summary = ConversationSummary(7, "", 0.0, 0.0, 2)
                return ConversationOpened(conversation=Conversation(summary, messages))
            case SubmitTurn():
                self.tell([STARTED, *self._turn])
                return TurnQueued(conversation=7, turn=QueuedTurn("mine", "submit", ASKED))
        assert isinstance(request, LoadModel)
        return Done()

    async def events(self) -> AsyncIterator[AnyEvent]:
        while True:
            yield await self._events.get()


def ended(reason: FinishReason, text: str = "", thoughts: str = "", error: str = "") -> TurnEnded:
    message = answer(2, "", reason, error=error, model="big")
    parts = compose(text, thoughts=thoughts)
    return TurnEnded(conversation=7, message=replace(message, parts=parts))


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


class Command:
    """One command: what it wrote and its status."""

    def __init__(
        self, core: Core, *, as_json: bool = False, stream: type[io.StringIO] = io.StringIO
    ) -> None:
        self._out, self._err = stream(), stream()
        output = Output(as_json=as_json, out=self._out, err=self._err)
        self._core = cast(CoreClient, core)
        self._asking = Asking(self._core, output)

    @property
    def out(self) -> str:
        return self._out.getvalue()

    @property
    def told(self) -> list[str]:
        """The lines on standard error."""
        return self._err.getvalue().splitlines()

    async def ask(self, model: str = "") -> int:
        async with asyncio.timeout(PATIENCE):
            await (self._asking.load(model) if model else self._asking.show_notice())
            return await self._asking.submit(SubmitTurn(text="How many?", turn="mine"))

    async def require_failure(self) -> None:
        await require_failure(self._core, 7)


@pytest.mark.parametrize(
    ("end", "status", "told"),
    [
        pytest.param(ended("stop", "Two."), 0, [], id="complete"),
        pytest.param(
            ended("length", "Two le"),
            1,
            [
                "seeshell: the answer reached its token limit and is cut off. "
                "seeshell ask --chat 7 --finish goes on with it."
            ],
            id="length",
        ),
        pytest.param(ended("cancelled"), 1, ["seeshell: the answer was stopped."], id="stopped"),
        pytest.param(
            ended("filtered", "Half", error="It was cut off."),
            1,
            ["seeshell: It was cut off."],
            id="filtered in mid-text",
        ),
        pytest.param(
            ended("filtered", error="None came."), 1, ["seeshell: None came."], id="filtered"
        ),
        pytest.param(ended("empty", error="Empty."), 1, ["seeshell: Empty."], id="empty"),
        pytest.param(
            ended("empty", " \n", error="Empty."), 1, ["seeshell: Empty."], id="white space"
        ),
        pytest.param(
            ended("thoughts_only", "", "Hm.", error="It only thought."),
            1,
            ["seeshell: It only thought."],
            id="thoughts alone",
        ),
    ],
)
@pytest.mark.parametrize("as_json", [False, True], ids=["text", "json"])
async def test_only_a_complete_answer_is_a_success_and_the_others_say_why(
    end: TurnEnded, status: int, told: list[str], as_json: bool
) -> None:
    text, thoughts = end.message.text, end.message.thoughts
    events: list[AnyEvent] = [ThoughtsDelta(text=thoughts, **NAMES)] if thoughts else []
    events += [Delta(text=text, **NAMES)] if text else []
    command = Command(Core(turn=[*events, end]), as_json=as_json)
    assert await command.ask() == status
    if thoughts and not as_json:
        told = [f"{told[0]} Its thoughts: seeshell --chat 7"]
    assert command.told == told
    if as_json:
        document = json.loads(command.out)
        assert (document["text"], document["thoughts"]) == (text, thoughts)
        assert document["finish_reason"] == end.message.finish_reason
    else:
        assert command.out.rstrip("\n") == text.rstrip("\n")


async def test_after_an_error_the_document_has_what_came_before_it() -> None:
    failed = TurnFailed(
        conversation=7,
        message=answer(2, "Two", error="It broke."),
        error="EndpointError",
        sentence="It broke.",
    )
    core = Core(turn=[ThoughtsDelta(text="Hm.", **NAMES), Delta(text="Two", **NAMES), failed])
    command = Command(core, as_json=True)
    assert await command.ask() == 1
    assert json.loads(command.out) == {
        "error": {"kind": "EndpointError", "message": "It broke."},
        "text": "Two",
        "thoughts": "Hm.",
        "conversation": 7,
    }


async def test_waits_and_notices_are_told_on_standard_error_one_line_each() -> None:
    events: list[AnyEvent] = [
        Waiting(reason="It is busy.", **NAMES),
        Waiting(reason="Not ours.", conversation=7, message=99),
        ThoughtsDelta(text="Hm.", **NAMES),
        Waiting(reason="It is busy still.", **NAMES),
        Notice(sentence="config.toml changed."),
        Delta(text="Two.", **NAMES),
        ended("stop", "Two.", "Hm."),
    ]
    command = Command(Core(turn=events))
    assert await command.ask() == 0
    assert command.told == [
        "seeshell: It is busy.",
        "seeshell: It is busy still.",
        "seeshell: config.toml changed.",
    ]
    assert command.out == "Two.\n"


async def test_a_terminal_shows_that_the_model_thinks_until_it_speaks() -> None:
    events = [ThoughtsDelta(text="Hm.", **NAMES), Delta(text="Two.", **NAMES)]
    command = Command(Core(turn=[*events, ended("stop", "Two.", "Hm.")]), stream=Terminal)
    assert await command.ask() == 0
    assert command.out == "Two.\n"
    assert [line.strip() for line in command.told] == ["", "preparing", "thinking", ""]


def loaded(source: str = "http://big", notice: str = SENT) -> ModelLoaded:
    return ModelLoaded(model="big", context_length=0, notice=notice, source=source)


def loading(source: str = "http://big") -> ModelLoading:
    return ModelLoading(model=source, stage="reading")


BIG, OTHER = "http://big", "http://other"


@pytest.mark.parametrize(
    ("model", "notice", "before", "turn", "told"),
    [
        pytest.param("", SENT, [], [], [SENT], id="there already"),
        pytest.param("", SENT, [loaded()], [], [SENT], id="loaded while it connects"),
        pytest.param("", "", [loading()], [loaded()], [SENT], id="loaded before the answer"),
        pytest.param(BIG, SENT, [loaded(), loaded()], [], [SENT], id="by its start and by name"),
        pytest.param(BIG, "", [loading(), loaded()], [loaded()], [SENT], id="again in mid-turn"),
        pytest.param(f" {BIG} ", "", [loaded()], [], [SENT], id="with spaces around"),
        pytest.param(BIG, "", [loaded(notice="")], [], [], id="nothing to say"),
        pytest.param(
            BIG,
            "",
            [loaded(OTHER, "Sent to other."), loading(), loaded()],
            [],
            [SENT],
            id="after another one to which nothing is sent",
        ),
        pytest.param(
            "",
            SENT,
            [],
            [loaded(OTHER, "Sent to other.")],
            [SENT, "Sent to other."],
            id="another one in its place",
        ),
    ],
)
async def test_where_text_and_pictures_go_is_told_once(
    model: str,
    notice: str,
    before: list[AnyEvent],
    turn: list[AnyEvent],
    told: list[str],
) -> None:
    command = Command(Core(before, [*turn, ended("stop", "Two.")], notice=notice))
    assert await command.ask(model) == 0
    assert command.told == told


async def test_a_load_of_another_model_is_not_taken_for_ones_own() -> None:
    failed: Any = ModelFailed(model=BIG, error="ModelNotFound", sentence="It is not there.")
    other = replace(failed, model=OTHER, sentence="Not ours.")
    command = Command(Core([loaded(OTHER), other, failed]))
    with pytest.raises(ModelNotFound, match=r"It is not there\."):
        await command.ask(BIG)
    assert command.told == []


@pytest.mark.parametrize(
    ("last", "may_retry"),
    [
        pytest.param(answer(2, "", "failed", error="No."), True, id="failed"),
        pytest.param(answer(2, "Half", "failed", error="No."), True, id="failed in mid-text"),
        pytest.param(answer(2, "", "filtered", error="No."), True, id="filtered"),
        pytest.param(answer(2, "Half", "filtered", error="No."), True, id="filtered in mid-text"),
        pytest.param(answer(2, "", "empty", error="No."), True, id="empty"),
        pytest.param(answer(2, "", "thoughts_only", error="No."), True, id="thoughts alone"),
        pytest.param(answer(2, "Two."), False, id="complete"),
        pytest.param(answer(2, "Two le", "length"), False, id="cut off"),
        pytest.param(answer(2, "", "cancelled"), False, id="stopped"),
        pytest.param(None, False, id="never asked"),
    ],
)
async def test_what_can_be_asked_again(last: Message | None, may_retry: bool) -> None:
    command = Command(Core(last=last))
    if may_retry:
        await command.require_failure()
    else:
        with pytest.raises(BadRequest, match="did not fail"):
            await command.require_failure()


@pytest.mark.parametrize("other_answers", [True, False])
async def test_a_model_that_can_not_be_loaded_is_told_once(other_answers: bool) -> None:
    failed = ModelFailed(model="new", error="ModelNotFound", sentence="Nobody answers at h:1.")
    end: list[AnyEvent] = [Delta(**NAMES, text="a"), Delta(**NAMES, text="b"), ended("stop", "ab")]
    if not other_answers:
        message = answer(2, "", "failed", error=failed.sentence)
        end = [
            TurnFailed(
                conversation=7, message=message, error="ModelNotFound", sentence=failed.sentence
            )
        ]
    err = io.StringIO()
    output = Output(as_json=False, out=io.StringIO(), err=err)
    asking = Asking(cast(CoreClient, Core([failed], end)), output)
    await asyncio.wait_for(asking.submit(SubmitTurn(text="?")), PATIENCE)
    more = " Until then the one before it answers." if other_answers else ""
    assert err.getvalue() == f"seeshell: Nobody answers at h:1.{more}\n"


async def test_a_wait_says_on_a_terminal_what_is_done() -> None:
    end = ended("stop", "Two.")
    core = Core(
        before=[WorkChanged(answering=5, waiting=())],
        turn=[
            PictureBegun(number=2, total=3, **NAMES),
            Prefilled(done=340, total=1200, reused=0, **NAMES),
            Delta(text="Two.", **NAMES),
            end,
        ],
    )
    command = Command(core, stream=Terminal)
    assert await command.ask() == 0
    shown = [line.strip() for line in command.told if line.strip()]
    assert shown == ["preparing", "encoding picture 2 of 3", "reading 340 of 1,200 tokens"]
