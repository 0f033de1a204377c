"""Kinds of arguments that commands take, and the options that several of them have."""

import re
from argparse import SUPPRESS, ArgumentParser, ArgumentTypeError
from os.path import expanduser
from pathlib import Path
from typing import Final

STANDARD_INPUT: Final = "-"
"""Stands for the question, or for one of the pictures."""

_WEB: Final = r"(?i:https?://)"
_ADDRESS: Final = r"(?i:[a-z][a-z0-9+.-]*://|data:)"


def rate(text: str) -> float:
    """Returns a number above 0 and at most 1."""
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not 0 < rate <= 1:
        raise ArgumentTypeError(f"{text} is not a number above 0 and up to 1")
    return rate


def picture_path(text: str) -> str:
    """Returns the absolute path of a picture; `-` and addresses of the web stay.

    Raises:
        ArgumentTypeError: it is empty, or an address of another kind.
    """
    if not text:
        # As of a variable of the shell that is not set: not the working directory.
        raise ArgumentTypeError("an empty path names no picture")
    if text == STANDARD_INPUT or re.match(_WEB, text):
        return text
    if text[:6].lower() == "file:/":
        from ..session.attach_paths import path_of_url

        text = path_of_url(text)
    if re.match(_ADDRESS, text):
        raise ArgumentTypeError(
            f"{text} is an address that seeshell can't fetch, only http and https: download it, "
            "and name the file"
        )
    try:
        return str(Path(expanduser(text)).absolute())  # noqa: PTH111 - as in `absolute_source`
    except FileNotFoundError as error:
        raise ArgumentTypeError(
            f"the working directory, in which {text} would be, was deleted: change to another one, "
            "or give the full path"
        ) from error


def file_name(text: str) -> str:
    """Returns a name that a file can have, the last part of it."""
    name = text.rpartition("/")[2]
    if not name.strip(". ") or "\0" in name:
        raise ArgumentTypeError(f"{text} is no name of a file")
    return name


def positive(text: str) -> int:
    """Returns a number of which there is at least one."""
    if not text.isdecimal() or int(text) == 0:
        raise ArgumentTypeError(f"{text} is not a number from 1 up")
    return int(text)


def add_json_option(parser: ArgumentParser, what: str) -> None:
    """Adds `--json`, which prints `what`."""
    parser.add_argument("--json", action="store_true", default=SUPPRESS, help=f"print {what}")


def add_private_option(parser: ArgumentParser) -> None:
    """Adds what lets pictures be fetched from private networks."""
    parser.add_argument(
        "--allow-private-addresses",
        action="store_true",
        dest="allows_private",
        help="fetch http(s) pictures from this machine and private networks too",
    )
