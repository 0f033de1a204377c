"""A screen to look at pictures: as near as one likes, compared, and as the model sees them."""

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.events import Resize
from textual.screen import ModalScreen
from textual.widgets import Static

from ...core.pictures.jobs import DrawnMark, Fed
from ..key_line import KeyLine
from ..keys.focus import KeepsFocus
from ..keys.way_back import GoesBack
from ..pictures import Pictures
from ..session.prices import Prices
from .crop_row import CropRow
from .fed_sizes import FedSizes
from .gallery import Gallery, Slide
from .picture_view import PictureView, Shot
from .sight import FIT, Sight, Stage
from .words import View, view_words


class LookingScreen(KeepsFocus, GoesBack, ModalScreen[Slide]):
    """Shows a picture of a gallery, any part of it; a viewer adds what is done with it."""

    view = getters.query_one("#viewer-first", PictureView)
    second = getters.query_one("#viewer-second", PictureView)
    crop_row = getters.query_one(CropRow)

    def __init__(self, pictures: Pictures, gallery: Gallery, prices: Prices) -> None:
        """Shows the gallery's picture.

        Args:
            pictures: draws.
            gallery: what to look through.
            prices: tells at which size the model sees pictures.
        """
        super().__init__()
        self._pictures = pictures
        self._gallery = gallery
        self._fed_sizes = FedSizes(prices)
        self._sight = FIT
        self._seen_before: tuple[Stage, Sight] | None = None
        """What was seen of the picture in whose place another one comes that was not read yet."""
        self._sizes: dict[Slide, tuple[int, int]] = {}
        self._is_fed = False
        self._is_side_by_side = False
        self._has_flickered = False

    def compose(self) -> ComposeResult:
        """Yields the pictures above the rectangle, what is seen, and the keys."""
        with Horizontal(id="viewer-stage"):
            yield PictureView(self._pictures, self._sizes, id="viewer-first")
            yield PictureView(self._pictures, self._sizes, id="viewer-second")
        yield CropRow()
        yield Static(id="viewer-status", markup=False)
        yield KeyLine()

    def on_mount(self) -> None:
        """Shows the picture."""
        self.second.display = False
        self._show()

    def on_resize(self, _event: Resize) -> None:
        """Tells the zoom of the new size."""
        self.call_after_refresh(self._show)

    def check_action(self, action: str, _parameters: tuple[object, ...]) -> bool | None:
        """Returns whether a key does anything now, for the key line."""
        count = len(self._gallery.slides)
        return {
            "look": count > 1,
            "flicker": count > 1,
            "side_by_side": count > 1,
            "other": count > 2,
        }.get(action, True)

    def word_of(self, binding: Binding) -> str:
        """Returns the binding's word in the key line: of what is switched, what comes next."""
        if binding.action == "toggle_seen" and self._is_fed:
            return "the picture"
        if binding.action == "side_by_side" and self._is_side_by_side:
            return "one picture"
        return super().word_of(binding)

    def action_zoom(self, factor: float) -> None:
        """Goes nearer or farther."""
        if stage := self.view.stage:
            self._look(stage.zoomed(self._sight, factor))

    def action_fit(self) -> None:
        """Shows all of the picture."""
        self._look(FIT)

    def action_actual(self) -> None:
        """Shows each pixel of the picture as one of the terminal."""
        if stage := self.view.stage:
            self._look(stage.actual(self._sight))

    def action_pan(self, right: float, down: float) -> None:
        """Looks at what lies beside what is seen, by parts of that."""
        if stage := self.view.stage:
            self._look(stage.panned(self._sight, right, down))

    def action_look(self, distance: int) -> None:
        """Shows another picture of the gallery."""
        self._turn_to(self._gallery.moved(distance), FIT)

    def action_flicker(self) -> None:
        """Puts the picture that it is compared with in its place, the same part of it in view."""
        partner, stage = self._gallery.partner, self.view.stage
        if partner is not None:
            self._has_flickered = True
            seen = (stage, self._sight) if stage and not self.view.stage_of(partner) else None
            self._turn_to(self._gallery.swapped(), self._sight_of(partner))
            self._seen_before = seen

    def action_side_by_side(self) -> None:
        """Shows the picture that it is compared with beside it, or no longer."""
        self._is_side_by_side = not self._is_side_by_side and self._gallery.partner is not None
        self.second.display = self._is_side_by_side
        self.call_after_refresh(self._show)
        self.refresh_bindings()

    def action_other(self) -> None:
        """Compares with the next one of the others."""
        self._gallery = self._gallery.with_next_partner()
        self._show()

    def action_toggle_seen(self) -> None:
        """Shows what the model saw, or the picture itself."""
        self._is_fed = not self._is_fed
        self._show()
        self.refresh_bindings()

    @on(PictureView.Zoomed)
    def _zoom(self, event: PictureView.Zoomed) -> None:
        self.action_zoom(event.factor)

    @on(PictureView.Drawn)
    def _tell(self) -> None:
        """Tells what is known of the picture now that it was read."""
        if self._seen_before is not None and (stage := self.view.stage):
            before, sight = self._seen_before
            self._sight, self._seen_before = before.moved_to(stage, sight), None
        self._show()

    def leave_part(self) -> None:
        """Gives up what was being done with the picture, before another one is shown."""

    def marks_on(self, slide: Slide) -> tuple[DrawnMark, ...]:  # noqa: ARG002
        """Returns what is drawn over a picture."""
        return ()

    def _look(self, sight: Sight) -> None:
        self._sight = sight
        self._show()

    def _turn_to(self, gallery: Gallery, sight: Sight) -> None:
        if gallery is not self._gallery:
            self.leave_part()
            self._gallery, self._sight, self._seen_before = gallery, sight, None
            self._show()

    def _show(self) -> None:
        """Has everything shown as it is to be now."""
        slide, partner = self._gallery.slide, self._gallery.partner
        self.view.show(self._shot(slide, self._sight))
        if self._is_side_by_side and partner is not None:
            self.second.show(self._shot(partner, self._sight_of(partner)))
        if stage := self.view.stage:
            self.crop_row.note_seen(stage.place(self._sight).region)
        self._show_words()

    def _shot(self, slide: Slide, sight: Sight) -> Shot:
        return Shot(slide, sight, self._fed_of(slide), self.marks_on(slide))

    def _show_words(self) -> None:
        is_compared = self._is_side_by_side or self._has_flickered
        fed = self._fed_of(self._gallery.slide)
        marks = self.marks_on(self._gallery.slide)
        view = View(self._gallery, self.view.stage, self._sight, fed, is_compared, marks)
        self.query_one("#viewer-status", Static).update(view_words(view))

    def _sight_of(self, other: Slide) -> Sight:
        """Returns the sight of the same part of another picture."""
        stage, others = self.view.stage, self.view.stage_of(other)
        return stage.moved_to(others, self._sight) if stage and others else FIT

    def _fed_of(self, slide: Slide) -> Fed | None:
        """Returns what is shown in place of the picture; asked for while that is not known."""
        if not self._is_fed:
            return None
        fed = self._fed_sizes.find(slide)
        stage = self.view.stage_of(slide)
        if fed is None and stage is not None:
            self._ask_fed(slide, stage.width, stage.height)
        return fed

    @work(exclusive=True, group="fed")
    async def _ask_fed(self, slide: Slide, width: int, height: int) -> None:
        if await self._fed_sizes.ask(slide, width, height) is None and self._is_fed:
            self._is_fed = False
            self.notify("No model is loaded that could tell what it would see.", markup=False)
        self._show()
