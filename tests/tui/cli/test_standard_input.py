"""What goes with a question: text in pipes, files and sockets, of any kind."""

import io
import os
import pty
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from seeshell.core.errors import BadRequest, ImageError, SeeshellError
from seeshell.core.messages.lines import LONGEST_REQUEST
from seeshell.tui.cli import standard_input
from seeshell.tui.cli.ask import _question
from seeshell.tui.cli.output import Output
from seeshell.tui.cli.parser import parse
from seeshell.tui.cli.standard_input import read_given_text, read_text, save_picture

Give = Callable[[bytes], None]


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack
        monkeypatch.undo()


@pytest.fixture
def take(monkeypatch: pytest.MonkeyPatch, stack: ExitStack) -> Callable[[int], None]:
    """A function that makes a descriptor standard input."""

    def take(descriptor: int) -> None:
        monkeypatch.setattr(sys, "stdin", stack.enter_context(os.fdopen(descriptor)))

    return take


@pytest.fixture
def give(take: Callable[[int], None], stack: ExitStack) -> Give:
    """A function that pipes something into standard input."""

    def give(content: bytes) -> None:
        reading, writing = os.pipe()
        writer = threading.Thread(target=_write, args=[writing, content])
        # Last, when nobody reads any more.
        stack.callback(writer.join)
        take(reading)
        writer.start()

    return give


def _write(descriptor: int, content: bytes) -> None:
    with open(descriptor, "wb", buffering=0) as pipe:
        try:
            pipe.write(content)
        except BrokenPipeError:
            return


@pytest.fixture
def told() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def output(told: io.StringIO) -> Output:
    return Output(as_json=False, out=io.StringIO(), err=told)


TEXTS = {
    "one line": (b"notes\n", "notes"),
    "no newline at the end": (b"notes", "notes"),
    "empty lines around it": (b"\n \n  indented\nnotes \n\n", "  indented\nnotes"),
    "Windows line ends": (b"a\r\nb\r\n", "a\nb"),
    "carriage returns alone": (b"10 %\r20 %\rdone\n", "10 %\n20 %\ndone"),
    "UTF-8": ("é 日本 👩\u200d💻\n".encode(), "é 日本 👩\u200d💻"),
    "byte order mark": (b"\xef\xbb\xbfnotes", "notes"),
    "UTF-16 little": ("\ufeffé\r\nb".encode("utf-16-le"), "é\nb"),
    "UTF-16 big": ("\ufeffé\r\nb".encode("utf-16-be"), "é\nb"),
    "half a UTF-16 letter": (b"\xff\xfea\0b", "a\ufffd"),
    "colours of a terminal": (b"\x1b[31mred\x1b[m\n", "\x1b[31mred\x1b[m"),
    "tabs": (b"a\tb\n", "a\tb"),
    "only white space": (b" \n\t\n", ""),
    "nothing": (b"", ""),
    "more than a pipe holds": (b"x" * 300_000 + b"\n", "x" * 300_000),
}
MOSTLY_UTF8 = {
    "Latin-1": ("café à Köln".encode("latin-1"), "café à Köln"),
    "Windows-1252": ("“café” – 5 €".encode("cp1252"), "“café” – 5 €"),
    "one wrong byte": ("é 日本 ".encode() + b"\xe9!", "é 日本 é!"),
    "cut within a letter": ("日本".encode()[:-1], "日æœ"),
    "no character at all": (b"a\x81b", "a\ufffdb"),
    "a byte order mark before it": (b"\xef\xbb\xbfcaf\xe9", "café"),
    "a surrogate": (b"a\xed\xa0\x80b", "aí\xa0€b"),
}
NO_TEXT = {
    "PNG": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "JPEG": b"\xff\xd8\xff\xe0\0\x10JFIF\0",
    "GIF": b"GIF89a\x01\0\x01\0\x80",
    "WebP": b"RIFF\x24\0\0\0WEBPVP8 ",
    "HEIC": b"\0\0\0\x18ftypheic",
    "PDF": b"%PDF-1.7\n1 0 obj",
    "archive": b"PK\x03\x04\x14\0\0\0",
    "UTF-16 without its mark": "a".encode("utf-16-le"),
    "a null in text": b"text\0text",
    "a large picture": b"\x89PNG\0" + b"x" * LONGEST_REQUEST,
}


