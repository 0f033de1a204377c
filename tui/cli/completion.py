"""Completion in the shell: what a shell is told, and what it is answered when Tab is pressed."""

from argparse import Namespace, _SubParsersAction
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .output import Output
    from .parser import LateParser

VARIABLE: Final = "_ARGCOMPLETE"
"""Set in the environment of a program that a shell asks what could be typed next."""


def print_completion(options: Namespace, output: "Output") -> int:
    """Prints what the shell is to read so that it completes `seeshell`."""
    from argcomplete.shell_integration import shellcode

    output.write(shellcode(["seeshell"], shell=options.shell))
    return 0


def answer_shell(parser: "LateParser") -> None:
    """Tells the shell what could be typed next, and ends the program."""
    import argcomplete

    _add_all(parser)
    argcomplete.autocomplete(parser, always_complete_options=False)


def _add_all(parser: "LateParser") -> None:
    """Adds what the program's parser, and those of its commands, would add when they are used."""
    parser.add_late_options()
    # argparse has no public way to a parser's commands.
    for action in parser._actions:
        if isinstance(action, _SubParsersAction):
            for command in action.choices.values():
                _add_all(command)
