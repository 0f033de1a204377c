"""Runs the core: `python -m seeshell.core [--background] [--paths JSON] [--model SOURCE ...]`."""

import argparse
import asyncio
import logging
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final

import msgspec
from msgspec.structs import replace

from .. import __version__
from .client_environment import read_client_environment
from .core_log import start_log
from .errors import CoreUnreachable, SeeshellError
from .ipc.core_process import absolute_source
from .ipc.lock import AnotherCoreServes, CoreLock
from .messages.event import Event
from .messages.events import Done, Refused, Welcome
from .messages.lines import encode
from .one_process import check_alone
from .private_files import tighten_folder
from .settings import MODEL_VARIABLE, Paths, Settings, check_keep_alive, find_paths, read_settings

_logger = logging.getLogger(__name__)

_STANDARD_OUTPUT: Final = 1
_LOCK_PATIENCE: Final = 30.0
"""Seconds that a core which is just ending gets before its successor gives up."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a core until it ends; returns the exit code."""
    options = _parse(arguments)
    paths = _paths(options.paths)
    os.umask(0o077)
    if options.background and os.fork():
        # The parent's end frees the client from having a child; the core belongs to nobody.
        os._exit(0)
    try:
        start_log(paths.log_file, in_background=options.background)
        check_alone(os.environ)
        _tighten(paths)
        lock = CoreLock(paths, __version__)
        lock.acquire(_LOCK_PATIENCE)
        _serve(paths, options, lock)
    except AnotherCoreServes:
        _logger.info("a core serves %s already", paths.data_dir)
        _announce(options.background, Done())
        return 0 if options.background else 1
    except (SeeshellError, OSError) as error:
        _logger.critical("can't start: %s", error)
        reason = error if isinstance(error, SeeshellError) else _unusable_place(error)
        _announce(options.background, Refused(error=type(reason).__name__, sentence=str(reason)))
        return 1
    except Exception:
        _logger.exception("ended unexpectedly")
        logging.shutdown()
        # As at the orderly end: no thread may keep the lock.
        os._exit(1)
    return 0


def _tighten(paths: Paths) -> None:
    """Makes the folders that an earlier version or a backup left readable private again."""
    for folder in paths.folders:
        names = {place.name for place in paths.places if place.parent == folder}
        if not tighten_folder(folder, names or {""}):
            _logger.warning("%s is open to other users: chmod 700 it if it is yours alone", folder)


def _unusable_place(error: OSError) -> CoreUnreachable:
    place = f"{error.filename} can't be used: " if error.filename else ""
    return CoreUnreachable(f"{place}{error.strerror or error}.")


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="seeshell core", description="Runs seeshell's core.")
    parser.add_argument("--background", action="store_true", help="for clients that start it")
    parser.add_argument("--paths", help="places as JSON, instead of the environment's")
    parser.add_argument("--model", help="what to load, instead of the setting")
    parser.add_argument("--adapter", help="LoRA folder for it, instead of the setting")
    parser.add_argument("--unloaded", action="store_true", help="load it with the first turn")
    parser.add_argument("--keep-alive", type=float, help="seconds to stay without clients")
    return parser.parse_args(arguments)


def _paths(text: str | None) -> Paths:
    if not text:
        return find_paths(os.environ)
    return msgspec.json.decode(text, type=Paths, dec_hook=lambda kind, value: kind(value))


def _serve(paths: Paths, options: argparse.Namespace, lock: CoreLock) -> None:
    # Late, so that a core that is not needed has cost little.
    from .service import Launch, serve

    settings = _read_settings(paths, options)
    if options.background:
        os.chdir("/")
    ready = Welcome(version=__version__, pid=os.getpid())
    report_ready = partial(_announce, options.background, ready)
    environment = read_client_environment(os.environ, settings.key_variables)
    loop = asyncio.new_event_loop()
    launch = Launch(settings, environment, loads_model=not options.unloaded)
    loop.run_until_complete(serve(paths, launch, lock, report_ready))
    lock.release()
    logging.shutdown()
    # A download in a thread can't be interrupted, and an orderly exit would wait for it.
    os._exit(0)


def _read_settings(paths: Paths, options: argparse.Namespace) -> Settings:
    """Returns the settings, with what the command line and the environment put in their place."""
    settings = read_settings(paths, os.environ)
    # As the user wrote it, in the working directory of the user.
    if source := options.model or os.environ.get(MODEL_VARIABLE):
        model = absolute_source(source, settings.endpoints)
        # The setting's adapter belongs to the setting's model.
        settings = replace(settings, model=model, adapter="")
    if options.adapter is not None:
        settings = replace(settings, adapter=paths.adapter(options.adapter))
    if options.keep_alive is not None:
        settings = replace(settings, keep_alive=check_keep_alive(options.keep_alive))
    return settings


def _announce(in_background: bool, event: Event) -> None:
    """Tells the client that started this core, through standard output, and lets go of it."""
    if not in_background:
        return
    with suppress(OSError):
        os.write(_STANDARD_OUTPUT, encode(event))
    with Path(os.devnull).open("wb") as nothing:
        os.dup2(nothing.fileno(), _STANDARD_OUTPUT)


if __name__ == "__main__":
    sys.exit(main())
