"""`seeshell` without a command: learns what the terminal can do, then starts the app."""

import gc
import os
import sys
from argparse import Namespace
from functools import partial
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Final

from ...core.errors import SeeshellError
from ...core.settings import Settings, find_paths, read_settings
from ..session.launch_options import LaunchOptions
from ..terminal.probe import Probed, probe_terminal
from ..terminal.quiet_terminal import quiet_terminal

if TYPE_CHECKING:
    from ..app import SeeshellApp

_RICH_NAMES: Final = {"truecolor": "truecolor", "256": "256", "16": "standard"}
"""What Rich calls terminals of so many colours."""


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
    launch = LaunchOptions(
        model=_model(options.model or "", settings),
        adapter=None if options.adapter is None else paths.adapter(options.adapter),
        preset=options.preset,
        images=tuple(map(Path, options.image)),
        chat=options.chat,
        continue_last=options.resume,
    )
    with quiet_terminal(sys.stdin.fileno()) as shell_modes:
        terminal, received = _probe_while_importing(settings)
        from ..app import SeeshellApp
        from ..terminal.driver import TerminalDriver

        app = SeeshellApp(paths, settings, terminal, launch)
        app.driver_class = partial(  # type: ignore[assignment]
            TerminalDriver, received=received, shell_modes=shell_modes
        )
        return _run(app)


def _run(app: "SeeshellApp") -> int:
    """Runs the app to its end and returns its exit status.

    Raises:
        SeeshellError: it crashed.
    """
    from ..crash import report_crash

    try:
        app.run(mouse=app.choices.mouse)
    except Exception as error:  # noqa: BLE001 - the edge of the app's process
        app.crash = app.crash or error
    if app.crash is not None:
        # What was left open complains when it is collected; the log has the reason already.
        sys.unraisablehook = lambda _: None
        raise report_crash(app.crash, app.paths.crash_file, app.terminal.name) from app.crash
    return app.return_code or 0


def _model(source: str, settings: Settings) -> str:
    """Returns the model that the command line names, as the core understands it."""
    if not source:
        return ""
    # The app starts without it.
    from ...core.ipc.core_process import absolute_source

    return absolute_source(source, settings.endpoints)


def _probe_while_importing(settings: Settings) -> Probed:
    """Returns what asking the terminal has brought, with the app imported.

    A terminal far away takes as long to answer as the app takes to import.
    """
    # What is imported stays, so no garbage collection has to look at it, now or later.
    gc.disable()
    importing = Thread(target=import_module, args=("..app", __package__), daemon=True)
    importing.start()
    probed = probe_terminal(settings.images, os.environ)
    importing.join()
    gc.freeze()
    gc.enable()
    from textual import constants

    # Textual read the environment when it was imported, before the terminal had answered.
    constants.COLOR_SYSTEM = _RICH_NAMES[probed.facts.colours]  # type: ignore[misc]
    return probed
