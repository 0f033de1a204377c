"""`seeshell` without a command: learns what the terminal can do, then starts the app."""

import os
import sys
from argparse import Namespace
from pathlib import Path

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
    terminal = probe_terminal(settings.images, os.environ)
    os.environ.update(terminal.environment)
    # Textual reads the environment when it is imported, so the import comes after the probe.
    from ..app import SeeshellApp

    launch = Launch(
        model=options.model or "",
        images=tuple(Path(image).expanduser().absolute() for image in options.image),
        chat=options.chat,
        continue_last=options.resume,
    )
    app = SeeshellApp(paths, settings, terminal, launch)
    app.run()
    return app.return_code or 0
