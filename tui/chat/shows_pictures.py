"""What keys do with pictures: picked, shown whole, cropped, or seen as the model sees them."""

from pathlib import Path

from textual import getters, on, work
from textual.screen import Screen

from ...core.conversation import Attachment
from ..keys.focus import KeepsFocus
from ..keys.way_back import GoesBack
from ..log import ChatLog
from .chat import Chat
from .panels import Panels
from .picture_screens import PictureScreens


class ShowsPictures(KeepsFocus, GoesBack, Screen[None]):
    """A screen with a picture that keys mean, and others above it that show pictures."""

    panels = getters.query_one(Panels)
    chat = getters.query_one(Chat)
    _picture_screens: PictureScreens

    @work
    async def action_pick_pictures(self) -> None:
        """Lets the user pick pictures and attaches them to what is on screen now."""
        await self._picture_screens.pick()

    @work
    async def action_view(self) -> None:
        """Shows a picture of the conversation on the whole screen."""
        await self._picture_screens.view(self._meant_picture)

    @on(ChatLog.CropWanted)
    @work
    async def _attach_part(self, event: ChatLog.CropWanted) -> None:
        await self._picture_screens.attach_part(event.attachment, event.region)

    def action_toggle_seen(self) -> None:
        """Has the preview, which is opened if need be, show what the model saw, or the picture."""
        meant = self._meant_picture
        if meant is not None and not self.panels.is_open("preview"):
            self.panels.open_preview(meant)
            self.panels.shows_fed = True
        else:
            self.panels.shows_fed = not self.panels.shows_fed

    def on_preview_pane_opened(self) -> None:
        """Shows the picture of the preview, which was clicked, on the whole screen."""
        self.action_view()

    @property
    def _meant_picture(self) -> Attachment | Path | None:
        """The picture that keys act on: at the cursor, else in the preview."""
        chip = self.chat.composer.chips.marked
        if chip is not None and not chip.error:
            return chip.attachment or chip.path
        shown = self.panels.preview
        return self.chat.marked_picture or (None if isinstance(shown, str) else shown)
