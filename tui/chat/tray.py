"""The tray above the prompt: what is edited, what waits, pictures of the next message."""

from dataclasses import dataclass
from typing import ClassVar

from textual.content import Content
from textual.events import Click
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget

from ..session.draft import DraftPicture
from ..visible import visible_line

_GAP = "   "
"""Between two chips."""
_CHIP_ROWS = 3
"""Further chips are only counted."""
_QUEUE_ROWS = 3
"""Further messages that wait are only counted."""


@dataclass(frozen=True)
class Checking:
    """A message that goes out once its pictures, and those of messages before it, are checked."""

    text: str
    done: int
    """Pictures that are checked."""
    total: int
    """0 where it waits for others only."""


@dataclass(frozen=True)
class Waiting:
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


class Tray(Widget):
    """Rows of what waits; one chip a picture: name and tokens, or why it can't be sent."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "tray--number",
        "tray--name",
        "tray--note",
        "tray--error",
        "tray--edit",
    }

    pictures: reactive[tuple[DraftPicture, ...]] = reactive((), layout=True)

    waiting: reactive[Waiting] = reactive(Waiting(), layout=True)

    edited: reactive[int] = reactive(0, layout=True)
    """Number of the question that is being edited; 0 for none."""

    @dataclass
    class PictureClicked(Message):
        """The user clicked a chip."""

        picture: DraftPicture

    def __init__(self) -> None:
        super().__init__(id="tray")
        self.display = False

    def watch_pictures(self) -> None:
        """Takes no row while there is nothing to show."""
        self._show_or_hide()

    def watch_waiting(self) -> None:
        """Takes no row while there is nothing to show."""
        self._show_or_hide()

    def watch_edited(self) -> None:
        """Takes no row while there is nothing to show."""
        self._show_or_hide()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """Returns the number of rows at a width."""
        return len(self._rows(width))

    def render(self) -> Content:
        """Returns what is edited and what waits above the chips."""
        return Content("\n").join(self._rows(self.content_size.width))

    def on_click(self, event: Click) -> None:
        """Tells which chip was clicked."""
        number = event.style.meta.get("picture")
        if number is not None:
            self.post_message(self.PictureClicked(self.pictures[number - 1]))

    def _show_or_hide(self) -> None:
        self.display = bool(self.pictures or self.waiting or self.edited)

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
        return rows + self._chip_rows(width)

    def _queue_rows(self) -> list[Content]:
        """Returns how many messages wait and what can be done, above the first of them."""
        key, note = self.get_visual_style("tray--number"), self.get_visual_style("tray--note")
        texts, is_paused = self.waiting.queued, self.waiting.is_paused
        resume = Content.assemble(", paused: ", ("ctrl+g", key), " resumes")
        take_back = Content.assemble(("  ctrl+t", key), (" takes the last one back", note))
        rows = [Content(f"{len(texts)} queued") + (resume if is_paused else "") + take_back]
        # Where one more would be left out, its row takes no more room than the count.
        shown = texts if len(texts) <= _QUEUE_ROWS + 1 else texts[:_QUEUE_ROWS]
        rows += [Content.styled(f"  {visible_line(text)}", note) for text in shown]
        if len(texts) > len(shown):
            rows.append(Content.styled(f"  and {len(texts) - len(shown)} more", note))
        return rows

    def _checking_row(self, checking: Checking) -> Content:
        number = min(checking.done + 1, checking.total)
        return Content.assemble(
            f"checking {number} of {checking.total}" if checking.total else "sent after that",
            ("  ctrl+t", self.get_visual_style("tray--number")),
            (f" takes it back  {visible_line(checking.text)}", self.get_visual_style("tray--note")),
        )

    def _edit_row(self) -> Content:
        return Content.assemble(
            (f"editing question {self.edited}", self.get_visual_style("tray--edit")),
            (
                "  enter asks it instead, esc leaves it as it is",
                self.get_visual_style("tray--note"),
            ),
        )

    def _chip_rows(self, width: int) -> list[Content]:
        """Returns the chips in rows, none of them broken that fits into one."""
        rows: list[Content] = []
        for number, picture in enumerate(self.pictures, 1):
            chip = self._chip(number, picture)
            if rows and rows[-1].cell_length + len(_GAP) + chip.cell_length <= width:
                rows[-1] += _GAP + chip
            elif len(rows) < _CHIP_ROWS:
                rows += chip.wrap(max(width, 1))
            else:
                more = f"and {len(self.pictures) - number + 1} more"
                return [*rows, Content.styled(more, self.get_visual_style("tray--note"))]
        return rows

    def _chip(self, number: int, picture: DraftPicture) -> Content:
        style = self.get_visual_style
        attachment = picture.attachment
        if picture.error:
            name, note = "", (visible_line(picture.error), style("tray--error"))
        else:
            name = visible_line(picture.name)
            tokens = f"{attachment.tokens:,} tok" if attachment and attachment.tokens else ""
            note = (f" {'checking' if attachment is None else tokens}", style("tray--note"))
        return Content.assemble(
            (f"[{number}] ", style("tray--number")), (name, style("tray--name")), note
        ).stylize(Style.from_meta({"picture": number}))
