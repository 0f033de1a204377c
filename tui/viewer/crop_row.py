"""The row of the rectangle that is cut out: where it is and what it costs; its keys change it."""

from typing import ClassVar

from textual import work
from textual.binding import BindingType
from textual.content import Content
from textual.events import Key
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from ...core.excerpt import Region
from ..dialogs import AskLine
from ..keys.bindings import Keyed, bindings_of
from ..price_words import price_words
from ..session.prices import NO_PRICE, Price
from . import cropping

_THIRDS, _QUARTERS = 3, 2
"""Rows and columns that the digits choose from."""


class CropRow(Keyed, Widget, can_focus=True):
    """Shows a rectangle of a picture in words, and has the keys while there is one."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"crop-row--name"}
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("crop")

    crop: reactive[Region] = reactive(Region(0, 0, 1, 1))
    """The rectangle, in pixels of the picture that is looked at."""
    price: reactive[Price] = reactive(NO_PRICE)
    """Of the rectangle."""
    is_fine: reactive[bool] = reactive(False)
    """Whether keys move by single pixels."""
    parts: reactive[int] = reactive(_THIRDS)

    class Changed(Message):
        """There is another rectangle."""

        def __init__(self, crop: Region) -> None:
            super().__init__()
            self.crop = crop

    class Attached(Message):
        """The rectangle is wanted as a picture of its own."""

        def __init__(self, crop: Region, *, is_last: bool) -> None:
            super().__init__()
            self.crop = crop
            self.is_last = is_last

    class ZoomWanted(Message):
        """The rectangle is to be seen as large as fits."""

        def __init__(self, crop: Region) -> None:
            super().__init__()
            self.crop = crop

    def __init__(self) -> None:
        super().__init__()
        self.display = False
        self._picture_size = (1, 1)
        self._seen = Region(0, 0, 1, 1)

    def open(self, crop: Region, size: tuple[int, int], seen: Region) -> None:
        """Takes the keys with a rectangle of a picture of this size."""
        self._picture_size = size
        self.note_seen(seen)
        self.display = True
        self.focus()
        self.crop = crop

    def note_seen(self, seen: Region) -> None:
        """Takes down which part of the picture is in view: steps are a share of it."""
        self._seen = seen

    def close(self) -> None:
        """Gives the keys back."""
        self.display = False

    def watch_crop(self, before: Region, crop: Region) -> None:
        """Tells that there is another rectangle."""
        if crop != before:
            self.post_message(self.Changed(crop))

    def on_key(self, event: Key) -> None:
        """Takes the third or the quarter that a digit names."""
        if event.character and event.character in "123456789":
            event.stop()
            event.prevent_default()
            part = cropping.grid_part(int(event.character), self.parts, self._picture_size)
            if part is not None:
                self.crop = part

    def render(self) -> Content:
        """Returns the rectangle, its cost, and how keys move it."""
        crop = self.crop
        name = "crop, fine steps" if self.is_fine else "crop"
        price = price_words(crop.width, crop.height, self.price)
        style = self.get_visual_style("crop-row--name")
        row = Content.assemble((name, style), f"  at {crop.x},{crop.y} · {price}")
        return row.truncate(max(self.content_size.width, 1), ellipsis=True)

    def action_attach(self, is_last: bool) -> None:
        """Has the rectangle attached."""
        self.post_message(self.Attached(self.crop, is_last=is_last))

    def action_move(self, right: int, down: int) -> None:
        """Moves it by a step."""
        step = self._step
        self.crop = cropping.move(self.crop, right * step, down * step, self._picture_size)

    def action_resize(self, wider: int, higher: int) -> None:
        """Changes its width or height by a step."""
        step = self._step
        self.crop = cropping.resize(self.crop, wider * step, higher * step, self._picture_size)

    def action_grow(self, sign: int) -> None:
        """Changes it by a step on all sides."""
        self.crop = cropping.grow(self.crop, sign * self._step, self._picture_size)

    def action_toggle_fine(self) -> None:
        """Makes steps single pixels, or large again."""
        self.is_fine = not self.is_fine

    def action_toggle_grid(self) -> None:
        """Has digits take quarters, or thirds."""
        self.parts = _QUARTERS if self.parts == _THIRDS else _THIRDS

    def action_zoom(self) -> None:
        """Has it seen as large as fits."""
        self.post_message(self.ZoomWanted(self.crop))

    @work
    async def action_type(self) -> None:
        """Asks for the rectangle in numbers, until they make sense or nothing is typed."""
        label, text = "Rectangle: left,top,width,height in pixels", str(self.crop)
        while True:
            typed: str | None = await self.app.push_screen_wait(AskLine(label, text))
            if typed is None:
                return
            try:
                crop = cropping.read(typed, self._picture_size)
            except cropping.CropError as error:
                label, text = str(error), typed
            else:
                self.crop = crop
                return

    @property
    def _step(self) -> int:
        return cropping.step_of(self._seen, is_fine=self.is_fine)
