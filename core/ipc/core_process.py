"""Starting the core, ending it, and reading what it wrote last."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Container, Sequence
from contextlib import suppress
from os.path import expanduser, isdir
from pathlib import Path
from typing import Final

import msgspec

from .. import errors
from ..errors import CoreUnreachable, SeeshellError, SettingsError
from ..messages.events import Refused
from ..messages.lines import decode_event
from ..private_files import open_private
from ..server_address import BadAddress, looks_like_address, split_address
from ..settings import Paths
from .lock import is_core_alive, read_address

_START_PATIENCE: Final = 60.0
_POLL: Final = 0.05

_CORE: Final = __package__.rpartition(".")[0]
"""The package that runs as the core."""

_CRASH: Final = "Fatal Python error"
"""What faulthandler writes above the stack of a thread that crashed, which can be long."""


def core_command(paths: Paths, arguments: Sequence[str] = ()) -> list[str]:
    """Returns the command that runs the core of these paths in the foreground.

    `-P` keeps modules of the working directory, wherever the user stands, from being imported.
    """
    places = msgspec.json.encode(paths, enc_hook=str).decode()
    return [sys.executable, "-P", "-m", _CORE, "--paths", places, *arguments]


def absolute_source(source: str, endpoints: Container[str] = ()) -> str:
    """Returns a model's name as the core understands it, whose working directory is another.

    A folder becomes its full path; everything else stays, as `demo`, an endpoint's name and an
    address do whatever lies here.

    Args:
        source: as the user writes it; empty for none.
        endpoints: the names that `[endpoints]` of the settings gives to servers.

    Raises:
        SettingsError: it is an address that can't be used, or in the working directory, and that
            was deleted.
    """
    if source in ("", "demo") or source.partition("#")[0] in endpoints:
        return source
    if looks_like_address(source):
        # Here already: one with a password must not get into a command line or a log.
        _check_address(source)
        return source
    folder = expanduser(source)  # noqa: PTH111 - Path's own raises for unknown users
    # Path's own raises where a folder on the way may not be entered.
    is_folder = isdir(folder)  # noqa: PTH112
    if not is_folder and not source.startswith("."):
        return source
    try:
        full = str(Path(folder).absolute())
    except FileNotFoundError as error:
        raise SettingsError(
            f"The working directory, in which {source} would be, was deleted: change to another "
            "one, or give the full path."
        ) from error
    return full if is_folder else source


def launch_arguments(model: str, adapter: str | None) -> list[str]:
    """Returns what a core is started with that loads a model at once.

    Args:
        model: as `absolute_source` returns it; empty for the setting's.
        adapter: folder of its LoRA adapter; None for the setting's.
    """
    arguments = ["--model", model] if model else []
    return arguments if adapter is None else [*arguments, "--adapter", adapter]


def _check_address(source: str) -> None:
    try:
        split_address(source)
    except BadAddress as error:
        raise SettingsError(str(error)) from error


async def start_core(paths: Paths, arguments: Sequence[str] = ()) -> None:
    """Starts a core of its own session in the background; returns when one serves.

    Raises:
        SeeshellError: it could not start, for the reason that it gave.
    """
    try:
        log = open_private(paths.log_file, os.O_WRONLY | os.O_APPEND)
    except OSError as error:
        raise CoreUnreachable(f"{error.filename} can't be written: {error.strerror}.") from error
    try:
        process = await asyncio.create_subprocess_exec(
            *core_command(paths, ["--background", *arguments]),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
    finally:
        os.close(log)
    assert process.stdout is not None  # noqa: S101 - a pipe was asked for
    try:
        async with asyncio.timeout(_START_PATIENCE):
            first_line = await process.stdout.read()
            await process.wait()
    except TimeoutError as error:
        raise _not_started(paths, f"did not start within {_START_PATIENCE:.0f} s") from error
    if not first_line:
        raise _not_started(paths, "ended while it started")
    event = decode_event(first_line)
    if isinstance(event, Refused):
        raise error_of(event)


async def stop_core(paths: Paths, patience: float = 30.0) -> bool:
    """Ends the core of any version and returns when it is gone; False if none ran.

    Raises:
        CoreUnreachable: it is still there after `patience` seconds.
    """
    told: int | None = None
    has_run = False
    give_up_at = time.monotonic() + patience
    while is_core_alive(paths):
        address = read_address(paths)
        # One that has just taken the lock may not have written its own number yet.
        if address is not None and address.pid != told:
            told = address.pid
            # It may have ended by itself just now, and its number be another user's.
            with suppress(ProcessLookupError, PermissionError):
                os.kill(told, signal.SIGTERM)
        if time.monotonic() > give_up_at:
            sentence = f"The core (process {told or 'unknown'}) does not end: kill it."
            raise CoreUnreachable(sentence)
        await asyncio.sleep(_POLL)
        has_run = True
    return has_run


def read_log_tail(path: Path, lines: int = 20) -> str:
    """Returns the last lines of the log, from the reason of a crash on; empty if there is none."""
    try:
        with path.open("rb") as log:
            log.seek(max(0, path.stat().st_size - 16_384))
            tail = log.read().decode("utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    crashes = [number for number, line in enumerate(tail) if line.startswith(_CRASH)]
    return "\n".join(tail[min([*crashes[-1:], max(0, len(tail) - lines)]) :])


def error_of(refused: Refused) -> SeeshellError:
    """Returns the error that a refusal names."""
    kind = getattr(errors, refused.error, None)
    if isinstance(kind, type) and issubclass(kind, SeeshellError):
        return kind(refused.sentence)
    return SeeshellError(refused.sentence)


def _not_started(paths: Paths, what: str) -> CoreUnreachable:
    tail = read_log_tail(paths.log_file, 5)
    return CoreUnreachable(f"The core {what}. Its log, {paths.log_file}, ends:\n{tail}")
