"""`seeshell attach`: puts pictures into the prompt of the window used last, or into a draft."""

import asyncio
import os
import tempfile
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from ...core.conversation import Attachment
from ...core.errors import ImageError, NoWindow
from ...core.ipc.client import CoreClient
from ...core.messages.offered_picture import OfferedPicture
from ...core.messages.picture_events import Attached
from ...core.messages.picture_requests import OfferPictures
from ...core.settings import find_paths
from ..session.draft import DraftPicture
from ..session.left_pictures import leave_pictures
from .arguments import STANDARD_INPUT
from .attached import AttachingPictures
from .exit_status import COMPLETE, ERROR, USAGE
from .output import Output
from .picture_arguments import read_pictures
from .reached_core import connected


class _Refused(NamedTuple):
    """A picture that was not attached."""

    name: str
    message: str


def attach(options: Namespace, output: Output) -> int:
    """Attaches the pictures and returns the exit status: 0 only if all of them are attached.

    Raises:
        SeeshellError: none could be attached, for a reason that all of them have.
    """
    if options.pictures.count(STANDARD_INPUT) > 1:
        output.error("BadRequest", "Only one of the pictures can be - (standard input).")
        return USAGE
    with tempfile.TemporaryDirectory(prefix="seeshell-") as folder:
        names = read_pictures(options.pictures, Path(folder), output, name=options.name)
        return asyncio.run(_attach(names, options, output))


async def _attach(names: Sequence[str], options: Namespace, output: Output) -> int:
    attached: list[Attached] = []
    refused: list[_Refused] = []
    # No question is asked yet: a core that has to be started loads no model. And what this window
    # claims stays in the store until another one claims it.
    async with connected(["--unloaded"], window=uuid4().hex) as client:
        attaching = AttachingPictures(client, output, allows_private=options.allows_private)
        for name in names:
            try:
                attached += await attaching.attach(name)
            except ImageError as error:
                refused.append(_Refused(name, str(error)))
        place = await _hand_over(client, attached) if attached else ""
    _tell(output, [it.attachment for it in attached], refused, place)
    return ERROR if refused else COMPLETE


async def _hand_over(client: CoreClient, attached: Sequence[Attached]) -> str:
    """Brings the pictures into a prompt; returns where: `window` or `draft`."""
    offered = tuple(
        OfferedPicture(it.path, it.attachment.name, it.attachment.excerpt) for it in attached
    )
    try:
        await client.request(OfferPictures(pictures=offered))
    except NoWindow:
        leave_pictures(
            find_paths(os.environ).data_dir,
            [DraftPicture(Path(it.name), copy=Path(it.path), excerpt=it.excerpt) for it in offered],
        )
        return "draft"
    return "window"


_WHERE = {
    "window": "in the prompt of the window used last",
    "draft": "in a draft: the window that opens next has it",
}


def _tell(
    output: Output, attached: Sequence[Attachment], refused: Sequence[_Refused], place: str
) -> None:
    if output.as_json:
        output.document(
            {
                "place": place,
                "attached": [
                    {"name": it.name, "sha256": it.sha256, "label": it.label, "key": it.key}
                    for it in attached
                ],
                "refused": [it._asdict() for it in refused],
            }
        )
        return
    for it in refused:
        output.notice(f"seeshell: {it.message}")
    if attached:
        output.write(f"{', '.join(it.label for it in attached)}: {_WHERE[place]}.\n")
