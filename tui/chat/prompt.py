"""The prompt: a text area that grows with its text, remembers what was sent and sends on Enter."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.events import Key, Paste
from textual.message import Message
from textual.widgets import TextArea


class Prompt(TextArea):
    """Where the user types; one row high when empty."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "send", "send", show=False, tooltip="Send the message"),
        Binding(
            "ctrl+j,alt+enter,shift+enter",
            "break_line",
            "new line",
            tooltip="Start a new line in the prompt",
        ),
        Binding(
            "up", "cursor_up", "up", show=False, tooltip="In the first row: the message before"
        ),
        Binding(
            "down", "cursor_down", "down", show=False, tooltip="In the last row: the message after"
        ),
        Binding(
            "ctrl+underscore,ctrl+slash", "undo", "undo", show=False, tooltip="Undo what was typed"
        ),
        Binding("pageup", "turn_page(-1)", "page up", show=False, tooltip="Scroll the log up"),
        Binding("pagedown", "turn_page(1)", "page down", show=False, tooltip="Scroll the log down"),
        Binding("shift+tab", "app.focus_previous", "log", show=False, tooltip="Into the log"),
    ]

    @dataclass
    class PathsPasted(Message):
        """The user pasted or dropped paths of pictures."""

        paths: list[Path]

    @dataclass
    class PageTurned(Message):
        """The user wants to read on in the log: -1 for the page before, 1 for the next."""

        pages: int

    class PictureRemoved(Message):
        """The user pressed Backspace at the start: the last picture goes."""

    def __init__(
        self, cursor_blink: bool, write: Callable[[str], object], send: Callable[[str], object]
    ) -> None:
        """Makes an empty one.

        Args:
            cursor_blink: whether the cursor blinks.
            write: takes down what is typed, at each change.
            send: is given the text when the user presses Enter; what stays in the prompt then is
                its to say.
        """
        self._write = write
        self._send = send
        super().__init__(
            id="prompt",
            compact=True,
            highlight_cursor_line=False,
            placeholder="Ask about a picture",
        )
        self.cursor_blink = cursor_blink
        self.match_cursor_bracket = False
        self._sent: list[str] = []
        self._recalled: int | None = None
        self._unsent = ""

    def remember(self, texts: list[str]) -> None:
        """Replaces what `up` brings back by the user's messages of a conversation, oldest first."""
        self._sent = texts
        self._recalled = None

    def remember_also(self, text: str) -> None:
        """Adds a message that was sent to what `up` brings back."""
        self._sent.append(text)
        self._recalled = None

    def set_text(self, text: str) -> None:
        """Replaces the text and puts the cursor behind it."""
        self._recalled = None
        self._replace_text(text)

    async def on_key(self, event: Key) -> None:
        """Runs the prompt's own bindings at once; passes on keys that came after the focus left.

        Textual runs them only after the key has gone up to the app: of keys that a slow line
        delivers together, letters would overtake Enter, Backspace and the arrows.
        """
        if self.app.focused is not self:
            event.prevent_default()
            event.stop()
            self.app.post_message(Key(event.key, event.character))
            return
        for binding in self._bindings.key_to_bindings.get(event.key, ()):
            if await self.app.run_action(binding.action, self):
                event.prevent_default()
                event.stop()
                return

    def on_paste(self, event: Paste) -> None:
        """Attaches pasted paths of pictures; other text is inserted by the text area."""
        from ..session.attach_paths import picture_paths

        paths = picture_paths(event.text)
        if paths:
            event.prevent_default()
            event.stop()
            self.post_message(self.PathsPasted(paths))

    def post_message(self, message: Message) -> bool:
        """Has each change taken down at once: a message waits for its turn, which may not come."""
        if isinstance(message, self.Changed):
            self._write(self.text)
        return super().post_message(message)

    def action_send(self) -> None:
        """Sends the text."""
        self._send(self.text)

    def action_turn_page(self, pages: int) -> None:
        """Scrolls the log without leaving the prompt."""
        self.post_message(self.PageTurned(pages))

    def action_break_line(self) -> None:
        """Starts a new line."""
        self._replace_via_keyboard("\n", *self.selection)

    def action_delete_left(self) -> None:
        """Deletes to the left; at the very start it takes the last picture off."""
        if self.selection.is_empty and self.cursor_at_start_of_text:
            self.post_message(self.PictureRemoved())
        else:
            super().action_delete_left()

    def action_cursor_up(self, select: bool = False) -> None:
        """Moves up; from the first row it brings back what was sent before."""
        if select or not self.cursor_at_first_row:
            super().action_cursor_up(select)
            return
        index = len(self._sent) if self._recalled is None else self._recalled
        if index == 0:
            super().action_cursor_up(select)
            return
        if self._recalled is None:
            self._unsent = self.text
        self._recalled = index - 1
        self._replace_text(self._sent[self._recalled])

    def action_cursor_down(self, select: bool = False) -> None:
        """Moves down; from the last row of a recalled text it goes on to the next one."""
        if select or self._recalled is None or not self.cursor_at_last_row:
            super().action_cursor_down(select)
            return
        self._recalled += 1
        if self._recalled == len(self._sent):
            self._recalled = None
            self._replace_text(self._unsent)
        else:
            self._replace_text(self._sent[self._recalled])

    def action_copy(self) -> None:
        """Copies the selection; without one the key means what it means elsewhere."""
        if self.selection.is_empty:
            raise SkipAction
        super().action_copy()

    @property
    def cursor_at_first_row(self) -> bool:
        """Whether the cursor is on the first row on screen, wrapped rows counted."""
        return self._cursor_offset[1] == 0

    @property
    def cursor_at_last_row(self) -> bool:
        """Whether the cursor is on the last row on screen, wrapped rows counted."""
        return self._cursor_offset[1] == self.wrapped_document.height - 1

    def _replace_text(self, text: str) -> None:
        self.text = text
        self.move_cursor(self.document.end)
