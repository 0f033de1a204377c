"""The tray above the pictures: what is edited, what waits, and what holds the message back."""

from typing import ClassVar, Final

from msgspec import Struct
from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive
from textual.widget import Widget

from ..keys.bindings import fill_keys, keymap_of
from ..visible import visible_line

_QUEUE_ROWS: Final = 3
"""Further messages that wait are only counted."""
_SENTENCE_ROWS: Final = 4
_CHOICE_ROWS: Final = 2
_GAP: Final = "  "


class Checking(Struct, frozen=True):
    """A message that goes out once its pictures, and those of messages before it, are checked."""

    text: str
    done: int
    """Pictures that are checked."""
    total: int
    """0 where it waits for others only."""


class Waiting(Struct, frozen=True):
    """Messages that have left the prompt but are not in the conversation yet."""

    queued: tuple[str, ...] = ()
    """What the core has stored, in the order in which it will be answered."""
    is_paused: bool = False
    """Whether these wait for the user."""
    unsent: tuple[str, ...] = ()
    """What was sent but got no reply before the core was gone."""
    checking: tuple[Checking, ...] = ()
    """What goes out behind the others, in the order in which it was sent."""

    def __bool__(self) -> bool:
        return bool(self.queued or self.unsent or self.checking)


class Choices(Struct, frozen=True):
    """What Tab can put into the prompt."""

    names: tuple[str, ...] = ()
    chosen: int | None = None
    """Place of the one that is in the prompt; None while it holds only what all begin with."""

    def __bool__(self) -> bool:
        return bool(self.names)


class Tray(Widget):
    """Rows of what stands between the prompt and the conversation; none where nothing does."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "tray--key",
        "tray--note",
        "tray--error",
        "tray--edit",
        "tray--choice",
    }

    waiting: reactive[Waiting] = reactive(Waiting(), layout=True)

    edited: reactive[int] = reactive(0, layout=True)
    """Number of the question, or of the answer, that is being edited; 0 for none."""

    is_answer: reactive[bool] = reactive(False, layout=True)
    """Whether that is an answer."""

    missing: reactive[str] = reactive("", layout=True)
    """Which pictures that the text names are not here, and what to do; empty for none."""

    choices: reactive[Choices] = reactive(Choices(), layout=True)

    def __init__(self) -> None:
        super().__init__(id="tray")
        self.display = False

    def watch_waiting(self) -> None:
        """Takes no row while there is nothing to show."""
        self._show_or_hide()

    def watch_edited(self) -> None:
        """Takes no row while there is nothing to show."""
        self._show_or_hide()

    def watch_missing(self) -> None:
        """Takes no row while there is nothing to show."""
        self._show_or_hide()

    def watch_choices(self) -> None:
        """Takes no row while there is nothing to show."""
        self._show_or_hide()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """Returns the number of rows at a width."""
        return len(self._rows(width))

    def render(self) -> Content:
        """Returns the rows, what concerns the text in the prompt last."""
        return Content("\n").join(self._rows(self.content_size.width))

    def _show_or_hide(self) -> None:
        self.display = bool(self.waiting or self.edited or self.missing or self.choices)

    def _rows(self, width: int) -> list[Content]:
        note = self.get_visual_style("tray--note")
        rows = [self._edit_row()] if self.edited else []
        waiting = self.waiting
        rows += [Content.styled(f"not sent yet  {visible_line(it)}", note) for it in waiting.unsent]
        rows += self._queue_rows() if waiting.queued else []
        rows += [self._checking_row(it) for it in waiting.checking[:_QUEUE_ROWS]]
        if len(waiting.checking) > _QUEUE_ROWS:
            more = f"and {len(waiting.checking) - _QUEUE_ROWS} more after that"
            rows.append(Content.styled(more, note))
        rows = [row.truncate(width, ellipsis=True) for row in rows]
        return rows + self._missing_rows(width) + self._choice_rows(width)

    def _queue_rows(self) -> list[Content]:
        """Returns how many messages wait and what can be done, above the first of them."""
        key, note = self.get_visual_style("tray--key"), self.get_visual_style("tray--note")
        texts, is_paused = self.waiting.queued, self.waiting.is_paused
        keymap = keymap_of(self.app)
        resume = Content.assemble(", paused: ", (keymap.show("chat.resume_queue"), key), " resumes")
        last = keymap.show("chat.take_back")
        take_back = Content.assemble((f"  {last}", key), (" takes the last one back", note))
        rows = [Content(f"{len(texts)} queued") + (resume if is_paused else "") + take_back]
        # Where one more would be left out, its row takes no more room than the count.
        shown = texts if len(texts) <= _QUEUE_ROWS + 1 else texts[:_QUEUE_ROWS]
        rows += [Content.styled(f"  {visible_line(text)}", note) for text in shown]
        if len(texts) > len(shown):
            rows.append(Content.styled(f"  and {len(texts) - len(shown)} more", note))
        return rows

    def _checking_row(self, checking: Checking) -> Content:
        number = min(checking.done + 1, checking.total)
        key = keymap_of(self.app).show("chat.take_back")
        return Content.assemble(
            f"checking {number} of {checking.total}" if checking.total else "sent after that",
            (f"  {key}", self.get_visual_style("tray--key")),
            (f" takes it back  {visible_line(checking.text)}", self.get_visual_style("tray--note")),
        )

    def _edit_row(self) -> Content:
        what, sends = (
            ("correcting answer", "stores") if self.is_answer else ("editing question", "resends")
        )
        return Content.assemble(
            (f"{what} {self.edited}", self.get_visual_style("tray--edit")),
            (
                fill_keys(self, f"  {{prompt.send}} {sends}, {{screen.back}} cancels"),
                self.get_visual_style("tray--note"),
            ),
        )

    def _missing_rows(self, width: int) -> list[Content]:
        if not self.missing:
            return []
        style = self.get_visual_style("tray--error")
        sentence = fill_keys(self, visible_line(self.missing))
        return Content.styled(sentence, style).wrap(max(width, 1))[:_SENTENCE_ROWS]

    def _choice_rows(self, width: int) -> list[Content]:
        """Returns what Tab offers: from the chosen one on where not all find room."""
        if not self.choices:
            return []
        names, chosen = self.choices.names, self.choices.chosen
        offered = Content(_GAP).join(
            Content.styled(
                visible_line(name),
                self.get_visual_style("tray--choice" if place == chosen else "tray--note"),
            )
            for place, name in enumerate(names)
            if chosen is None or place >= chosen - 1
        )
        rows = offered.wrap(max(width, 1))
        if len(rows) > _CHOICE_ROWS:
            rows = [*rows[: _CHOICE_ROWS - 1], rows[_CHOICE_ROWS - 1] + "…"]
        return [row.truncate(width, ellipsis=True) for row in rows]
