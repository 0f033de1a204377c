"""`seeshell` without a command: learns what the terminal can do, then starts the app."""

import gc
import os
import sys
from argparse import Namespace
from importlib import import_module
from pathlib import Path
from threading import Thread

from ...core.errors import SeeshellError
from ...core.settings import Settings, find_paths, read_settings
from ..session.launch_options import LaunchOptions
from ..terminal.probe import TerminalFacts, probe_terminal


def open_app(options: Namespace) -> int:
    """Runs the app until the user quits, and returns the exit status.

    Raises:
        SeeshellError: there is no terminal, or the settings can't be used.
    """
    # Textual draws on standard error: with that in a file, the screen would stay empty.
    streams = (sys.stdin, sys.stdout, sys.stderr)
    if not all(stream is not None and stream.isatty() for stream in streams):
        raise SeeshellError(
            "The app needs a terminal for input, output and errors; in scripts use `seeshell ask`."
        )
    paths = find_paths(os.environ)
    settings = read_settings(paths, os.environ)
    terminal = _probe_while_importing(settings)
    from ..app import SeeshellApp

    launch = LaunchOptions(
        model=_model(options.model or "", settings),
        images=tuple(map(Path, options.image)),
        chat=options.chat,
        continue_last=options.resume,
    )
    app = SeeshellApp(paths, settings, terminal, launch)
    app.run(mouse=app.choices.mouse)
    return app.return_code or 0


def _model(source: str, settings: Settings) -> str:
    """Returns the model that the command line names, as the core understands it."""
    if not source:
        return ""
    # The app starts without it.
    from ...core.ipc.core_process import absolute_source

    return absolute_source(source, settings.endpoints)


def _probe_while_importing(settings: Settings) -> TerminalFacts:
    """Returns what the terminal can show, with the app imported.

    A terminal far away takes as long to answer as the app takes to import.
    """
    # What is imported stays, so no garbage collection has to look at it, now or later.
    gc.disable()
    importing = Thread(target=import_module, args=("..app", __package__), daemon=True)
    importing.start()
    terminal = probe_terminal(settings.images, os.environ)
    importing.join()
    gc.freeze()
    gc.enable()
    if terminal.truecolor:
        from textual import constants

        # Textual read the environment when it was imported, before the terminal had answered.
        constants.COLOR_SYSTEM = "truecolor"  # type: ignore[misc]
    return terminal
