"""What a terminal sends, as the messages that Textual's apps know.

Whatever is no key, mouse event, paste, change of focus or word on the clipboard is dropped, at any
time and in any pieces: above all replies to what was asked, which come late over a slow line.
"""

import re
from collections.abc import Iterable
from typing import Final

from textual.events import AppBlur, AppFocus, Key, Paste
from textual.message import Message
from textual.messages import TerminalSupportsSynchronizedOutput

from .keyboard import Keyboard
from .layouts import latin_letters
from .sequences import Pasted, Piece, Sequence, SequenceCutter, Text, Told
from .textual_names import XTermParser

_MOUSE: Final = re.compile(r"\x1b\[<(\d{1,3});\d{1,5};\d{1,5}[Mm]")
_MOST_BUTTONS: Final = 128
"""From here on come buttons that Textual would take for the first three."""

_SYNCHRONISES: Final = re.compile(r"\x1b\[\?2026;[1-4]\$y")


class ClipboardTold(Message):
    """The terminal has said something of its clipboard, as it was asked."""

    def __init__(self, said: str) -> None:
        super().__init__()
        self.said = said


class InputReader:
    """Reads one terminal's input; the caller has the clock."""

    def __init__(self, language: str = "") -> None:
        """Prepares it.

        Args:
            language: the user's locale, for keyboard layouts that disagree.
        """
        self._cutter = SequenceCutter()
        self._keyboard = Keyboard(latin_letters(language))
        self._mouse = XTermParser()
        self._has_focus = True

    @property
    def due(self) -> float | None:
        """The time at which to call `tick`; None while nothing waits."""
        return self._cutter.due

    def feed(self, data: bytes, now: float) -> list[Message]:
        """Returns what the bytes say; `now` is in seconds of a clock that never goes back."""
        return self._read(self._cutter.feed(data, now))

    def tick(self, now: float) -> list[Message]:
        """Returns what waited for more that did not come."""
        return self._read(self._cutter.tick(now))

    def _read(self, pieces: Iterable[Piece]) -> list[Message]:
        messages: list[Message] = []
        for piece in pieces:
            match piece:
                case Text(text):
                    messages += self._with_focus(self._keyboard.type(text))
                case Pasted(text):
                    messages += self._with_focus([Paste(text)])
                case Told(text):
                    messages.append(ClipboardTold(text))
                case Sequence(sequence):
                    messages += self._read_sequence(sequence)
        return messages

    def _with_focus(self, typed: list[Key] | list[Paste]) -> list[Message]:
        """Returns what was typed, which says that the terminal has the focus.

        Its report of that may have been lost, and without focus an app takes no keys.
        """
        if not typed or self._has_focus:
            return [*typed]
        self._has_focus = True
        return [AppFocus(), *typed]

    def _read_sequence(self, sequence: str) -> Iterable[Message]:
        if sequence == "\x1b[I":
            self._has_focus = True
            return [AppFocus()]
        if sequence == "\x1b[O":
            self._has_focus = False
            return [AppBlur()]
        if _SYNCHRONISES.fullmatch(sequence):
            return [TerminalSupportsSynchronizedOutput()]
        if found := _MOUSE.fullmatch(sequence):
            moved = self._mouse.parse_mouse_code(sequence)
            return [moved] if moved and int(found[1]) < _MOST_BUTTONS else []
        return self._with_focus(self._keyboard.read(sequence))
