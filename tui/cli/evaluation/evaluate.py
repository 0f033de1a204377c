"""`seeshell eval`: a file of pictures, questions and accepted answers, answered and scored.

A thin program on the roll: each side's answers are a roll of their own, which goes on where it was
stopped when the same command is given again. Neither core nor app imports it.
"""

import asyncio
import hashlib
import os
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec
from msgspec.structs import replace

from ....core.errors import BadRequest, CoreDied
from ....core.generation_options import ConversationChoices, GenerationOptions
from ....core.ipc.core_process import absolute_source, launch_arguments
from ....core.messages.roll_requests import StartRoll
from ....core.roll import Roll, RollPicture, RollQuestion
from ....core.settings import Paths, Settings, find_paths, read_settings
from ..answer_options import read_answer_options
from ..exit_status import COMPLETE, ERROR
from ..followed_roll import FollowedRoll
from ..output import Output
from ..reached_core import connected
from ..row_formats import RowFormat, SilentRows
from .cases import Case, read_cases
from .results import Results, Side
from .scorers import choose_scorers

_LONGEST_LIST: Final = 10
"""Failed rows that are told one by one."""


def evaluate(options: Namespace, output: Output) -> int:
    """Asks each side, prints the scores and returns the exit status: 0 if no row failed.

    Raises:
        SeeshellError: the file can't be used, or the core refused.
    """
    file = read_cases(options.file, options.pictures, options.annotations, options.question)
    cases = file.cases[: options.limit]
    if not cases:
        raise BadRequest(f"{options.file} has no row with a picture and an accepted answer.")
    scorers = choose_scorers(options.score, file.kind, cases)
    paths = find_paths(os.environ)
    settings = read_settings(paths, os.environ)
    choices = [_choices_of(words, paths, settings) for words in options.sides] or [_NOTHING]
    sides: list[Side] = []
    for it in choices:
        start = _start_of(cases, options, it)
        roll, status = asyncio.run(_ask(start, output, retries=options.retry))
        if roll.summary.waiting:
            output.notice("seeshell: Stopped; the same command goes on from here.")
            return status
        name = _name_of(it) if options.sides else _model_of(roll)
        sides.append(Side(name, roll.summary.id, roll.rows))
    results = Results(cases, scorers, sides)
    _tell(results, output)
    return ERROR if any(map(results.failed, sides)) else COMPLETE


_NOTHING: Final = ConversationChoices()


def _choices_of(words: Sequence[str], paths: Paths, settings: Settings) -> ConversationChoices:
    model, *adapters = words
    if len(adapters) > 1:
        raise BadRequest("--model takes a model and at most one adapter; put FILE before it.")
    adapter = paths.adapter(adapters[0]) if adapters else ""
    return ConversationChoices(absolute_source(model, settings.endpoints), adapter or "")


def _start_of(cases: Sequence[Case], options: Namespace, choices: ConversationChoices) -> StartRoll:
    """Returns the roll of one side, which has the same name whenever it is asked for again."""
    own = GenerationOptions(temperature=0.0)
    question = RollQuestion(
        f"{options.file.name}: {len(cases)} questions",
        read_answer_options(options).over(own),
        choices,
    )
    pictures = tuple(
        RollPicture(os.path.abspath(it.picture), question=it.question)  # noqa: PTH100
        for it in cases
    )
    start = StartRoll(question=question, pictures=pictures)
    return replace(start, uuid=hashlib.sha256(msgspec.json.encode(start)).hexdigest()[:32])


async def _ask(start: StartRoll, output: Output, *, retries: bool) -> tuple[Roll, int]:
    """Returns a side's roll, whose rows have ended unless it was stopped, and the exit status."""
    choices = start.question.choices
    async with connected(launch_arguments(choices.model, choices.adapter or None)) as client:
        followed = FollowedRoll(client, output, _silent, None)
        status = await followed.start(start)
        if retries and followed.roll is not None and followed.roll.summary.failed:
            again = followed.roll.id
            followed = FollowedRoll(client, output, _silent, None)
            status = await followed.resume(again, retries=True)
    if followed.roll is None:
        raise CoreDied("The core ended before it had taken the questions: try again.")
    return Roll(followed.roll.summary, tuple(followed.roll.rows)), status


def _silent(_roll: Roll) -> RowFormat:
    return SilentRows()


def _name_of(choices: ConversationChoices) -> str:
    adapter = f" + {Path(choices.adapter).name}" if choices.adapter else ""
    return f"{choices.model.rstrip('/').rpartition('/')[2]}{adapter}"


def _model_of(roll: Roll) -> str:
    """Returns what answered a side for which no model was named."""
    return next((row.answer.model for row in roll.rows if row.answer and row.answer.model), "model")


def _tell(results: Results, output: Output) -> None:
    output.clear_progress()
    if output.as_json:
        output.document(results.document())
        return
    output.write(results.table())
    for side in results.sides:
        for row in results.failed(side)[:_LONGEST_LIST]:
            case, error = results.cases[row.position], row.answer.error if row.answer else ""
            output.notice(f"seeshell: row {case.id} of {side.name} failed: {error}")
