"""`seeshell` without a command: learns what the terminal can do, then starts the app."""

import os
import sys
from argparse import Namespace
from importlib import import_module
from pathlib import Path
from threading import Thread

from ...core.errors import SeeshellError
from ...core.settings import find_paths, read_settings
from ..launch import Launch
from ..terminal import probe_terminal


def open_app(options: Namespace) -> int:
    """Runs the app until the user quits, and returns the exit status.

    Raises:
        SeeshellError: there is no terminal, or the settings can't be used.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise SeeshellError("The app needs a terminal; in scripts use `seeshell ask`.")
    paths = find_paths(os.environ)
    settings = read_settings(paths, os.environ)
    # A terminal far away takes as long to answer as the app takes to import.
    importing = Thread(target=import_module, args=("..app", __package__), daemon=True)
    importing.start()
    terminal = probe_terminal(settings.images, os.environ)
    importing.join()
    from textual import constants

    from ..app import SeeshellApp

    if terminal.truecolor:
        # Textual read the environment when it was imported, before the terminal had answered.
        constants.COLOR_SYSTEM = "truecolor"  # type: ignore[misc]
    launch = Launch(
        model=options.model or "",
        images=tuple(Path(image).expanduser().absolute() for image in options.image),
        chat=options.chat,
        continue_last=options.resume,
    )
    app = SeeshellApp(paths, settings, terminal, launch)
    app.run()
    return app.return_code or 0
