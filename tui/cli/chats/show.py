"""`seeshell show`: a conversation as text, for a terminal or a pipe."""

import asyncio
from argparse import Namespace

import msgspec

from ....core.kept import KeptConversation
from ...export.as_markdown import MarkdownForm, as_markdown
from ..exit_status import COMPLETE
from ..output import Output
from .kept_here import reached_core, read_kept


def show(options: Namespace, output: Output) -> int:
    """Prints the conversation and returns the exit status.

    Raises:
        SeeshellError: with one sentence that says what to do.
    """
    kept = asyncio.run(_read(options.conversation))
    if output.as_json:
        output.document(msgspec.to_builtins(kept.portable()))
    else:
        form = MarkdownForm(options.all_branches, has_thoughts=options.thoughts)
        output.write(asyncio.run(as_markdown(kept, form, None)))
        output.end_line()
    return COMPLETE


async def _read(conversation: int) -> KeptConversation:
    async with reached_core() as client:
        return await read_kept(client, conversation)