@pytest.mark.parametrize(("content", "text"), TEXTS.values(), ids=TEXTS)
def test_text_is_read_as_it_is(
    give: Give, output: Output, told: io.StringIO, content: bytes, text: str
) -> None:
    give(content)
    assert read_given_text(output) == text
    assert told.getvalue() == ""


@pytest.mark.parametrize(("content", "text"), MOSTLY_UTF8.values(), ids=MOSTLY_UTF8)
def test_what_is_not_all_utf8_is_read_and_said(
    give: Give, output: Output, told: io.StringIO, content: bytes, text: str
) -> None:
    give(content)
    assert read_given_text(output) == text
    assert "iconv" in told.getvalue()


@pytest.mark.parametrize("content", NO_TEXT.values(), ids=NO_TEXT)
@pytest.mark.parametrize("read", [read_given_text, read_text])
def test_what_is_no_text_is_refused_with_the_way_out(
    give: Give, output: Output, read: Callable[[Output], str], content: bytes
) -> None:
    give(content)
    with pytest.raises(BadRequest, match="give a picture with -i -"):
        read(output)


def test_text_without_end_is_not_read_without_end(give: Give, output: Output) -> None:
    give(b"y\n" * LONGEST_REQUEST)
    with pytest.raises(BadRequest, match="more than 8 MiB of text: give a part"):
        read_given_text(output)


@pytest.mark.parametrize(
    ("arguments", "content", "question"),
    [
        (["Shorten", "this"], b"notes\n", "Shorten this\n\nnotes"),
        (["  Shorten this\n"], b"\n  a\n  b\n", "Shorten this\n\n  a\n  b"),
        (["Shorten this"], b"", "Shorten this"),
        (["Shorten this"], b"\n\n", "Shorten this"),
        ([], b"What is this?\n", "What is this?"),
        ([""], b"What is this?\n", "What is this?"),
        ([], b"", ""),
        (["-"], b"What is this?\n", "What is this?"),
        (["-i", "/a.png", "Who?"], b"notes", "Who?\n\nnotes"),
        (["-i", "/a.png"], b"Who?", "Who?"),
        (["-i", "-", "Who?"], b"\x89PNG\0", "Who?"),
        (["--", "-"], b"What is this?\n", "What is this?"),
    ],
)
def test_what_is_piped_follows_the_question(
    give: Give, output: Output, arguments: list[str], content: bytes, question: str
) -> None:
    give(content)
    assert _question(parse(["ask", *arguments]), output) == question


def test_a_file_is_read_like_a_pipe(
    take: Callable[[int], None], output: Output, tmp_path: Path
) -> None:
    (tmp_path / "notes").write_text("notes\n")
    take(os.open(tmp_path / "notes", os.O_RDONLY))
    assert read_given_text(output) == "notes"


def test_a_file_that_something_else_is_reading_is_left_alone(
    take: Callable[[int], None], output: Output, tmp_path: Path
) -> None:
    (tmp_path / "lines").write_text("first\nsecond\n")
    descriptor = os.open(tmp_path / "lines", os.O_RDONLY)
    os.read(descriptor, len("first\n"))
    take(descriptor)
    assert read_given_text(output) == ""
    assert os.read(descriptor, 100) == b"second\n"


def test_a_socket_is_read_like_a_pipe(take: Callable[[int], None], output: Output) -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        theirs.sendall(b"over ssh\n")
    take(ours.detach())
    assert read_given_text(output) == "over ssh"


