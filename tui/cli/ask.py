"""`seeshell ask`: one question, its answer as it is written, and an honest exit status."""

import asyncio
import tempfile
from argparse import Namespace
from pathlib import Path
from uuid import uuid4

from ...core.messages.library_requests import ContinueAnswer
from ...core.messages.requests import RegenerateAnswer, SubmitTurn
from ...core.private_ids import is_private as has_private_id
from ..in_memory import find_memory_folder
from .answer_options import read_answer_options
from .arguments import STANDARD_INPUT
from .asking import Asking
from .before_asking import (
    Asked,
    find_cut_off,
    find_model,
    find_newest,
    keep_choices,
    require_failure,
)
from .exit_status import USAGE
from .output import Output
from .picture_arguments import read_pictures
from .reached_core import reached_core
from .standard_input import read_given_text, read_text


def ask(options: Namespace, output: Output) -> int:
    """Asks the question of the command line and returns the exit status.

    Raises:
        SeeshellError: it could not be asked.
    """
    if options.each or options.resume_roll is not None:
        from .each import ask_each

        return ask_each(options, output, lambda: _question(options, output))
    if [" ".join(options.prompt), *options.image].count(STANDARD_INPUT) > 1:
        output.error("BadRequest", "Only one of PROMPT and the images can be - (standard input).")
        return USAGE
    is_again = options.retry or options.finish
    question = "" if is_again else _question(options, output)
    if not question and not is_again:
        output.error(
            "BadRequest", "The question is empty: give a PROMPT, or text to standard input."
        )
        return USAGE
    stays_in_memory = _is_private(options) and STANDARD_INPUT in options.image
    place = find_memory_folder() if stays_in_memory else None
    if stays_in_memory and place is None:
        output.error(
            "BadRequest", "A picture from standard input would come on the disk: name its file."
        )
        return USAGE
    with tempfile.TemporaryDirectory(prefix="seeshell-", dir=place) as folder:
        pictures = read_pictures(options.image, Path(folder), output)
        return asyncio.run(_ask(question, pictures, options, output))


def _question(options: Namespace, output: Output) -> str:
    """Returns the question, with the text from standard input below PROMPT.

    PROMPT is first because conversations are titled by how they begin. The KV cache gains nothing
    from the other order: what is reused, pictures included, stands before both.
    """
    prompt = " ".join(options.prompt).strip()
    if prompt == STANDARD_INPUT:
        return read_text(output)
    if STANDARD_INPUT in options.image:
        return prompt
    return "\n\n".join(filter(None, [prompt, read_given_text(output)]))


async def _ask(question: str, pictures: list[str], options: Namespace, output: Output) -> int:
    async with reached_core(options) as (client, model, adapter):
        asking = Asking(client, output)
        asking.leaves_out_oldest = options.leave_out_oldest
        asking.is_private = options.private
        conversation = await find_newest(client) if options.resume else options.chat
        if options.retry and conversation is not None:
            await require_failure(client, conversation)
        allows, is_private = options.allows_private, _is_private(options)
        attachments = [
            key
            for name in pictures
            for key in await asking.attach(name, allows_private=allows, is_private=is_private)
        ]
        chosen = {} if options.preset is None else {"preset": options.preset}
        if model or adapter is not None:
            model = model or await find_model(client, conversation)
            await asking.load(model, adapter or "")
            chosen |= {"model": model, "adapter": adapter or ""}
        else:
            await asking.show_notice()
        if options.finish and conversation is not None:
            answer = await find_cut_off(client, conversation)
            request: Asked = ContinueAnswer(
                conversation=conversation, message=answer, turn=uuid4().hex
            )
        else:
            request = _request(question, attachments, conversation, options)
        return await asking.submit(await keep_choices(client, request, chosen))


def _is_private(options: Namespace) -> bool:
    """Whether it is asked in a private conversation, a new one or one that a window has open."""
    is_of_window = options.chat is not None and has_private_id(options.chat)
    return options.private or is_of_window


def _request(
    question: str, attachments: list[str], conversation: int | None, options: Namespace
) -> SubmitTurn | RegenerateAnswer:
    turn, answer_options = uuid4().hex, read_answer_options(options)
    if options.retry and conversation is not None:
        return RegenerateAnswer(conversation=conversation, turn=turn, options=answer_options)
    return SubmitTurn(
        text=question,
        attachments=tuple(attachments),
        conversation=conversation,
        turn=turn,
        options=answer_options,
        is_private=options.private,
    )
