"""The pictures of the next message: a chip each, which the keyboard walks, removes and moves."""

from collections.abc import Callable, Mapping
from typing import ClassVar, Final

from rich.cells import cell_len
from textual import work
from textual.binding import BindingType
from textual.content import Content
from textual.events import Blur, Click, Focus, Key
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget

from ...core.picture_detail import PictureDetail
from ..keys.bindings import Keyed, bindings_of, fill_keys
from ..session.draft import DraftPicture
from ..session.picture_edits import PictureEdits
from ..session.prices import Price
from ..visible import visible_line
from .chip_rows import GAP, cost_of, count_shown, facts_of, lay_out, row_of, state_of, window

_DETAIL_ROWS: Final = 4
"""Of what is known of one picture."""
_WAYS_OUT: Final = (
    " ({prompt.to_log}, then {chips.retry} tries it again, {chips.remove} removes it)"
)
"""What can be done about a picture that was refused."""
_FIRST: Final = "[1] "
"""Before the name in the first chip."""
_MOST_OF_NAME: Final = 0.6
"""Part of the width that a chip's name may take."""


class Chips(Keyed, Widget, can_focus=True):
    """Chips in rows: name and tokens, or that it was refused; below them one picture in full.

    That is the one at the cursor, or the first that was refused while the focus is elsewhere.
    """

    ALLOW_SELECT = False
    # Whoever clicks a chip to look at it goes on typing.
    FOCUS_ON_CLICK = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "chips--number",
        "chips--name",
        "chips--note",
        "chips--error",
        "chips--cursor",
    }
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("chips")

    pictures: reactive[tuple[DraftPicture, ...]] = reactive((), layout=True)

    fetched: reactive[Mapping[str, str]] = reactive[Mapping[str, str]]({}, layout=True)
    """How far pictures of the web are, by their address."""

    likenesses: reactive[Mapping[str, str]] = reactive[Mapping[str, str]]({}, layout=True)
    """Which pictures are there already or look like another one, in words, by their ids."""

    cursor: reactive[int] = reactive(0, layout=True)
    """Place of the picture that keys act on."""

    class PictureOpened(Message):
        """The user wants to look at a picture."""

        def __init__(self, picture: DraftPicture) -> None:
            super().__init__()
            self.picture = picture

    class PictureHighlighted(Message):
        """The cursor is on another picture."""

        def __init__(self, picture: DraftPicture) -> None:
            super().__init__()
            self.picture = picture

    class Left(Message):
        """The cursor left towards the prompt."""

    def __init__(self, edits: PictureEdits, price_of: Callable[[DraftPicture], Price]) -> None:
        """Shows no picture.

        Args:
            edits: what changes the pictures.
            price_of: returns what one of them costs.
        """
        super().__init__(id="chips")
        self._edits = edits
        self._price_of = price_of
        self.display = False

    def validate_cursor(self, cursor: int) -> int:
        """Keeps the cursor on a picture."""
        return max(0, min(cursor, len(self.pictures) - 1))

    def watch_pictures(
        self, before: tuple[DraftPicture, ...], _after: tuple[DraftPicture, ...]
    ) -> None:
        """Keeps the cursor on its picture, and hands the focus on with the last one."""
        ids = [picture.id for picture in self.pictures]
        at_cursor = before[self.cursor].id if self.cursor < len(before) else ""
        self.cursor = ids.index(at_cursor) if at_cursor in ids else self.cursor
        if not ids and self.has_focus:
            self.post_message(self.Left())
        self.display = bool(ids)
        self.screen.refresh_bindings()

    def watch_cursor(self) -> None:
        """Lets the key line tell what can be done with this picture."""
        if self.has_focus and self._at_cursor is not None:
            self.post_message(self.PictureHighlighted(self._at_cursor))
        self.screen.refresh_bindings()

    def on_key(self, event: Key) -> None:
        """Lets no letter act elsewhere that does nothing here."""
        bound = self.screen.active_bindings.get(event.key)
        is_elsewhere = bound is None or bound.node is not self
        if event.is_printable and is_elsewhere and event.key != "question_mark":
            event.stop()
            event.prevent_default()

    def on_focus(self, _event: Focus) -> None:
        """Shows the cursor."""
        self.refresh(layout=True)

    def on_blur(self, _event: Blur) -> None:
        """Hides the cursor."""
        self.refresh(layout=True)

    def on_click(self, event: Click) -> None:
        """Puts the cursor on the chip that was clicked, and shows its picture."""
        number = event.style.meta.get("picture")
        if number is not None:
            self.cursor = number - 1
            self.action_open()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Returns whether a key does anything now, for the key line."""
        picture = self._at_cursor
        if action == "put_back":
            return self._edits.can_put_back
        if action == "retry":
            return picture is not None and bool(picture.error)
        if action == "choose_detail":
            return picture is not None and not picture.error and picture.detail != parameters[0]
        if action == "move":
            return 0 <= self.cursor + _as_int(parameters) < len(self.pictures)
        return True

    def action_remove(self) -> None:
        """Removes the picture at the cursor."""
        if self._at_cursor is not None:
            self._edits.remove(self._at_cursor)

    @work
    async def action_retry(self) -> None:
        """Has the picture at the cursor checked again."""
        if self._at_cursor is not None:
            await self._edits.retry(self._at_cursor)

    @work
    async def action_put_back(self) -> None:
        """Puts back what was removed last."""
        await self._edits.put_back()

    @work
    async def action_choose_detail(self, detail: PictureDetail) -> None:
        """Has the picture at the cursor seen more or less finely."""
        if self._at_cursor is not None:
            await self._edits.choose_detail(self._at_cursor, detail)

    def action_open(self) -> None:
        """Shows the picture at the cursor, or why it was refused, in the preview."""
        if self._at_cursor is not None:
            self.post_message(self.PictureOpened(self._at_cursor))

    def action_move(self, distance: int) -> None:
        """Moves the picture at the cursor among the others, and the cursor with it."""
        if self._at_cursor is not None:
            self._edits.move(self._at_cursor, distance)

    def action_walk(self, distance: int) -> None:
        """Moves the cursor."""
        self.cursor += distance

    def action_climb(self, distance: int) -> None:
        """Moves the cursor to another row; from the last one into the prompt."""
        rows = self._lay_out(self.content_size.width)
        row = row_of(rows, self.cursor)
        if row + distance == len(rows):
            self.post_message(self.Left())
        elif row + distance >= 0:
            place = self.cursor - rows[row].start
            self.cursor = min(rows[row + distance].start + place, rows[row + distance].stop - 1)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """Returns the number of rows at a width."""
        return len(self._rows(width))

    def render(self) -> Content:
        """Returns the chips above what is known of one of them."""
        return Content("\n").join(self._rows(self.content_size.width))

    @property
    def marked(self) -> DraftPicture | None:
        """The picture at the cursor while keys come here."""
        return self._at_cursor if self.has_focus else None

    @property
    def _at_cursor(self) -> DraftPicture | None:
        return self.pictures[self.cursor] if self.pictures else None

    def _rows(self, width: int) -> list[Content]:
        rows = self._lay_out(width)
        shown = window(rows, self.cursor if self.has_focus else 0)
        lines = [
            Content(GAP).join(self._chip(index, width) for index in row) for row in rows[shown]
        ]
        if len(lines) < len(rows):
            count = count_shown(rows[shown], len(self.pictures))
            lines.append(Content.styled(count, self.get_visual_style("chips--note")))
        return lines + self._detail(width)

    def _lay_out(self, width: int) -> list[range]:
        """Returns which chips stand in each row."""
        return lay_out(
            [self._chip(it, width).cell_length for it in range(len(self.pictures))], width
        )

    def _chip(self, index: int, width: int) -> Content:
        style, picture = self.get_visual_style, self.pictures[index]
        name = Content(visible_line(picture.label))
        name = name.truncate(max(int(width * _MOST_OF_NAME), 8), ellipsis=True)
        note = style("chips--error" if picture.error else "chips--note")
        fetching = self.fetched.get(picture.address, "")
        like = self.likenesses.get(picture.id, "")
        state = state_of(picture, self._price_of(picture), fetching, like)
        if self._tells_all(width):
            state = cost_of(picture, self._price_of(picture), like)
        chip = Content.assemble(
            (f"[{index + 1}] ", style("chips--number")),
            name.stylize(style("chips--name")),
            (f" {state}" if state else "", note),
        ).truncate(max(width, 1), ellipsis=True)
        if self.has_focus and index == self.cursor:
            chip = chip.stylize(style("chips--cursor"))
        return chip.stylize(Style.from_meta({"picture": index + 1}))

    def _tells_all(self, width: int) -> bool:
        """Whether there is one chip, with room for all that is known of its picture."""
        if len(self.pictures) != 1:
            return False
        picture = self.pictures[0]
        facts = visible_line(self._facts_of(picture))
        is_told = picture.attachment is not None and not picture.error
        return is_told and len(_FIRST) + cell_len(facts) <= width

    def _facts_of(self, picture: DraftPicture) -> str:
        return facts_of(picture, self._price_of(picture), self.likenesses.get(picture.id, ""))

    def _detail(self, width: int) -> list[Content]:
        """Returns what is known of the picture at the cursor, or why the first was refused."""
        refused = (index for index, picture in enumerate(self.pictures) if picture.error)
        index = self.cursor if self.has_focus else next(refused, None)
        if index is None or index >= len(self.pictures) or self._tells_all(width):
            return []
        picture = self.pictures[index]
        text = picture.error or self._facts_of(picture)
        if picture.error and not self.has_focus:
            text += _WAYS_OUT
        style = self.get_visual_style("chips--error" if picture.error else "chips--note")
        lines = Content.styled(fill_keys(self, visible_line(text)), style).wrap(max(width, 1))
        if len(lines) > _DETAIL_ROWS:
            last = lines[_DETAIL_ROWS - 1].truncate(max(width - 1, 1)) + "…"
            lines = [*lines[: _DETAIL_ROWS - 1], last]
        return lines


def _as_int(parameters: tuple[object, ...]) -> int:
    (number,) = parameters
    return number if isinstance(number, int) else 0
