"""The row of sidebar, chat and preview: docked where there is room, else laid over the chat."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from textual.containers import Horizontal
from textual.reactive import var

from ..core.conversation import Attachment

if TYPE_CHECKING:
    from .picker import PreviewPane
    from .pictures import Pictures

PanelName = Literal["sidebar", "preview"]


class Panels(Horizontal):
    """Keeps which side panels are open, for wide and for narrow terminals apart.

    A docked panel stays until it is toggled; an overlay also goes with Escape.
    """

    DOCK_WIDTHS: ClassVar[dict[PanelName, int]] = {"sidebar": 120, "preview": 160}
    """Columns of the terminal from which a panel can stay open beside the chat."""

    preview: var[Attachment | Path | None] = var(None)
    """Picture that the preview shows, or would if it were open."""

    def __init__(self, pictures: Callable[[], "Pictures"]) -> None:
        super().__init__(classes="-sidebar-docked")
        self._pictures = pictures
        self._pane: PreviewPane | None = None

    def toggle(self, name: PanelName) -> bool:
        """Opens or closes a panel; returns whether it is open now."""
        opened = self._class_of(name)
        self.toggle_class(opened)
        is_open = self.has_class(opened)
        if is_open and name == "preview" and self._pane is None:
            self._mount_pane()
        return is_open

    def open_preview(self, picture: Attachment | Path) -> None:
        """Shows a picture in the preview, which is opened if it is not."""
        self.preview = picture
        if not self.is_open("preview"):
            self.toggle("preview")

    def watch_preview(self, picture: Attachment | Path | None) -> None:
        """Shows the picture if the pane is there."""
        if self._pane is not None:
            self._pane.show(picture)

    def _mount_pane(self) -> None:
        from .picker import PreviewPane

        self._pane = PreviewPane(self._pictures(), id="preview")
        self.mount(self._pane)
        self.call_after_refresh(self._pane.show, self.preview)

    def is_open(self, name: PanelName) -> bool:
        """Whether the panel is on screen."""
        return self.has_class(self._class_of(name))

    def close_overlay(self) -> bool:
        """Closes the panels that lie over the chat; returns whether there was one."""
        names = self._overlays()
        for name in names:
            self.remove_class(f"-{name}-over")
        return bool(names)

    @property
    def has_overlay(self) -> bool:
        """Whether a panel lies over the chat."""
        return bool(self._overlays())

    def _overlays(self) -> list[PanelName]:
        return [
            name
            for name in self.DOCK_WIDTHS
            if not self._is_docked(name) and self.has_class(f"-{name}-over")
        ]

    def _is_docked(self, name: PanelName) -> bool:
        return self.app.size.width >= self.DOCK_WIDTHS[name]

    def _class_of(self, name: PanelName) -> str:
        return f"-{name}-docked" if self._is_docked(name) else f"-{name}-over"
