"""`seeshell` without a command: learns what the terminal can do, then starts the app."""

import os
import sys
from argparse import Namespace
from functools import partial
from importlib import import_module
from threading import Thread
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from ...core.errors import SeeshellError
from ...core.settings import ImageProtocol, Settings, find_paths, read_settings
from ..garbage import hold_collection
from ..terminal.probe import Probed, probe_terminal
from ..terminal.quiet_terminal import quiet_terminal
from .output import Output

if TYPE_CHECKING:
    from ..app import SeeshellApp

_RICH_NAMES: Final = {"truecolor": "truecolor", "256": "256", "16": "standard"}
"""What Rich calls terminals of so many colours."""


def open_app(options: Namespace, _output: Output) -> int:
    """Runs the app until the user quits, and returns the exit status.

    Raises:
        SeeshellError: there is no terminal, or the settings can't be used.
    """
    # Textual draws on standard error: with that in a file, the screen would stay empty.
    streams = (sys.stdin, sys.stdout, sys.stderr)
    if not all(stream is not None and stream.isatty() for stream in streams):
        raise SeeshellError(
            "The app needs a terminal for input, output and errors; in scripts use `seeshell ask`, "
            "or `seeshell --plain` for a whole chat."
        )
    hold_collection()
    paths = find_paths(os.environ)
    settings = read_settings(paths, os.environ)
    with quiet_terminal(sys.stdin.fileno()) as shell_modes:
        probed = _probe_while_importing(options.drawing or settings.images)
        from ..app import SeeshellApp
        from ..terminal.driver import TerminalDriver
        from .launch import read_launch

        launch = read_launch(options, paths, settings)
        drawn = _as_asked(settings, options)
        app = SeeshellApp(paths, drawn, probed.facts, launch)
        app.driver_class = partial(  # type: ignore[assignment]
            TerminalDriver, received=probed.received, shell_modes=shell_modes
        )
        return _run(app)


def _as_asked(settings: Settings, options: Namespace) -> Settings:
    """Returns the settings with what the command line says of drawing."""
    return replace(
        settings,
        images=options.drawing or settings.images,
        line="slow" if options.slow_line else settings.line,
    )


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


def _probe_while_importing(images: ImageProtocol) -> Probed:
    """Returns what asking the terminal has brought, with the app imported.

    A terminal far away takes as long to answer as the app takes to import.

    Args:
        images: how pictures are to be drawn.
    """
    importing = Thread(target=_import_app, daemon=True)
    importing.start()
    probed = probe_terminal(images, os.environ)
    importing.join()
    from textual import constants

    # Textual read the environment when it was imported, before the terminal had answered.
    constants.COLOR_SYSTEM = _RICH_NAMES[probed.facts.colours]  # type: ignore[misc]
    return probed


def _import_app() -> None:
    """Imports the app, and asyncio without TLS, whose library takes 15 ms to load.

    The app speaks to the core alone, over a Unix socket.
    """
    if "asyncio" not in sys.modules:
        # What asyncio expects of a Python that was built without it.
        sys.modules["ssl"] = None  # type: ignore[assignment]
        try:
            import_module("asyncio")
        finally:
            del sys.modules["ssl"]
    import_module("..app", __package__)
