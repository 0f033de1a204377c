"""The full-screen viewer: rectangles are cut out of what one looks at, and boxes walked."""

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.binding import BindingType

from ...core.boxes import PlacedMark
from ...core.conversation import Attachment
from ...core.excerpt import Excerpt, Region
from ...core.pictures.jobs import DrawnMark
from ..keys.bindings import bindings_of
from ..keys.way_back import Step, WayBack
from ..pictures import Pictures
from ..session.prices import Prices
from . import cropping
from .boxes import Boxes
from .crop_row import CropRow
from .gallery import Gallery, Slide
from .looking_screen import LookingScreen
from .picture_view import PictureView
from .sight import Stage

AttachCrop = Callable[[Slide, Excerpt], None]
"""Attaches a part of a picture to the next message."""

_STYLES = [Path(__file__).with_suffix(".tcss"), Path(__file__).parents[1] / "key_line.tcss"]


class Viewer(LookingScreen):
    """Shows the pictures of a gallery; closes with the one that was looked at last.

    Opaque on purpose: a translucent screen would tint the colours that carry picture ids.
    """

    AUTO_FOCUS = "PictureView"
    # Read with the module, for it is opened also where no more files can be.
    CSS: ClassVar = "".join(path.read_text("utf-8") for path in _STYLES)
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("viewer")

    def __init__(
        self, pictures: Pictures, gallery: Gallery, prices: Prices, attach: AttachCrop
    ) -> None:
        """Shows the gallery's picture.

        Args:
            pictures: draws.
            gallery: what to look through.
            prices: tells what parts of pictures cost.
            attach: attaches such parts.
        """
        super().__init__(pictures, gallery, prices)
        self._attach_part = attach
        self.boxes = Boxes()
        """What lies over the pictures; put there before it is opened."""
        self.sought: Attachment | None = None
        """The picture whose conversations the user wants to see, once it is closed."""
        self.way_back = WayBack(
            Step("no crop", lambda: self.crop_row.display, self.leave_part),
            Step("no box", lambda: self._box is not None, self._leave_box),
            Step("one picture", lambda: self._is_side_by_side, self.action_side_by_side),
            Step("close", lambda: True, lambda: self.dismiss(self._gallery.slide)),
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Returns whether a key does anything now, for the key line."""
        has_boxes = self.boxes.any_in(self._gallery.slide)
        is_cropping = self.crop_row.display
        own = {
            "crop": not is_cropping,
            "crop_box": self._box is not None and not is_cropping,
            "move_box": has_boxes and not is_cropping,
            "toggle_boxes": has_boxes,
            "used": isinstance(self._gallery.slide.source, Attachment),
        }
        return own[action] if action in own else super().check_action(action, parameters)

    def action_crop(self) -> None:
        """Begins a rectangle in the middle of what is seen."""
        if stage := self.view.stage:
            self._begin_crop(stage, cropping.begin(stage.place(self._sight).region))

    def action_move_box(self, distance: int) -> None:
        """Highlights another box of the picture, or none behind the last one."""
        box, stage = self.boxes.move(self._gallery.slide, distance), self.view.stage
        if box is not None and stage is not None:
            self._sight = stage.showing(box.region, self._sight)
        self._show()
        self.refresh_bindings()

    def action_toggle_boxes(self) -> None:
        """Hides what lies over the pictures, or shows it again."""
        self.boxes.are_shown = not self.boxes.are_shown
        self._show()
        self.refresh_bindings()

    def action_used(self) -> None:
        """Closes so that the conversations with the picture are shown."""
        if isinstance(self._gallery.slide.source, Attachment):
            self.sought = self._gallery.slide.source
            self.dismiss(self._gallery.slide)

    def action_crop_box(self) -> None:
        """Attaches what the highlighted box shows."""
        slide = self._gallery.slide
        if self._box is not None:
            self._attach_part(slide, slide.excerpt.part(self._box.region))
            self.dismiss(slide)

    @on(PictureView.Dragged, "#viewer-first")
    def _span(self, event: PictureView.Dragged) -> None:
        if stage := self.view.stage:
            size = (stage.width, stage.height)
            self._begin_crop(stage, cropping.span(event.start, event.end, size))

    @on(CropRow.Changed)
    def _follow_crop(self, event: CropRow.Changed) -> None:
        if self.crop_row.display:
            self._show_crop(event.crop)

    def _begin_crop(self, stage: Stage, crop: Region) -> None:
        seen = stage.place(self._sight).region
        self.crop_row.open(crop, (stage.width, stage.height), seen)
        self._show_crop(crop)
        self.refresh_bindings()

    def _show_crop(self, crop: Region) -> None:
        """Frames the rectangle, which stays in view, and tells what it costs."""
        self.view.crop = crop
        self._measure(crop.width, crop.height)
        if stage := self.view.stage:
            self._look(stage.showing(crop, self._sight))

    @work(exclusive=True, group="price")
    async def _measure(self, width: int, height: int) -> None:
        """Tells what the rectangle costs; of several in quick succession the last one."""
        self.crop_row.price = await self._fed_sizes.price(self._gallery.slide, width, height)

    @on(CropRow.ZoomWanted)
    def _zoom_to(self, event: CropRow.ZoomWanted) -> None:
        if stage := self.view.stage:
            self._look(stage.looking_at(event.crop))

    @on(CropRow.Attached)
    def _attach_crop(self, event: CropRow.Attached) -> None:
        """Hands the rectangle over as a part of the same file."""
        slide = self._gallery.slide
        self._attach_part(slide, slide.excerpt.part(event.crop))
        if event.is_last:
            self.dismiss(slide)
        else:
            self.notify(f"Attached {event.crop}", markup=False, timeout=2)

    @property
    def _box(self) -> PlacedMark | None:
        """What is highlighted."""
        return self.boxes.chosen_in(self._gallery.slide)

    def _leave_box(self) -> None:
        self.boxes.leave()
        self._show()

    def leave_part(self) -> None:
        """Gives the rectangle up."""
        self.crop_row.close()
        self.view.crop = None
        self.view.focus()
        self.refresh_bindings()

    def marks_on(self, slide: Slide) -> tuple[DrawnMark, ...]:
        """Returns the boxes that are drawn over a picture."""
        return self.boxes.drawn_on(slide)