def test_a_terminal_and_dev_null_are_left_alone(
    take: Callable[[int], None], output: Output
) -> None:
    take(os.open(os.devnull, os.O_RDONLY))
    assert read_given_text(output) == ""
    master, slave = pty.openpty()
    take(slave)
    os.write(master, b"typed ahead\n")
    assert read_given_text(output) == ""
    os.close(master)


def test_what_is_typed_is_read_to_its_end_if_it_is_asked_for(
    take: Callable[[int], None], output: Output, told: io.StringIO
) -> None:
    master, slave = pty.openpty()
    take(slave)
    os.write(master, b"What is this?\n\x04")
    assert read_text(output) == "What is this?"
    assert "Ctrl+D" in told.getvalue()
    os.close(master)


def test_closed_standard_input_is_no_error_unless_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, output: Output, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert read_given_text(output) == ""
    with pytest.raises(BadRequest, match="closed"):
        read_text(output)
    with pytest.raises(BadRequest, match="closed"):
        save_picture(tmp_path / "picture", output)


def test_standard_input_that_can_not_be_read_gets_a_sentence(
    monkeypatch: pytest.MonkeyPatch, output: Output, tmp_path: Path
) -> None:
    with (tmp_path / "file").open("w") as file:
        monkeypatch.setattr(sys, "stdin", file)
        with pytest.raises(BadRequest, match=r"can't be read .*< /dev/null"):
            read_given_text(output)


@pytest.mark.parametrize("is_blocking", [True, False])
def test_a_pipe_that_stays_open_is_waited_for_and_that_is_said_once(
    take: Callable[[int], None],
    monkeypatch: pytest.MonkeyPatch,
    is_blocking: bool,
) -> None:
    reading, writing = os.pipe()
    os.set_blocking(reading, is_blocking)
    take(reading)

    class Told(io.StringIO):
        """Goes on to write once the wait was told."""

        def flush(self) -> None:
            if not self.closed and self.getvalue():
                os.write(writing, b"late")
                os.close(writing)

    told = Told()
    monkeypatch.setattr(standard_input, "PATIENCE", 0.0)
    output = Output(as_json=True, out=io.StringIO(), err=told)
    assert read_given_text(output) == "late"
    assert told.getvalue().count("standard input") == 1
    assert told.getvalue().count("\n") == 1
    assert "< /dev/null" in told.getvalue()


def test_what_keeps_coming_is_not_waited_for(
    take: Callable[[int], None],
    output: Output,
    told: io.StringIO,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "photo").write_bytes(bytes(300_000))
    take(os.open(tmp_path / "photo", os.O_RDONLY))
    monkeypatch.setattr(standard_input, "PATIENCE", 0.0)
    save_picture(tmp_path / "picture", output)
    assert told.getvalue() == ""


def test_a_picture_is_saved_as_it_comes(give: Give, output: Output, tmp_path: Path) -> None:
    content = bytes(range(256)) * 1000
    give(content)
    save_picture(tmp_path / "picture", output)
    assert (tmp_path / "picture").read_bytes() == content


@pytest.mark.parametrize(("content", "word"), [(b"", "empty"), (b"x" * 101, "too large")])
def test_a_picture_has_a_size(
    give: Give,
    output: Output,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    content: bytes,
    word: str,
) -> None:
    monkeypatch.setattr(standard_input, "MOST_PICTURE_BYTES", 100)
    give(content)
    with pytest.raises(ImageError, match=word) as raised:
        save_picture(tmp_path / "picture", output)
    assert isinstance(raised.value, SeeshellError)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="has no device that is always full")
@pytest.mark.parametrize("place", ["/dev/full", "/nowhere/picture"])
def test_a_picture_without_room_for_it_gets_a_sentence(
    give: Give, output: Output, place: str
) -> None:
    give(b"picture")
    with pytest.raises(ImageError, match=r"can't be written to .*: set TMPDIR\."):
        save_picture(Path(place), output)
