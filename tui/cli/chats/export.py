"""`seeshell export`: conversations as files to take along, or one of them on standard output."""

import asyncio
import os
import sys
import time
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from ....core.errors import BadRequest, NotStored, TransferError
from ....core.ipc.client import CoreClient
from ....core.kept import KeptConversation
from ....core.presets import Presets, read_presets
from ....core.settings import Paths, find_paths, read_settings
from ...export import (
    ExportChoices,
    ExportSource,
    StoredPictures,
    Written,
    export_pieces,
    keeps_metadata,
    name_of,
    suffix_of,
    write_export,
)
from ..exit_status import COMPLETE
from ..output import Output
from .bundle import write_bundle
from .kept_here import find_rows, reached_core, read_kept, read_query
from .told_export import tell_export

_PRIVATE_LEFT_OUT: Final = "Private conversations are left out: name them with --chat ID."

_STANDARD_OUTPUT: Final = "-"


def export(options: Namespace, output: Output) -> int:
    """Writes the conversations, says where they are and returns the exit status.

    Raises:
        SeeshellError: with one sentence that says what to do; nothing was written.
    """
    _check(options, output)
    paths = find_paths(os.environ)
    is_said = options.keeps_metadata is not None
    choices = ExportChoices(
        form=options.form,
        all_branches=options.all_branches,
        keeps_metadata=options.keeps_metadata if is_said else keeps_metadata(options.form),
        has_whole_pictures=options.whole_pictures,
        replaces=options.force,
    )
    return asyncio.run(_export(options, choices, paths, output))


def _check(options: Namespace, output: Output) -> None:
    """Raises BadRequest for what does not go together."""
    if sum(map(bool, (options.query, options.chats, options.has_all))) != 1:
        raise BadRequest(
            "Say which conversations: words to search for, --chat with their IDs, or --all."
        )
    if options.output == _STANDARD_OUTPUT and output.as_json:
        raise BadRequest("--json tells what was written into a file: give --output a path.")
    if options.output == _STANDARD_OUTPUT and options.form == "bundle":
        raise BadRequest("A bundle is no text: give --output a path.")


async def _export(options: Namespace, choices: ExportChoices, paths: Paths, output: Output) -> int:
    max_pixels = read_settings(paths, os.environ).max_pixels
    pictures = StoredPictures(
        paths,
        max_pixels,
        keeps_metadata=choices.keeps_metadata,
        report=lambda count: output.progress(f"picture {count}"),
    )
    try:
        async with reached_core() as client:
            ids = await _find_ids(client, options, pictures)
            reader = _Reader(client, len(ids), read_presets(paths.presets_file), output)
            title = " ".join(options.query) or f"{len(ids)} conversations"
            source = ExportSource(ids, reader.read, title, reader.system_of, pictures)
            if options.output == _STANDARD_OUTPUT:
                await _stream(source, choices)
            else:
                path = _absolute(options.output or await _name(source, choices))
                written = await _write(client, source, path, choices)
                output.clear_progress()
                tell_export(written, source, choices, output)
    finally:
        await pictures.close()
        output.clear_progress()
    return COMPLETE


async def _find_ids(
    client: CoreClient, options: Namespace, pictures: StoredPictures
) -> Sequence[int]:
    """Returns the conversations that are meant, at least one; private ones must be named."""
    if options.chats:
        return list(dict.fromkeys(options.chats))
    queries = [options.query] if options.query else [[], ["is:archived"]]
    found = [row for it in queries for row in await find_rows(client, read_query(it))]
    if not found:
        raise NotStored("No conversation is found to export; `seeshell chats` lists them.")
    stored = [row.summary.id for row in found if not row.summary.is_private]
    if len(stored) < len(found):
        pictures.note(_PRIVATE_LEFT_OUT)
    if not stored:
        raise NotStored(f"Nothing was exported. {_PRIVATE_LEFT_OUT}")
    return stored


class _Reader:
    """Reads one conversation after the other, and shows how far that is."""

    def __init__(self, client: CoreClient, total: int, presets: Presets, output: Output) -> None:
        self._client = client
        self._total = total
        self._presets = presets
        self._output = output
        self._begun = 0

    async def read(self, conversation: int) -> KeptConversation:
        """Returns a conversation with all its branches."""
        self._begun += 1
        if self._total > 1:
            self._output.progress(f"conversation {min(self._begun, self._total)} of {self._total}")
        return await read_kept(self._client, conversation)

    def system_of(self, kept: KeptConversation) -> str:
        """Returns the system prompt of the preset that a conversation keeps; empty for none."""
        models = [it.model_source for it in kept.messages if it.model_source]
        source = kept.choices.model or (models[-1] if models else "")
        name = kept.choices.preset
        preset = self._presets.find(name) if name else self._presets.default_of(source)
        return (preset.options.system if preset else None) or ""


async def _name(source: ExportSource, choices: ExportChoices) -> str:
    """Returns what the export is called where nobody says so: by title and day."""
    suffix = suffix_of(choices.form, len(source.ids))
    if len(source.ids) > 1:
        return name_of("seeshell", time.time()) + suffix
    kept = await source.read(source.ids[0])
    return name_of(kept.title, kept.created_at) + suffix


def _absolute(path: str) -> Path:
    """Returns a path as the core and others understand it too.

    Raises:
        TransferError: it lies in the working directory, and that was deleted.
    """
    try:
        return Path(os.path.abspath(os.path.expanduser(path)))  # noqa: PTH100, PTH111
    except FileNotFoundError as error:
        raise TransferError(
            "The working directory was deleted: give --output a full path."
        ) from error


async def _write(
    client: CoreClient, source: ExportSource, path: Path, choices: ExportChoices
) -> Written:
    if choices.form == "bundle":
        return await write_bundle(client, source, path, choices)
    return await write_export(source, path, choices)


async def _stream(source: ExportSource, choices: ExportChoices) -> None:
    """Writes a text to standard output as it is: it may be a page for another program."""
    stream = Output(as_json=False, is_raw=True)
    async for piece in export_pieces(source, choices, None):
        stream.write(piece)
    stream.end_line()
    sys.stdout.flush()
    for note in source.pictures.notes:
        stream.notice(note)
