"""Cuts what a terminal sends into characters, control sequences and pasted text.

Bytes come in pieces of any size, and may be anything. A character or a sequence is handed on when
it is whole; replies in strings (OSC, DCS, APC and their like) are dropped but for those about the
clipboard, and so is a sequence whose rest does not come. Nothing that has begun swallows keys for
longer than three seconds.

Source: the parser of DEC terminals as Paul Williams describes it, and xterm's bracketed paste.
"""

import re
from codecs import getincrementaldecoder
from typing import Final, NamedTuple

from textual.constants import ESCAPE_DELAY

_ESCAPE: Final = b"\x1b"
_PASTE_BEGIN: Final = b"\x1b[200~"
_PASTE_END: Final = b"\x1b[201~"
_OLD_MOUSE: Final = b"\x1b[M"

_INTRODUCER_SECONDS: Final = 0.3
"""Wait for the rest of what may be a sequence, or Alt and one of `[ ] O P X ^ _`."""

_REST_SECONDS: Final = 1.0
"""Wait for the rest of a sequence; a slow line delivers its pieces some 100 ms apart."""

_WHOLE_SECONDS: Final = 3.0
"""Longest wait for all of a sequence; somebody who types on would keep it open for ever."""

_REJOIN_SECONDS: Final = 4.0
"""How long after a sequence was given up its rest is still known as one."""

_PASTE_SECONDS: Final = 2.0
"""Silence after which an open paste is shown as far as it has come."""

_PASTE_BYTES: Final = 4 * 2**20
"""A longer paste is handed on in parts."""

_LONGEST: Final = 128
"""Bytes of a control sequence; what is longer is no key."""

_CONTROL: Final = re.compile(
    rb"\x1b\[(?:\[[ -~]|M[ -\xff]{3}|(?!M|\[)[ -?]*[@-~]|[0-9]{1,2}\$(?![@-~]))", re.DOTALL
)
"""CSI; function keys of the Linux console, xterm's oldest mouse reports, whose three bytes are no
text, and rxvt's keys with Shift."""

_OPEN_CONTROL: Final = re.compile(rb"\x1b\[(?:\[|M[ -\xff]{0,2}|[ -?]*)\Z")
_SINGLE_SHIFT: Final = re.compile(rb"\x1bO[0-9;]{0,8}[A-Za-z]")
_OPEN_SINGLE_SHIFT: Final = re.compile(rb"\x1bO[0-9;]{0,8}\Z")
_STRING: Final = re.compile(rb"\x1b[P\]X^_][^\x00-\x1f]*(?:\x07|\x1b\\)")

_CLIPBOARD_BEGIN: Final = b"\x1b]5522;"
_CLIPBOARD: Final = re.compile(rb"\x1b\]5522;([^\x07\x1b]*)")
"""The one kind of string that is handed on."""

_MOST_TOLD: Final = 2**16
"""Bytes of one of these; terminals cut what is longer than some 5,500."""

_REPLY: Final = rb"(?:P[0-?!$+]|\][0-9]|_G)[^\x00-\x1f]*"
"""The beginning of a string; `ESC Please` is somebody who types after Escape."""

_OPEN_STRING: Final = re.compile(rb"\x1b(?:[P\]X^_]|" + _REPLY + rb"\x1b?)\Z")
_CUT_OFF: Final = re.compile(rb"\x1b(?:\[(?:M|\[|[ -?]*)|" + _REPLY + rb")")
"""What a control character, another sequence or a letter that is no ASCII has ended."""

_AFTER_ESCAPE: Final = re.compile(
    rb"\[(?:[<-?]?[0-9;:]+[ -/]*[@-~]|[A-DFHIO]\Z)|P[0-9>!]|\][0-9]+;|_G"
)
"""What follows an ESC that came so long before that it was taken for the key."""

