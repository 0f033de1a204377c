"""`seeshell ask --each`: one question over many pictures, a row printed as soon as it has ended."""

import asyncio
from argparse import Namespace
from collections.abc import Callable
from uuid import uuid4

from msgspec.structs import replace

from ...core.errors import BadRequest, ImageError
from ...core.generation_options import ConversationChoices
from ...core.messages.roll_requests import StartRoll
from ...core.roll import RollQuestion
from ..session.roll_pictures import find_pictures
from .answer_options import read_answer_options
from .arguments import STANDARD_INPUT
from .exit_status import ERROR
from .followed_roll import FollowedRoll, MakeFormat
from .output import Output
from .reached_core import reached_core
from .row_formats import CsvTable, JsonLines, PlainRows
from .standard_input import read_text


def ask_each(options: Namespace, output: Output, read_question: Callable[[], str]) -> int:
    """Starts or resumes a roll, prints its rows and returns the exit status.

    Args:
        options: of the command.
        output: of the command.
        read_question: returns the question of the command line and standard input.

    Raises:
        SeeshellError: it could not be asked.
    """
    if options.resume_roll is not None:
        return asyncio.run(_ask(options, output, None, is_all=True))
    arguments = [path for it in options.each for path in _listed(it, output)]
    question = read_question()
    if not question:
        raise BadRequest(
            "The question is missing: put it behind an option, as in --each *.jpg --jsonl PROMPT, "
            "or behind --."
        )
    found = find_pictures(arguments)
    for problem in found.problems:
        output.notice(f"seeshell: {problem}")
    if not found.pictures:
        raise ImageError("There is no picture to ask about: name files, a folder or a glob.")
    start = StartRoll(
        question=RollQuestion(question, read_answer_options(options)),
        pictures=found.pictures,
        uuid=uuid4().hex,
    )
    return asyncio.run(_ask(options, output, start, is_all=not found.problems))


async def _ask(options: Namespace, output: Output, start: StartRoll | None, *, is_all: bool) -> int:
    async with reached_core(options) as (client, model, adapter):
        followed = FollowedRoll(client, output, _format_of(options, output), _kind_of(options))
        if start is None:
            status = await followed.resume(options.resume_roll, retries=options.retry)
        else:
            choices = ConversationChoices(model, adapter or "", options.preset or "")
            question = replace(start.question, choices=choices)
            status = await followed.start(replace(start, question=question))
    return status if is_all or status else ERROR


def _listed(argument: str, output: Output) -> list[str]:
    """Returns the argument, or the lines of standard input where it stands for that."""
    if argument != STANDARD_INPUT:
        return [argument]
    return [line for line in read_text(output).split("\n") if line.strip()]


def _format_of(options: Namespace, output: Output) -> MakeFormat:
    """Returns what makes the format that the command line asks for."""
    if options.jsonl:
        return lambda roll: JsonLines(output, roll.summary.id, roll.summary.question)
    if options.csv:
        return lambda roll: CsvTable(output, roll.summary.question)
    return lambda _roll: PlainRows(output)


def _kind_of(options: Namespace) -> str:
    """Returns the option that asks for the same format again."""
    return " --jsonl" if options.jsonl else " --csv" if options.csv else ""
