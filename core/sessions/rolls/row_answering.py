"""One row of a roll, from its picture's file to the end of its answer."""

import logging
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from pathlib import Path
from typing import NamedTuple, cast

from msgspec.structs import replace

from ...client_environment import ClientEnvironment
from ...conversation import Attachment, Message, TextPart
from ...engine.engine import (
    ROWS,
    AnswerEnd,
    AnswerEvent,
    Engine,
    LoadedModel,
    PromptMessage,
    TextDelta,
    ThoughtsDelta,
)
from ...errors import ImageError, NotStored, SeeshellError, TurnError
from ...generation_options import GenerationOptions
from ...roll import RollQuestion, RollRow, RowAnswer
from ...store.archive import Archive
from ..endings import judge_end
from ..prompt_messages import read_prompt, with_budget
from ..turn_options import TurnOptions

_logger = logging.getLogger(__name__)


class ReadyRow(NamedTuple):
    """A row whose picture is stored."""

    row: RollRow
    prompt: tuple[PromptMessage, ...]
    options: GenerationOptions


class EndedRow(NamedTuple):
    """A row that is done or has failed, not stored yet."""

    row: RollRow
    error: SeeshellError | None = None
    """Why it failed."""


class RowAnswering:
    """Reads the pictures of rows, and has the engine answer them."""

    def __init__(self, archive: Archive, engine: Engine, options: TurnOptions) -> None:
        self._archive = archive
        self._engine = engine
        self._options = options
        self._free_at = 0.0
        """When the engine was done with the last row."""

    async def prepare(self, row: RollRow, question: RollQuestion) -> ReadyRow | EndedRow:
        """Copies a row's picture into the store and returns its prompt.

        Where there is a copy of an earlier try, that counts. A picture that can't be read ends the
        row.

        Raises:
            StoreError: the store can't be used.
            PresetNotFound: the roll keeps a preset that is not there.
        """
        options = self._options.resolve(question.choices, question.options)
        try:
            stored = await self._find_picture(row)
            (picture,) = with_budget([stored], options)
            picture = await self._engine.measure(picture)
            row = replace(row, picture=picture)
            text = row.source.question or question.text
            asked = Message(0, None, "user", (picture, TextPart(text)), 0.0)
            prompt = await read_prompt(self._archive, [asked], options)
        except (ImageError, NotStored) as error:
            return _fail(row, error, RowAnswer())
        return ReadyRow(row, prompt, options)

    async def answer(
        self, ready: ReadyRow, environment: ClientEnvironment, tell_begun: Callable[[], None]
    ) -> EndedRow:
        """Returns the row with its answer; cancelling this stops the engine.

        Args:
            ready: the row.
            environment: of the client that wants it, to reach a server.
            tell_begun: called once the engine works on it.
        """
        asked_at, texts, thoughts = time.monotonic(), [], []
        model = self._engine.model
        end = error = None
        try:
            answering = self._engine.answer(
                ready.prompt, ready.options, conversation=ROWS, environment=environment
            )
            async with aclosing(cast(AsyncGenerator[AnswerEvent, None], answering)) as events:
                async for event in events:
                    tell_begun()
                    match event:
                        case TextDelta(text=text):
                            texts.append(text)
                        case ThoughtsDelta(text=text):
                            thoughts.append(text)
                        case AnswerEnd():
                            end = event
        except SeeshellError as raised:
            error = raised
        except Exception as raised:
            _logger.exception("a row failed unexpectedly")
            error = TurnError(f"The answer failed ({raised!r}); the core's log says more.")
        now = time.monotonic()
        seconds, self._free_at = now - max(asked_at, self._free_at), now
        answer = _name_model(
            RowAnswer("".join(texts), "".join(thoughts), seconds), self._engine.model or model
        )
        if end is None:
            error = error or TurnError("The engine broke off the answer: ask again.")
            return _fail(ready.row, error, answer)
        return _end(ready.row, end, answer)

    async def _find_picture(self, row: RollRow) -> Attachment:
        if row.picture is not None:
            (picture,) = await self._archive.pictures.find([row.picture.key])
            return replace(picture, name=row.picture.name)
        path = row.source.path
        if "\0" in path or not Path(path).is_absolute():
            raise ImageError(f"{path!r} is not an absolute path; give the whole path.")
        added = await self._archive.pictures.attach(
            Path(path), row.source.name, excerpt=row.source.excerpt
        )
        return added.picture


def _name_model(answer: RowAnswer, model: LoadedModel | None) -> RowAnswer:
    if model is None:
        return answer
    return replace(answer, model=model.name, model_source=model.source, adapter=model.adapter)


def _end(row: RollRow, end: AnswerEnd, answer: RowAnswer) -> EndedRow:
    """Returns a row whose answer ended, be it with words or without."""
    reason, sentence = judge_end(end, answer.text, answer.thoughts)
    answer = replace(answer, finish_reason=reason, error=sentence, stats=end.stats)
    state = "done" if reason in ("stop", "length") else "failed"
    return EndedRow(replace(row, state=state, answer=answer))


def _fail(row: RollRow, error: SeeshellError, answer: RowAnswer) -> EndedRow:
    answer = replace(answer, finish_reason="failed", error=str(error))
    return EndedRow(replace(row, state="failed", answer=answer), error)
