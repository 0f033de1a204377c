"""Pictures of the terminal's clipboard, as kitty gives them."""

from base64 import b64encode

import pytest

from seeshell.tui.terminal.clipboard import BEGIN, ClipboardPicture, ClipboardReading, NotRead
from seeshell.tui.terminal.facts import TerminalFacts, judge_replies
from seeshell.tui.terminal.input_reader import ClipboardTold, InputReader
from seeshell.tui.terminal.replies import Replies, parse_replies

PICTURE = bytes(range(256)) * 80


def encoded(content: bytes | str) -> str:
    return b64encode(content.encode() if isinstance(content, str) else content).decode()


class Clipboard:
    """A terminal's clipboard that answers what it is asked."""

    def __init__(self, **kinds: bytes) -> None:
        self.kinds = {
            f"image/{kind}" if kind != "text" else "text/plain": it for kind, it in kinds.items()
        }
        self.asked: list[str] = []
        self.status = ""

    def write(self, asked: str) -> None:
        self.asked.append(asked)

    def answer(self) -> bytes:
        """What it says to the last question, as it comes from the terminal."""
        asked = self.asked[-1]
        if self.status:
            return self._say(f"status={self.status}")
        if asked == f"{BEGIN}type=read;{encoded('.')}\x1b\\":
            data = [(".", " ".join(self.kinds).encode())]
        else:
            (kind,) = [it for it in self.kinds if encoded(it) in asked]
            content = self.kinds[kind]
            data = [(kind, content[at : at + 4096]) for at in range(0, len(content), 4096)]
        packets = [self._say("status=DATA:mime=" + encoded(kind), it) for kind, it in data]
        return b"".join([self._say("status=OK"), *packets, self._say("status=DONE")])

    def _say(self, metadata: str, payload: bytes = b"") -> bytes:
        tail = f";{encoded(payload)}" if payload else ""
        return f"{BEGIN}type=read:{metadata}{tail}\x1b\\".encode()


def read(clipboard: Clipboard, *, piece: int = 16_384, between: bytes = b"") -> ClipboardPicture:
    """Returns the picture that comes in pieces of so many bytes, perhaps with keys between."""
    reading, reader, keys = ClipboardReading(clipboard.write), InputReader(), []
    for _ in range(2):
        said = clipboard.answer() + between
        for at in range(0, len(said), piece):
            for message in reader.feed(said[at : at + piece], 0.001 * at):
                if not isinstance(message, ClipboardTold):
                    keys.append(message)
                elif (picture := reading.take(message.said)) is not None:
                    assert len(keys) == len(between)
                    return picture
    raise AssertionError("no picture came")


@pytest.mark.parametrize("piece", [1, 7, 1000, 5000, 16_384])
def test_the_best_picture_is_asked_for_and_comes_in_any_pieces(piece: int) -> None:
    clipboard = Clipboard(text=b"words", tiff=b"other", png=PICTURE)
    assert read(clipboard, piece=piece) == ClipboardPicture(PICTURE, ".png")
    assert len(clipboard.asked) == 2
    assert encoded("image/png") in clipboard.asked[1]


def test_keys_typed_meanwhile_are_keys() -> None:
    assert read(Clipboard(jpeg=PICTURE), piece=700, between=b"a") == ClipboardPicture(
        PICTURE, ".jpg"
    )


def test_without_a_picture_that_is_said() -> None:
    with pytest.raises(NotRead, match="no picture in the clipboard"):
        read(Clipboard(text=b"words"))


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        ("EPERM", "does not let programs"),
        ("EBUSY", "in use"),
        ("EIO", "could not"),
        ("X", "could not"),
    ],
)
def test_a_refusal_is_said_in_a_sentence(status: str, sentence: str) -> None:
    clipboard = Clipboard(png=PICTURE)
    clipboard.status = status
    with pytest.raises(NotRead, match=sentence):
        read(clipboard)


def test_broken_data_is_no_picture() -> None:
    reading = ClipboardReading(lambda _asked: None)
    with pytest.raises(NotRead):
        reading.take("type=read:status=DATA:mime=Lg==;no base64!")
    assert reading.take("type=write:status=DONE") is None
    assert reading.take("nonsense") is None


def test_a_terminal_that_goes_on_for_ever_is_not_listened_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("seeshell.tui.terminal.clipboard._MOST_BYTES", 100)
    with pytest.raises(NotRead, match="larger than"):
        read(Clipboard(png=PICTURE))


@pytest.mark.parametrize(
    ("replies", "has_clipboard"),
    [
        (Replies(name="kitty(0.41.1)"), True),
        (Replies(name="kitty(0.26.5)"), False),
        (Replies(name="ghostty 1.3.0"), False),
        (parse_replies(b"\x1bP>|ghostty 1.3.0\x1b\\\x1b[?5522;2$y"), True),
        (parse_replies(b"\x1bP>|xterm(379)\x1b\\\x1b[?5522;0$y"), False),
        (parse_replies(b"\x1bP>|tmux 3.5a\x1b\\\x1b[?5522;2$y"), False),
    ],
)
def test_only_a_terminal_that_has_it_is_asked(replies: Replies, has_clipboard: bool) -> None:
    facts = judge_replies(TerminalFacts(), replies, replies)
    assert facts.has_clipboard is has_clipboard
