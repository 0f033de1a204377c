"""What the command line asks of a chat when it starts, whether that is the app or the plain one."""

from argparse import Namespace
from collections.abc import Sequence

from ...core.settings import Paths, Settings
from ..session.draft import DraftPicture
from ..session.launch_options import LaunchOptions


def read_launch(options: Namespace, paths: Paths, settings: Settings) -> LaunchOptions:
    """Returns the options of one start.

    Raises:
        SettingsError: the model's address can't be used.
        ImageError: a page or a rectangle of a picture makes no sense, or a folder has none.
    """
    return LaunchOptions(
        is_private=options.private,
        model=_model(options.model or "", settings),
        adapter=None if options.adapter is None else paths.adapter(options.adapter),
        preset=options.preset,
        images=_read_images(options.image),
        chat=options.chat,
        continue_last=options.resume,
    )


def _read_images(arguments: Sequence[str]) -> tuple[DraftPicture, ...]:
    """Returns the pictures that are named, each folder and glob replaced by its own.

    Raises:
        ImageError: one of them can't be read.
    """
    if not arguments:
        return ()
    # The app starts without it.
    from .picture_arguments import expand

    return tuple(picture for name in expand(arguments) for picture in DraftPicture.named(name))


def _model(source: str, settings: Settings) -> str:
    """Returns the model that the command line names, as the core understands it."""
    if not source:
        return ""
    # The app starts without it.
    from ...core.ipc.core_process import absolute_source

    return absolute_source(source, settings.endpoints)
