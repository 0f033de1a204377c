"""`seeshell ask`: one question, its answer as it is written, and an honest exit status."""

import asyncio
import os
import tempfile
from argparse import Namespace
from pathlib import Path
from uuid import uuid4

from ...core.client_environment import read_client_environment
from ...core.ipc.client import CoreClient
from ...core.ipc.core_process import absolute_source, launch_arguments
from ...core.messages.requests import RegenerateAnswer, SubmitTurn
from ...core.settings import find_paths, read_settings
from .answer_options import read_answer_options
from .asking import Asking
from .exit_status import USAGE
from .output import Output
from .parser import STANDARD_INPUT
from .standard_input import read_given_text, read_text, save_picture


def ask(options: Namespace, output: Output) -> int:
    """Asks the question of the command line and returns the exit status.

    Raises:
        SeeshellError: it could not be asked.
    """
    if [" ".join(options.prompt), *options.image].count(STANDARD_INPUT) > 1:
        output.error("BadRequest", "Only one of PROMPT and the images can be - (standard input).")
        return USAGE
    question = "" if options.retry else _question(options, output)
    if not question and not options.retry:
        output.error(
            "BadRequest", "The question is empty: give a PROMPT, or text to standard input."
        )
        return USAGE
    with tempfile.TemporaryDirectory(prefix="seeshell-") as folder:
        images = [_image_file(argument, Path(folder), output) for argument in options.image]
        return asyncio.run(_ask(question, images, options, output))


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


def _image_file(argument: str, folder: Path, output: Output) -> Path:
    """Returns the picture's path; what standard input holds is written to the folder."""
    if argument != STANDARD_INPUT:
        return Path(argument)
    path = folder / "standard input"
    save_picture(path, output)
    return path


async def _ask(question: str, images: list[Path], options: Namespace, output: Output) -> int:
    paths = find_paths(os.environ)
    settings = read_settings(paths, os.environ)
    model = absolute_source(options.model or "", settings.endpoints)
    adapter = None if options.adapter is None else paths.adapter(options.adapter)
    client = await CoreClient.connect(
        paths,
        launch_arguments=launch_arguments(model, adapter),
        environment=read_client_environment(os.environ, settings.key_variables),
    )
    try:
        asking = Asking(client, output)
        asking.leaves_out_oldest = options.leave_out_oldest
        conversation = await asking.find_newest() if options.resume else options.chat
        if options.retry and conversation is not None:
            await asking.require_failure(conversation)
        attachments = [await asking.attach(path, path.name) for path in images]
        chosen = {} if options.preset is None else {"preset": options.preset}
        if model or adapter is not None:
            model = model.strip() or await asking.find_model(conversation)
            await asking.load(model, adapter or "")
            chosen |= {"model": model, "adapter": adapter or ""}
        else:
            await asking.show_notice()
        request = _request(question, attachments, conversation, options)
        return await asking.submit(await asking.keep(request, chosen))
    finally:
        await client.close()


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
    )
