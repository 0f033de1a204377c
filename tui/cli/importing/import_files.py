"""`seeshell import`: takes bundles and other programs' exports in, and says what was left out."""

import asyncio
import os
import tempfile
from argparse import Namespace
from os.path import expanduser
from pathlib import Path
from typing import NamedTuple

from ....core.client_environment import read_client_environment
from ....core.errors import SeeshellError, StoreError, TransferError
from ....core.ipc.client import CoreClient
from ....core.messages.library_events import BundleImported, BundleProgress
from ....core.messages.library_requests import ImportBundle
from ....core.settings import find_paths, read_settings
from ..exit_status import COMPLETE, ERROR
from ..output import Output
from ..replies import reply_to
from .preparing import Prepared, look_into, prepare

_NOT_LOADED = "--unloaded"
"""Starts a core without a model: nothing is asked."""


class _Taken(NamedTuple):
    """What came of one file."""

    file: str
    prepared: Prepared | None = None
    """None where it could not be read."""
    imported: BundleImported | None = None
    """None where nothing was stored."""
    error: SeeshellError | None = None
    """Why it was not taken in, or not to its end."""


def import_files(options: Namespace, output: Output) -> int:
    """Takes in each file, tells what came of it and returns the exit status.

    Raises:
        SeeshellError: the core can't be used.
    """
    taken = []
    for file in options.files:
        taken.append(_import_file(file, output, is_tried=options.dry_run))
        if not output.as_json:
            _tell(taken[-1], output)
    if output.as_json:
        output.document({"files": [_as_document(it) for it in taken], "dry_run": options.dry_run})
    return ERROR if any(it.error for it in taken) else COMPLETE


def _import_file(file: str, output: Output, *, is_tried: bool) -> _Taken:
    with tempfile.TemporaryDirectory(prefix="seeshell-") as folder:
        try:
            output.progress(f"reading {Path(file).name} …")
            prepared = prepare(Path(expanduser(file)), Path(folder))  # noqa: PTH111 - it never fails
            if is_tried:
                return _Taken(file, look_into(prepared))
            imported = asyncio.run(_send(prepared.bundle, output))
        except (TransferError, StoreError) as error:
            return _Taken(file, error=error)
        finally:
            output.clear_progress()
    return _Taken(file, prepared, imported)


async def _send(bundle: Path, output: Output) -> BundleImported:
    """Returns what the core has made of a bundle."""
    paths = find_paths(os.environ)
    settings = read_settings(paths, os.environ)
    client = await CoreClient.connect(
        paths,
        launch_arguments=[_NOT_LOADED],
        environment=read_client_environment(os.environ, settings.key_variables),
    )
    following = asyncio.create_task(_follow(client, output))
    try:
        return await reply_to(client, ImportBundle(path=str(bundle)), BundleImported)
    finally:
        following.cancel()
        await client.close()


async def _follow(client: CoreClient, output: Output) -> None:
    async for event in client.events():
        if isinstance(event, BundleProgress):
            output.progress(f"{event.done:,} of {event.total:,} conversations")


def _tell(taken: _Taken, output: Output) -> None:
    if taken.prepared is None:
        output.notice(f"seeshell: {taken.error}")
        return
    output.write(f"{taken.file}: {_counted(taken.prepared, taken.imported)}.\n")
    for sentence in _left_out(taken):
        output.notice(sentence)


def _counted(prepared: Prepared, imported: BundleImported | None) -> str:
    if imported is None:
        return (
            f"{prepared.format}, {_several(prepared.conversations, 'conversation')} with "
            f"{_several(prepared.messages, 'message')} and "
            f"{_several(prepared.pictures, 'picture')}; nothing is stored"
        )
    told = [f"{_several(len(imported.added), 'conversation')} added"]
    if imported.extended:
        told.append(f"{len(imported.extended):,} extended")
    if imported.known:
        told.append(f"{imported.known:,} {'was' if imported.known == 1 else 'were'} here already")
    return f"{prepared.format}, " + ", ".join(told)


def _several(number: int, noun: str) -> str:
    """Returns a number with its noun."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _left_out(taken: _Taken) -> tuple[str, ...]:
    before = taken.prepared.left_out if taken.prepared else ()
    return (*before, *(taken.imported.left_out if taken.imported else ()))


def _as_document(taken: _Taken) -> dict[str, object]:
    if taken.prepared is None:
        error = {"kind": type(taken.error).__name__, "message": str(taken.error)}
        return {"file": taken.file, "error": error}
    found = {"file": taken.file, "format": taken.prepared.format}
    if taken.imported is None:
        counts = ("conversations", "messages", "pictures")
        told = {name: getattr(taken.prepared, name) for name in counts}
    else:
        it = taken.imported
        told = {"added": list(it.added), "extended": list(it.extended), "known": it.known}
    return {**found, **told, "left_out": list(_left_out(taken))}
