"""Runs the plain chat on the standard streams, from the first prompt to the exit status."""

import os
from argparse import Namespace

from ....core.settings import find_paths, read_settings
from ...session.session import ChatSession
from ...session.window import Window
from ..launch import read_launch
from ..output import Output
from .desk import Desk
from .interruptions import Interruptions
from .line_reader import LineReader
from .loop_thread import LoopThread
from .plain_chat import PlainChat
from .slash_commands import COMMANDS


def open_plain(options: Namespace, output: Output) -> int:
    """Chats until the user quits or standard input ends, and returns the exit status.

    Raises:
        SeeshellError: the settings can't be used.
    """
    paths = find_paths(os.environ)
    settings = read_settings(paths, os.environ)
    launch = read_launch(options, paths, settings)
    window = Window(paths, settings, launch)
    with LoopThread() as loop, Interruptions() as interruptions:
        reader = LineReader([f"/{name} " for name in COMMANDS], interruptions.held)
        session = loop.call(lambda: ChatSession(window.connect, paths.data_dir, paths.presets_file))
        desk = loop.call(lambda: Desk(session, output, launch))
        return PlainChat(loop, desk, reader).run()
