"""What standard input holds: text that goes with a question, or a picture."""

import codecs
import os
import re
import select
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ...core.errors import BadRequest, ImageError
from ...core.messages.lines import LONGEST_REQUEST
from .output import Output

PATIENCE: Final = 2.0
"""Seconds without a byte after which the user is told that standard input has not ended."""
MOST_PICTURE_BYTES: Final = 2**30
"""More than any picture has that can be attached."""

_CHUNK_BYTES: Final = 2**16
_WAITING = (
    "seeshell: reading standard input to its end (Ctrl+D ends typing); add < /dev/null to leave it "
    "out."
)
_NO_TEXT = "Standard input holds no text: give a picture with -i -, and text as UTF-8."
_TOO_MUCH_TEXT = (
    f"Standard input holds more than {LONGEST_REQUEST / 2**20:.0f} MiB of text: give a part of it, "
    "as with head -c 100000."
)
_NOT_UTF8 = (
    "seeshell: not all of standard input is UTF-8; the rest was read as Windows-1252. If that is "
    "wrong, convert it with iconv."
)


def read_given_text(output: Output) -> str:
    """Returns the text that was piped or redirected to this command; empty if nothing was.

    Raises:
        BadRequest: as `read_text`.
    """
    return read_text(output) if _is_given() else ""


def read_text(output: Output) -> str:
    """Returns all of standard input, lines ended by a newline each, without empty ones around it.

    Raises:
        BadRequest: it can't be read, is no text, or is too long for a question.
    """
    content = bytearray()
    for chunk in _chunks(output):
        content += chunk
        if len(content) > LONGEST_REQUEST:
            raise BadRequest(_NO_TEXT if b"\0" in content else _TOO_MUCH_TEXT)
    text = _decode(bytes(content), output).replace("\r\n", "\n").replace("\r", "\n")
    return re.sub(r"\A(?:[^\S\n]*\n)+", "", text.rstrip())


def save_picture(path: Path, output: Output) -> None:
    """Writes what standard input holds to a file.

    Raises:
        BadRequest: it can't be read.
        ImageError: it is empty, larger than any picture, or there is no room for it.
    """
    try:
        length = _write(path, _chunks(output))
    except OSError as error:
        sentence = f"The picture can't be written to {path.parent} ({error.strerror}): set TMPDIR."
        raise ImageError(sentence) from error
    if not length:
        raise ImageError("Standard input holds no picture: it is empty.")


def _write(path: Path, chunks: Iterator[bytes]) -> int:
    """Writes a picture to a file as it comes, and returns its length."""
    length = 0
    with path.open("wb") as file:
        for chunk in chunks:
            length += len(chunk)
            if length > MOST_PICTURE_BYTES:
                raise ImageError("Standard input is too large for a picture.")
            file.write(chunk)
    return length


def _is_given() -> bool:
    """Returns whether standard input is there for this command to read.

    A terminal and /dev/null are not. Of a file somebody else may be reading line by line, as the
    shell does in `while read` and in a script that it takes from standard input: then it does not
    stand at its start. Of a pipe nobody can tell; it is read, as `ssh` and `ffmpeg` do.
    """
    if sys.stdin is None:
        return False
    descriptor = sys.stdin.fileno()
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return os.lseek(descriptor, 0, os.SEEK_CUR) == 0
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


def _chunks(output: Output) -> Iterator[bytes]:
    """Yields standard input as it comes, and tells the user once when nothing comes for long."""
    if sys.stdin is None:
        raise BadRequest("Standard input is closed: there is nothing to read for -.")
    descriptor = sys.stdin.fileno()
    is_told = sys.stdin.isatty()
    if is_told:
        output.notice(_WAITING)
    while True:
        if not select.select([descriptor], [], [], None if is_told else PATIENCE)[0]:
            output.notice(_WAITING)
            is_told = True
            continue
        try:
            chunk = os.read(descriptor, _CHUNK_BYTES)
        except BlockingIOError:  # another process was faster
            continue
        except OSError as error:
            raise BadRequest(
                f"Standard input can't be read ({error.strerror}): add < /dev/null to leave it out."
            ) from error
        if not chunk:
            return
        yield chunk


def _decode(content: bytes, output: Output) -> str:
    """Returns bytes as text: UTF-8, UTF-16 with a byte order mark, or mostly UTF-8.

    In the last case each byte that is none is taken as Windows-1252, so that neither a text in
    that encoding nor one with a few wrong bytes is lost.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    if b"\0" in content or content.startswith(b"%PDF-"):
        raise BadRequest(_NO_TEXT)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        output.notice(_NOT_UTF8)
    codecs.register_error("seeshell.windows-1252", _take_as_windows)
    return content.decode("utf-8-sig", "seeshell.windows-1252")


def _take_as_windows(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end
