"""The screens of pictures above the chat: the picker, and the viewer of all that is in it."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ...core.conversation import Attachment
from ...core.excerpt import Excerpt, NamedPicture, Region
from ...core.settings import Paths
from ..keys.bindings import fill_keys
from ..scarcity import Scarcity, scarcity_named
from ..session.draft import Draft, DraftPicture, part_of

if TYPE_CHECKING:
    from ..picker import FilePicker
    from ..pictures import Pictures
    from ..viewer import Slide, Viewer
    from .chat_screen import ChatScreen


class PictureScreens:
    """Opens them; what they are opened with is loaded only then."""

    def __init__(
        self, screen: "ChatScreen", pictures: Callable[[], "Pictures"], paths: Paths
    ) -> None:
        """Opens nothing yet.

        Args:
            screen: the chat's, above which they lie.
            pictures: returns what draws pictures.
            paths: where pictures are stored, and what the picker remembers.
        """
        self._screen = screen
        self._pictures = pictures
        self._paths = paths

    async def pick(self) -> None:
        """Lets the user pick pictures, and attaches them to what is on screen now.

        Or asks one question about each of them, where the user wants that.
        """
        draft = self._screen.session.draft
        try:
            with scarcity_named():
                picker = self._make_picker()
        except Scarcity as error:
            self._tell(f"The file picker can't be opened now: {error}")
            return
        picked: list[DraftPicture] | None = await self._screen.app.push_screen_wait(picker)
        if picked and picker.asks_each:
            from ..roll.walk import RollWalk

            walk = RollWalk(self._screen.app, self._screen.session, self._pictures)
            await walk.begin(
                [NamedPicture(it.address or str(it.path), it.excerpt) for it in picked]
            )
        elif picked:
            await self._screen.session.unsent.attach(*picked, draft=draft)

    async def view(self, meant: Attachment | Path | None) -> None:
        """Shows the pictures of the conversation on the whole screen.

        Args:
            meant: the one to look at first; None for the newest.
        """
        try:
            with scarcity_named():
                viewer = self._make_viewer(meant)
        except Scarcity as error:
            self._tell(f"The viewer can't be opened now: {error}")
            return
        if viewer is None:
            text = fill_keys(self._screen, "There is no picture yet: {screen.attach} attaches one.")
            self._screen.notify(text, markup=False)
            return
        draft = self._screen.session.draft
        count = len(draft.pictures)
        await self._screen.app.push_screen_wait(viewer)
        if len(draft.pictures) > count:
            self._screen.prompt.focus()
        if viewer.sought is not None:
            await self._screen.library.find_picture(viewer.sought)

    async def attach_part(self, picture: Attachment, region: Region) -> None:
        """Attaches a rectangle of a picture of the conversation to the next message."""
        part = part_of(picture, picture.excerpt.part(region), self._paths.picture(picture.sha256))
        self._screen.prompt.focus()
        await self._screen.session.unsent.attach(part)

    def _make_picker(self) -> "FilePicker":
        from ..picker import FilePicker

        session = self._screen.session
        # Which folder a private picture is from is noted nowhere.
        state_file = None if session.shown.is_private else self._paths.data_dir / "picker.json"
        return FilePicker(
            self._pictures(),
            state_file=state_file,
            prices=session.prices,
            is_private=session.shown.is_private,
        )

    def _make_viewer(self, meant: Attachment | Path | None) -> "Viewer | None":
        from ..viewer import Boxes, Gallery, Slide, Viewer

        session = self._screen.session
        stored = map(Slide.of, self._screen.chat.pictures)
        slides = [*stored, *_slides_of(session.draft.pictures)]
        if not slides:
            return None
        places = [place for place, slide in enumerate(slides) if slide.source == meant]
        gallery = Gallery.at(slides, places[-1] if places else len(slides) - 1)
        viewer = Viewer(self._pictures(), gallery, session.prices, self._attacher(session.draft))
        viewer.boxes = Boxes(self._screen.chat.log_view.marks_over)
        return viewer

    def _attacher(self, draft: Draft) -> "Callable[[Slide, Excerpt], None]":
        """Returns what attaches parts of pictures to a draft."""

        def attach(slide: "Slide", excerpt: Excerpt) -> None:
            part = slide.part(excerpt, self._paths)
            self._screen.run_worker(self._screen.session.unsent.attach(part, draft=draft))

        return attach

    def _tell(self, text: str) -> None:
        self._screen.notify(text, severity="error", markup=False)


def _slides_of(draft: "Sequence[DraftPicture]") -> "Iterator[Slide]":
    """Yields what can be looked at of the next message's pictures."""
    from ..viewer import Slide

    for picture in draft:
        if picture.attachment is not None:
            yield Slide.of(picture.attachment)
        elif picture.picked is not None and not picture.error:
            yield Slide(picture.picked, picture.label, picture.excerpt)
