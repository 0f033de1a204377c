"""Bundles: the core writes them, beside their place until they may be put there."""

from pathlib import Path

from ....core.ipc.client import CoreClient
from ....core.messages.library_events import BundleWritten
from ....core.messages.library_requests import ExportBundle
from ...export import ExportChoices, ExportSource, Written
from ...export.new_files import check_free, put_in_place, unfinished
from ..replies import reply_to


async def write_bundle(
    client: CoreClient, source: ExportSource, path: Path, choices: ExportChoices
) -> Written:
    """Has the core write conversations with everything that belongs to them.

    Args:
        client: to the core.
        source: which conversations.
        path: absolute; where the bundle goes.
        choices: how.

    Raises:
        SeeshellError: it can't be written, or something is there already.
    """
    if not choices.replaces:
        check_free(path)
    with unfinished(path) as beside:
        request = ExportBundle(
            conversations=tuple(source.ids),
            path=str(beside),
            keeps_metadata=choices.keeps_metadata,
        )
        reply = await reply_to(client, request, BundleWritten)
        source.pictures.notes.extend(reply.left_out)
        put_in_place(beside, path, replaces=choices.replaces)
    return Written(path, reply.pictures)
