"""A TOML file that people write, read whole; what is wrong with it comes as one sentence."""

import os
import re
import stat
from pathlib import Path
from typing import Final

from .errors import SettingsError
from .regular_files import WITHOUT_WAITING

_MOST_BYTES: Final = 1 << 20

_UTF8_MARK: Final = b"\xef\xbb\xbf"
_UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")


_PLACE: Final = r" \(at (?:line (\d+), column \d+|end of document)\)$"
"""What tomllib says at the end of an error."""

_CURLY_QUOTES: Final = "[\u2018-\u201f\xab\xbb\u2033]"
"""What editors on a Mac put in place of quotation marks."""

_TWICE: Final = r"Cannot (?:declare|mutate)|Cannot overwrite a value|Duplicate "


def read_toml(path: Path) -> dict[str, object]:
    """Returns what the file holds; nothing if there is none.

    Raises:
        SettingsError: it can't be read, is no text, or is no TOML.
    """
    text = _decode(path, _read(path).removeprefix(_UTF8_MARK))
    if not text:
        return {}
    # Late: most users have no such file.
    import tomllib

    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise SettingsError(f"{path} is nested too deeply: write it anew.") from error
    except ValueError as error:
        raise _syntax_error(path, text, str(error)) from error


def file_stamp(path: Path) -> tuple[int, ...]:
    """Returns what is different after every change of the file; short if there is none."""
    try:
        status = path.stat()
    except OSError as error:
        return (error.errno or 0,)
    return status.st_mtime_ns, status.st_size, status.st_ino


def _read(path: Path) -> bytes:
    try:
        descriptor = os.open(path, WITHOUT_WAITING)
    except FileNotFoundError as error:
        if path.is_symlink():
            sentence = f"{path} is a link that leads nowhere: correct or delete it."
            raise SettingsError(sentence) from error
        return b""
    except PermissionError as error:
        raise SettingsError(f"{path} may not be read: change its permissions.") from error
    except OSError as error:
        sentence = f"{path} can't be read ({error.strerror}): move it away, or correct its place."
        raise SettingsError(sentence) from error
    try:
        _check_kind(path, os.fstat(descriptor).st_mode)
        content = os.pread(descriptor, _MOST_BYTES + 1, 0)
    except OSError as error:
        sentence = f"{path} can't be read ({error.strerror}): write it anew."
        raise SettingsError(sentence) from error
    finally:
        os.close(descriptor)
    if len(content) > _MOST_BYTES:
        raise SettingsError(f"{path} is larger than 1 MB, which no settings are: write it anew.")
    return content


def _check_kind(path: Path, mode: int) -> None:
    if not stat.S_ISREG(mode):
        kind = "a folder" if stat.S_ISDIR(mode) else "no regular file"
        raise SettingsError(f"{path} is {kind}: move it away, then write a text file.")


def _decode(path: Path, content: bytes) -> str:
    if content.startswith(_UTF16_MARKS):
        raise SettingsError(f"{path} is written in UTF-16: save it as UTF-8.")
    if (at := content.find(b"\0")) >= 0:
        raise SettingsError(
            f"{path}, line {_line(content, at)}: there is a NUL byte, as in UTF-16 or in a file "
            "that is no text: save it as UTF-8."
        )
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise SettingsError(
            f"{path}, line {_line(content, error.start)}: this is not UTF-8, but Latin-1 perhaps: "
            "save the file as UTF-8."
        ) from error


def _line(content: bytes, at: int) -> int:
    return content.count(b"\n", 0, at) + 1


def _syntax_error(path: Path, text: str, said: str) -> SettingsError:
    place = re.search(_PLACE, said)
    if place is None:
        # Python's own limit for numbers, of which tomllib does not say the place.
        return SettingsError(f"{path}: A number has too many digits: correct it.")
    number = int(place[1] or text.rstrip("\n").count("\n") + 1)
    reason = _reason(said[: place.start()], text.split("\n")[number - 1])
    return SettingsError(f"{path}, line {number}: {reason}: correct it or delete the line.")


def _reason(said: str, line: str) -> str:
    """Returns what is wrong in a line, where tomllib's own words would not tell a user."""
    if re.search(_CURLY_QUOTES, re.sub('"[^"]*"|#.*', "", line)):
        return "These quotation marks are none of TOML's, which are straight"
    if said == "Invalid value":
        return "This is no value; text needs quotation marks, and yes or no is true or false"
    if said == "Illegal character '\\n'":
        return "The quotation mark at the end is missing"
    if said == "Invalid initial character for a key part":
        return "A name with other characters than A to Z, digits, - and _ needs quotation marks"
    return "This name has a value already" if re.match(_TWICE, said) else said
