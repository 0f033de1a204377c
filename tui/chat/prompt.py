"""The prompt: a text area that grows with its text, remembers what was sent and sends on Enter."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple, Protocol

from textual import work
from textual.actions import SkipAction
from textual.binding import BindingType
from textual.events import Key, Paste
from textual.message import Message
from textual.widgets.text_area import EditHistory, Selection

from ..keys.bindings import Keyed, bindings_of
from ..scarcity import Scarcity, scarcity_named
from ..session.draft import join
from .recalling import RecallingArea
from .tab_completion import FindChoices, TabCompletion
from .tray import Choices

if TYPE_CHECKING:
    from ..session.completion import Choice
    from ..session.draft import DraftPicture
    from ..session.missing_pictures import MissingPictures
    from .editor import TextInEditor


_ABOUT_ONE: Final = "Ask about a picture"
_ABOUT_MANY: Final = "Ask about the pictures; @1 and @2 put one into the text"


class EditedDraft(Protocol):
    """The draft that the prompt edits; each call is done when it returns, before the next key."""

    def write(self, text: str) -> object:
        """Takes down what is typed, at each change."""

    def send(self, text: str) -> object:
        """Is given the text when the user presses Enter; what stays in the prompt is its to say."""

    def attach(self, pictures: "Sequence[Path | DraftPicture]") -> object:
        """Attaches pictures whose paths were pasted, dropped or completed."""

    def put_back(self) -> object:
        """Puts the picture back that was removed last."""

    def why_not_edited(self) -> str:
        """Returns why no editor may have the text, one sentence; empty where one may."""


class _Left(NamedTuple):
    """The prompt as it was when its text was sent."""

    text: str
    selection: Selection
    history: EditHistory


class _Removals(NamedTuple):
    """Pictures that were removed and can be put back."""

    text: str = ""
    """What was in the prompt when the last one was removed."""
    number: int = 0


class Prompt(Keyed, RecallingArea, inherit_bindings=False):
    """Where the user types; one row high when empty."""

    BINDINGS: ClassVar[list[BindingType]] = bindings_of("prompt")

    @dataclass
    class PageTurned(Message):
        """The user wants to read on in the log: -1 for the page before, 1 for the next."""

        pages: int

    class EndWanted(Message):
        """The user wants to see the end of the log."""

    @dataclass
    class MissingPasted(Message):
        """The user pasted or dropped paths of pictures that are not on this machine."""

        missing: "MissingPictures"

    @dataclass
    class ChoicesOffered(Message):
        """Tab can complete to several things, or to nothing any more."""

        choices: Choices

    class PastWanted(Message):
        """The user wants to search what was asked in all conversations."""

    def __init__(self, cursor_blink: bool, find_choices: FindChoices, draft: EditedDraft) -> None:
        """Makes an empty prompt.

        Args:
            cursor_blink: whether the cursor blinks.
            find_choices: returns what Tab can make of a word.
            draft: what is typed, attached and sent.
        """
        self._draft = draft
        super().__init__("prompt", _ABOUT_ONE)
        self.cursor_blink = cursor_blink
        self.match_cursor_bracket = False
        self._left = _Left("", Selection(), self.history)
        self._removals = _Removals()
        self._in_editor: TextInEditor | None = None
        self._tab = TabCompletion(self, find_choices, self._offer)

    def note_pictures(self, count: int) -> None:
        """Says while nothing is typed what can be asked about so many pictures."""
        self.placeholder = _ABOUT_MANY if count > 1 else _ABOUT_ONE

    def set_text(self, text: str) -> None:
        """Replaces the text by another one, of which nothing can be undone.

        A text that comes back, since it could not be sent, is as if Enter had not been pressed: the
        cursor is in its place, and what was typed can be undone.
        """
        self._recall.end()
        self._removals = _Removals()
        self._replace_text(text)
        if text and text == self._left.text:
            self.history, self.selection = self._left.history, self._left.selection
            self._left = _Left("", Selection(), self._new_history())

    def put_in_front(self, text: str) -> None:
        """Puts a text that could not be sent in front of what was typed since."""
        self.insert(f"{text}\n", (0, 0), maintain_selection_offset=True)

    def note_removals(self, count: int) -> None:
        """Lets undo bring back as many removed pictures, unless more is typed before."""
        text = self.text if count > self._removals.number else self._removals.text
        self._removals = _Removals(text, count)

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
        if all(binding.id != "prompt.complete" for binding in self.keys_of(event.key)):
            self._end_completion()
        for binding in self.keys_of(event.key):
            if await self.app.run_action(binding.action, self):
                event.prevent_default()
                event.stop()
                return

    def on_paste(self, event: Paste) -> None:
        """Attaches pasted paths of pictures; other text is inserted by the text area."""
        event.stop()
        try:
            pictures, missing = self._find_pictures(event.text)
        except Scarcity:
            # They are looked for once more when the text is sent.
            return
        if pictures:
            event.prevent_default()
            self._draft.attach(pictures)
        elif missing:
            self.post_message(self.MissingPasted(missing))

    def _find_pictures(self, pasted: str) -> "tuple[list[DraftPicture], MissingPictures | None]":
        """Returns the pictures that a paste consists of, or what it names that is not here."""
        with scarcity_named():
            from ..session.attach_paths import find_pictures
            from ..session.missing_pictures import find_missing

            found = find_pictures(pasted)
            if found.pictures and not found.rest.strip():
                return found.pictures, None
            return [], find_missing(f"{self.text} {found.rest}" if self.text else found.rest)

    def post_message(self, message: Message) -> bool:
        """Has each change taken down at once: a message waits for its turn, which may not come."""
        if isinstance(message, self.Changed):
            self._draft.write(self._recall.typed_in(self.text))
        return super().post_message(message)

    def action_send(self) -> None:
        """Sends the text; what was being typed before it was brought back stays in the prompt."""
        typed = self._recall.typed
        self._left = _Left(self.text, self.selection, self.history)
        self._draft.send(self.text)
        if typed and not self.text:
            self.change_text(typed)

    def action_cut(self) -> None:
        """Cuts what is selected; without a selection clears the prompt, which can be undone."""
        if self.selection.is_empty:
            self.change_text("")
        else:
            super().action_cut()

    def action_search_past(self) -> None:
        """Lets the user search what was asked before, in any conversation."""
        self.post_message(self.PastWanted())

    def action_undo(self) -> None:
        """Undoes what was typed last, or the removal of a picture if that was later."""
        if self._removals.number and self._removals.text == self.text:
            self._draft.put_back()
        else:
            super().action_undo()

    async def action_complete(self) -> None:
        """Completes the word before the cursor, or goes on to the next thing that fits."""
        self._attach_choice(await self._tab.press())

    @work
    async def action_edit(self) -> None:
        """Hands the text to an editor; what it leaves can be undone."""
        from .editor import EditorFailed, TextInEditor

        if why := self._draft.why_not_edited():
            self.notify(why, severity="warning", markup=False)
            return
        try:
            with TextInEditor(self.text) as self._in_editor:
                edited = await self._in_editor.edit(self.app)
                if edited != self._in_editor.before:
                    self.change_text(self._behind_returned(edited, self._in_editor))
        except EditorFailed as error:
            self.notify(str(error), severity="warning", markup=False)
        finally:
            self._in_editor = None

    def take_in_edited(self) -> None:
        """Takes down what an editor that is still open has stored so far."""
        if (opened := self._in_editor) is None:
            return
        from .editor import EditorFailed

        with suppress(EditorFailed):
            # It may be about to store it.
            if edited := opened.read():
                self._draft.write(self._behind_returned(edited, opened))

    def _behind_returned(self, edited: str, opened: "TextInEditor") -> str:
        """Returns a text that was edited, behind what came back into the prompt meanwhile."""
        return join(self.text.removesuffix(opened.before).removesuffix("\n"), edited)

    def action_turn_page(self, pages: int) -> None:
        """Scrolls the log without leaving the prompt."""
        self.post_message(self.PageTurned(pages))

    def action_leave_for_end(self) -> None:
        """Shows the end of the log without leaving the prompt."""
        self.post_message(self.EndWanted())

    def action_cursor_line_end(self, select: bool = False) -> None:
        """Moves behind the row's last character; from there it shows the end of the log."""
        before = self.cursor_location
        super().action_cursor_line_end(select)
        if not select and self.cursor_location == before:
            self.action_leave_for_end()

    def action_break_line(self) -> None:
        """Starts a new line."""
        self._replace_via_keyboard("\n", *self.selection)

    def action_copy(self) -> None:
        """Copies the selection; without one the key means what it means elsewhere."""
        if self.selection.is_empty:
            raise SkipAction
        super().action_copy()

    def _offer(self, choices: Choices) -> None:
        self.post_message(self.ChoicesOffered(choices))

    def _end_completion(self) -> None:
        self._attach_choice(self._tab.end())

    def _attach_choice(self, choice: "Choice | None") -> None:
        if choice is not None and choice.picture is not None:
            self._draft.attach([choice.picture])