_CHARACTER: Final = re.compile(
    rb"[\x00-\x7f]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)


class Text(NamedTuple):
    """Characters as they were typed, control characters among them."""

    text: str


class Sequence(NamedTuple):
    """A whole control sequence; Escape alone; or Escape and the character typed with Alt."""

    sequence: str


class Pasted(NamedTuple):
    """Text between the marks of a paste."""

    text: str


class Told(NamedTuple):
    """What the terminal says of its clipboard."""

    text: str


Piece = Text | Sequence | Pasted | Told


class SequenceCutter:
    """Cuts the bytes of one terminal; the caller has the clock."""

    def __init__(self) -> None:
        self._decoder = getincrementaldecoder("utf-8")("replace")
        self._waiting = b""
        self._begun_at = 0.0
        self._paste = bytearray()
        self._is_pasting = False
        self._is_stalled = False
        self._due: float | None = None
        self._given_up = b""
        self._given_up_at = 0.0

    @property
    def due(self) -> float | None:
        """The time at which to call `tick`; None while nothing waits."""
        return self._due

    def feed(self, data: bytes, now: float) -> list[Piece]:
        """Returns what the bytes complete.

        Args:
            data: as read.
            now: seconds of any clock that never goes back.
        """
        pieces: list[Piece] = []
        if self._is_stalled and _is_key(data):
            self._is_pasting = False
        self._is_stalled = False
        data = self._rejoin(data, now)
        rest, is_same = self._waiting + data, bool(self._waiting)
        self._waiting = b""
        while rest:
            rest = self._cut_paste(rest, pieces) if self._is_pasting else self._cut(rest, pieces)
            is_same = is_same and not rest
        if not is_same:
            self._begun_at = now
        self._due = self._next_due(now)
        return pieces

    def tick(self, now: float) -> list[Piece]:
        """Returns what has waited too long, as far as it is anything at all."""
        if self._due is None or now < self._due:
            return []
        self._due = None
        pieces: list[Piece] = []
        if self._is_pasting:
            self._hand_on_paste(pieces)
            self._is_stalled = True
            return pieces
        self._given_up, self._given_up_at, self._waiting = self._waiting, now, b""
        if len(self._given_up) <= 2:
            # Escape, or Alt and a character that might have begun a sequence.
            pieces.append(Sequence(self._given_up.decode("ascii", "replace")))
        return pieces

    def _rejoin(self, data: bytes, now: float) -> bytes:
        """Returns the data with the sequence that it ends, if that was given up too soon."""
        begun, self._given_up = self._given_up, b""
        if not begun or now - self._given_up_at > _REJOIN_SECONDS:
            return data
        if begun == _ESCAPE:
            return begun + data if _AFTER_ESCAPE.match(data) else data
        whole = _STRING.match(begun + data) or _CONTROL.match(begun + data)
        # More than one byte at a time is not typed.
        return begun + data if whole and whole.end() > len(begun) + 1 else data

    def _next_due(self, now: float) -> float | None:
        if self._is_pasting:
            return now + _PASTE_SECONDS
        match self._waiting:
            case b"":
                return None
            case b"\x1b":
                return now + ESCAPE_DELAY
            case waiting if len(waiting) == 2:
                return now + _INTRODUCER_SECONDS
            case _:
                return min(now + _REST_SECONDS, self._begun_at + _WHOLE_SECONDS)

    def _cut(self, data: bytes, pieces: list[Piece]) -> bytes:
        """Takes one piece from the beginning of the data and returns the rest."""
        begin = data.find(_ESCAPE)
        if begin:
            typed = self._decoder.decode(data if begin < 0 else data[:begin], final=begin > 0)
            if typed:
                pieces.append(Text(typed))
            return b"" if begin < 0 else data[begin:]
        if unfinished := self._decoder.decode(b"", final=True):
            pieces.append(Text(unfinished))
        if found := _STRING.match(data):
            if told := _CLIPBOARD.match(found[0]):
                pieces.append(Told(told[1].decode("ascii", "replace")))
            return data[found.end() :]
        if found := _CONTROL.match(data) or _SINGLE_SHIFT.match(data):
            self._take_sequence(found[0], pieces)
            return data[found.end() :]
        if data == _ESCAPE or any(
            it.match(data) for it in (_OPEN_CONTROL, _OPEN_SINGLE_SHIFT, _OPEN_STRING)
        ):
            self._wait_for_rest(data)
            return b""
        if found := _CUT_OFF.match(data):
            return data[found.end() :]
        return self._cut_alt(data, pieces)

    def _take_sequence(self, sequence: bytes, pieces: list[Piece]) -> None:
        if sequence == _PASTE_BEGIN:
            self._is_pasting, self._paste = True, bytearray()
        elif len(sequence) <= _LONGEST and not sequence.startswith(_OLD_MOUSE):
            pieces.append(Sequence(sequence.decode()))

    def _wait_for_rest(self, data: bytes) -> None:
        """Keeps of an endless sequence what tells its kind."""
        if data[1:2] in {b"", b"[", b"O"}:
            self._waiting = data[:_LONGEST]
        elif _CLIPBOARD_BEGIN.startswith(data[: len(_CLIPBOARD_BEGIN)]) and len(data) < _MOST_TOLD:
            self._waiting = data
        else:
            self._waiting = data[:3] + (_ESCAPE if data.endswith(_ESCAPE) else b"")

    def _cut_alt(self, data: bytes, pieces: list[Piece]) -> bytes:
        """Takes Escape, and the character that came with it unless it begins a new sequence."""
        if _unfinished(data) == len(data) - 1:
            self._waiting = data
            return b""
        found = None if data[1:2] == _ESCAPE else _CHARACTER.match(data, 1)
        typed = data[1 : found.end()].decode("utf-8", "replace")[:1] if found else ""
        pieces.append(Sequence("\x1b" + typed))
        return data[found.end() :] if found else data[1:]

    def _cut_paste(self, data: bytes, pieces: list[Piece]) -> bytes:
        """Takes what belongs to the open paste and returns the rest."""
        paste = self._paste
        searched = max(0, len(paste) - len(_PASTE_END))
        paste += data
        end = paste.find(_PASTE_END, searched)
        if end < 0:
            if len(paste) > _PASTE_BYTES:
                self._hand_on_paste(pieces)
            return b""
        rest = bytes(paste[end + len(_PASTE_END) :])
        self._is_pasting = False
        pieces.append(_pasted(bytes(paste[:end])))
        return rest

    def _hand_on_paste(self, pieces: list[Piece]) -> None:
        """Hands on what has come of an open paste, but for what may be its end's beginning."""
        paste = bytes(self._paste)
        kept = next(n for n in range(len(_PASTE_END) - 1, -1, -1) if paste.endswith(_PASTE_END[:n]))
        text = paste[: len(paste) - kept]
        whole = text[: len(text) - _unfinished(text)]
        self._paste = bytearray(paste[len(whole) :])
        if whole:
            pieces.append(_pasted(whole))


def _is_key(data: bytes) -> bool:
    """Whether somebody types, where an open paste might go on: that comes in larger pieces."""
    if data.startswith(_ESCAPE):
        return not data.startswith((_PASTE_BEGIN, _PASTE_END))
    return _CHARACTER.fullmatch(data) is not None


def _pasted(text: bytes) -> Pasted:
    # A paste inside a paste is one paste.
    plain = text.replace(_PASTE_BEGIN, b"").replace(b"\x00", b"")
    return Pasted(plain.decode("utf-8", "replace"))


def _unfinished(text: bytes) -> int:
    """Returns how many bytes at the end may begin a character whose rest is still to come."""
    found = re.search(
        rb"(?:[\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})\Z", text
    )
    return len(found[0]) if found else 0
