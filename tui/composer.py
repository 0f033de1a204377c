"""Tray and prompt: what the user is about to send."""

from collections.abc import Callable

from textual import getters, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.timer import Timer

from .draft import Draft
from .prompt import Prompt
from .tray import Tray

SAVE_SECONDS = 1.0
"""Longest time that typed text is not on disk."""


class Composer(Vertical):
    """Shows one draft and has it stored while it changes."""

    prompt = getters.query_one(Prompt)
    tray = getters.query_one(Tray)

    def __init__(self, draft: Draft, cursor_blink: bool, save: Callable[[], None]) -> None:
        """Shows an empty draft.

        Args:
            draft: of the conversation on screen.
            cursor_blink: whether the prompt's cursor blinks.
            save: stores all drafts.
        """
        super().__init__()
        self.draft = draft
        self._cursor_blink = cursor_blink
        self._save = save
        self._saving: Timer | None = None

    def compose(self) -> ComposeResult:
        """Yields the tray above the prompt."""
        yield Tray()
        yield Prompt(self._cursor_blink)

    def show(self, draft: Draft, *, takes_typed: bool = False) -> None:
        """Shows another draft; what is typed stays with this one, or goes over to the other."""
        if draft is not self.draft:
            typed = self.prompt.text
            if takes_typed:
                self.draft.text = ""
                draft.text = "\n".join(text for text in (draft.text, typed) if text)
            else:
                self.draft.text = typed
            self.draft = draft
            self.prompt.set_text(draft.text)
        self.show_tray()

    def show_tray(self) -> None:
        """Shows what changed of the draft's pictures and waiting messages."""
        self.tray.pictures = tuple(self.draft.pictures)
        # A message that goes at once would show as waiting for no longer than a frame.
        waiting = self.draft.waiting[1:] if self.draft.is_sending else self.draft.waiting
        self.tray.waiting = tuple(turn.text for turn in waiting)
        self.tray.edited = self.draft.edited.number if self.draft.edited else 0
        self._save_soon()

    def give_back(self, draft: Draft, text: str) -> None:
        """Puts a text that was not sent in front of what is typed in its conversation."""
        if draft is self.draft:
            self.prompt.give_back(text)
        else:
            draft.text = "\n".join(part for part in (text, draft.text) if part)

    @on(Prompt.Changed)
    def _keep_text(self) -> None:
        self.draft.text = self.prompt.text
        self._save_soon()

    def on_unmount(self) -> None:
        """Stores what was typed last."""
        if self._saving is not None:
            self._saving.stop()
            self._save()

    def _save_soon(self) -> None:
        """Stores the drafts within `SAVE_SECONDS`."""
        if self._saving is None:
            self._saving = self.set_timer(SAVE_SECONDS, self._save_now)

    def _save_now(self) -> None:
        self._saving = None
        self._save()
