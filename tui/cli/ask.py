"""`seeshell ask`: one question, its answer as it is written, and an honest exit status."""

import asyncio
import os
import sys
import tempfile
from argparse import Namespace
from pathlib import Path
from uuid import uuid4

from ...core.client_environment import read_client_environment
from ...core.errors import ImageError
from ...core.ipc.client import CoreClient
from ...core.ipc.core_process import absolute_source
from ...core.messages.requests import RegenerateAnswer, SubmitTurn
from ...core.settings import find_paths, read_settings
from .asking import Asking
from .exit_status import USAGE
from .output import Output
from .parser import STANDARD_INPUT


def ask(options: Namespace, output: Output) -> int:
    """Asks the question of the command line and returns the exit status.

    Raises:
        SeeshellError: it could not be asked.
    """
    prompt = " ".join(options.prompt)
    if [prompt, *options.image].count(STANDARD_INPUT) > 1:
        output.notice("seeshell: only one of PROMPT and the images can be - (standard input).")
        return USAGE
    if prompt == STANDARD_INPUT:
        prompt = sys.stdin.read()
    if not prompt.strip() and not options.retry:
        output.notice("seeshell: the question is empty.")
        return USAGE
    with tempfile.TemporaryDirectory(prefix="seeshell-") as folder:
        images = [_image_file(argument, Path(folder)) for argument in options.image]
        return asyncio.run(_ask(prompt.strip(), images, options, output))


def _image_file(argument: str, folder: Path) -> Path:
    """Returns the picture's path; what standard input holds is written to the folder."""
    if argument != STANDARD_INPUT:
        return Path(argument)
    content = sys.stdin.buffer.read()
    if not content:
        raise ImageError("Standard input holds no picture: it is empty.")
    path = folder / "standard input"
    path.write_bytes(content)
    return path


async def _ask(prompt: str, images: list[Path], options: Namespace, output: Output) -> int:
    paths = find_paths(os.environ)
    settings = read_settings(paths, os.environ)
    model = absolute_source(options.model or "", settings.endpoints)
    client = await CoreClient.connect(
        paths,
        launch_arguments=["--model", model] if model else [],
        environment=read_client_environment(os.environ, settings.key_variables),
    )
    try:
        asking = Asking(client, output)
        conversation = await asking.find_newest() if options.resume else options.chat
        if options.retry and conversation is not None:
            await asking.require_failure(conversation)
        attachments = [await asking.attach(path, path.name) for path in images]
        if model:
            await asking.load(model)
        else:
            await asking.show_notice()
        return await asking.submit(_request(prompt, attachments, conversation, options.retry))
    finally:
        await client.close()


def _request(
    prompt: str, attachments: list[str], conversation: int | None, is_retry: bool
) -> SubmitTurn | RegenerateAnswer:
    turn = uuid4().hex
    if is_retry and conversation is not None:
        return RegenerateAnswer(conversation=conversation, turn=turn)
    return SubmitTurn(
        text=prompt, attachments=tuple(attachments), conversation=conversation, turn=turn
    )
