"""An export by a program of its own, `seeshell export`: the interface stays as quick as it was."""

import asyncio
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from ...core.errors import TransferError
from ...core.undecodable import UNDECODABLE
from .forms import ExportChoices

_PROGRAM: Final = __package__.split(".")[0]
_END_SECONDS: Final = 5.0
"""How long the program may take to remove what is not finished."""


class ExportTold(Struct, frozen=True):
    """What `seeshell export --json` says of an export."""

    path: str
    size_bytes: int
    notes: tuple[str, ...] = ()


class _Failure(Struct, frozen=True):
    message: str


class _Failed(Struct, frozen=True):
    error: _Failure


async def export_beside(ids: Sequence[int], path: Path, choices: ExportChoices) -> ExportTold:
    """Writes conversations and returns what came of it; nothing where this is cancelled.

    Args:
        ids: of the conversations.
        path: absolute; its place.
        choices: how.

    Raises:
        TransferError: it failed; one sentence says why.
    """
    options = [
        *(["--all-branches"] if choices.all_branches else []),
        "--keep-metadata" if choices.keeps_metadata else "--strip-metadata",
        *(["--force"] if choices.replaces else []),
    ]
    which = ["--chat", *map(str, ids), "--format", choices.form, "--output", str(path)]
    # `-P` keeps modules of the working directory from being imported.
    command = [sys.executable, "-P", "-m", _PROGRAM, "export", "--json", *which, *options]
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        return _read(await _wait(process))
    except OSError as error:
        reason = error.strerror or "no process can be started"
        raise TransferError(f"Nothing was exported ({reason}); try again.") from error


async def _wait(process: asyncio.subprocess.Process) -> bytes:
    """Returns what a program has said; ends it where this is cancelled, in good order if it can."""
    try:
        told, _ = await process.communicate()
    except asyncio.CancelledError:
        with suppress(ProcessLookupError):
            # As Ctrl+C does: it removes what is not finished.
            process.send_signal(signal.SIGINT)
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), _END_SECONDS)
        with suppress(ProcessLookupError):
            process.kill()
        await process.communicate()
        raise
    return told


def _read(told: bytes) -> ExportTold:
    try:
        answer = msgspec.json.decode(told, type=dict[str, msgspec.Raw])
        if "error" in answer:
            raise TransferError(msgspec.json.decode(told, type=_Failed).error.message)
        return msgspec.json.decode(told, type=ExportTold)
    except UNDECODABLE as error:
        raise TransferError("The export ended too early; try `seeshell export`.") from error
