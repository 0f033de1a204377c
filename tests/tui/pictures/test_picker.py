"""The picker and the preview pane, driven by keys."""

import asyncio
import errno
import os
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PIL import Image
from textual.app import App, ComposeResult
from textual.events import Paste
from textual.pilot import Pilot

from seeshell.core.backdrop import GREY
from seeshell.core.conversation import Attachment
from seeshell.core.demo import SAMPLES_PATH
from seeshell.core.excerpt import Excerpt
from seeshell.core.regular_files import MACOS_PRIVACY
from seeshell.tui.picker import FilePicker, PreviewPane
from seeshell.tui.picker import preview as preview_module
from seeshell.tui.picker import reader as reader_module
from seeshell.tui.picker.folder import Entry, find_unnamed, read_folder
from seeshell.tui.pictures import DrawnPicture, Pictures, Rendition, Source
from seeshell.tui.pictures.drawn import USUAL
from seeshell.tui.session.draft import DraftPicture
from seeshell.tui.terminal.facts import TerminalFacts

from ...patience import PATIENCE

UNSET = object()


class RecordingPictures(Pictures):
    """Real pictures that keep what they were asked for."""

    def __init__(self) -> None:
        super().__init__(TerminalFacts(), Path, str)
        self.asked: list[Source] = []

    async def draw(
        self,
        source: Source,
        max_columns: int,
        max_rows: int,
        excerpt: Excerpt | None = None,
        rendition: Rendition = USUAL,
    ) -> DrawnPicture:
        self.asked.append(source)
        return await super().draw(source, max_columns, max_rows, excerpt, rendition)


async def closed(pictures: Pictures) -> None:
    """Closes, and waits for workers that a busy machine ends later than the app would wait."""
    await pictures.close()
    async with asyncio.timeout(PATIENCE):
        ended = pictures._decoder.workers._ended
        while any(worker.is_running for worker in ended):  # noqa: ASYNC110 - nothing tells when
            await asyncio.sleep(0.01)


def name_of(picture: DraftPicture) -> Path | str:
    """The file, and what of it, or the address that it is fetched from."""
    if picture.address:
        return f"{picture.label} of {picture.address}"
    return picture.path if picture.excerpt.is_whole else picture.label


class PickerApp(App[None]):
    def __init__(self, folder: Path | None, state_file: Path | None = None) -> None:
        super().__init__()
        self.start = (folder, state_file)
        self.pictures = RecordingPictures()
        self.picked: object = UNSET

    def on_mount(self) -> None:
        folder, state_file = self.start
        picker = FilePicker(self.pictures, folder=folder, state_file=state_file)
        self.push_screen(picker, self.keep)

    def keep(self, picked: list[DraftPicture] | None) -> None:
        self.picked = picked and [name_of(it) for it in picked]

    async def on_unmount(self) -> None:
        await closed(self.pictures)


class Session:
    """A running picker."""

    def __init__(self, app: PickerApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def picker(self) -> FilePicker:
        assert isinstance(self.app.screen, FilePicker)
        return self.app.screen

    @property
    def text(self) -> str:
        return "\n".join(strip.text for strip in self.app.screen._compositor.render_strips())

    @property
    def listed(self) -> str:
        """What the list alone shows, in one line."""
        files = self.picker.files
        rows = (files.render_line(y).text for y in range(files.size.height))
        return " ".join(" ".join(rows).split())

    @property
    def keys(self) -> str:
        """The last row."""
        return self.text.split("\n")[-1]

    @property
    def cursor(self) -> str:
        entry = self.picker.files.highlighted
        return entry.name if entry else ""

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def until(self, condition: Callable[[], bool]) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                while not condition():
                    await self.pilot.pause(0.01)
        except TimeoutError:
            pytest.fail(self.text)

    async def shows(self, text: str) -> None:
        await self.until(lambda: text in self.text)

    async def picks(self) -> object:
        await self.until(lambda: self.app.picked is not UNSET)
        return self.app.picked


@asynccontextmanager
async def opened(
    folder: Path | None, state_file: Path | None = None, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[Session]:
    app = PickerApp(folder, state_file)
    async with app.run_test(size=size) as pilot:
        session = Session(app, pilot)
        await session.until(lambda: isinstance(app.screen, FilePicker))
        await session.until(lambda: "Reading" not in session.text)
        yield session


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "pictures"
    (folder / "sub").mkdir(parents=True)
    for name in ("a.png", "B.JPG", "c.png", ".hidden.png", "sub/deep.png"):
        Image.new("RGB", (40, 20), "navy").save(folder / name)
    (folder / "photo.HEIC").touch()
    (folder / "notes.txt").touch()
    yield folder


async def test_enter_picks_the_picture_under_the_cursor(folder: Path) -> None:
    async with opened(folder) as session:
        await session.press("enter")
        assert await session.picks() == [folder / "a.png"]


async def test_it_starts_on_the_first_picture_and_without_any_on_the_first_folder(
    folder: Path,
) -> None:
    async with opened(folder) as session:
        assert session.cursor == "a.png"
        await session.press("left")
        await session.until(lambda: session.cursor == "pictures")
    async with opened(folder.parent) as session:
        assert session.cursor == "pictures"
        await session.shows("A folder: enter opens it.")


async def test_enter_opens_a_folder_even_when_pictures_are_marked_and_the_key_line_says_so(
    folder: Path,
) -> None:
    async with opened(folder, size=(100, 24)) as session:
        assert "enter attach" in session.keys
        assert "attach marked" not in session.keys
        await session.press("space", "home")
        await session.until(lambda: "enter open" in session.keys)
        assert "ctrl+o attach marked" in session.keys
        await session.press("enter")
        await session.until(lambda: session.cursor == "deep.png")
        await session.press("left")
        await session.until(lambda: session.cursor == "sub")
        await session.press("ctrl+o")
        assert await session.picks() == [folder / "a.png"]


async def test_a_slash_opens_the_folder_found_beside_pictures_of_that_name(folder: Path) -> None:
    Image.new("RGB", (4, 4)).save(folder / "subway.png")
    async with opened(folder) as session:
        await session.press("s", "u", "b")
        assert session.cursor == "subway.png"
        await session.press("/")
        await session.until(lambda: session.cursor == "deep.png")


async def test_a_digit_goes_to_a_place_and_the_samples_are_one(folder: Path) -> None:
    async with opened(folder) as session:
        await session.press("tab")
        await session.shows("Samples")
        assert "green-star" not in session.text
        samples = next(row for row in session.text.split("\n") if "Samples" in row)
        await session.press(samples.split()[0])
        await session.until(lambda: session.cursor == "green-star.png")
        await session.press("enter")
        assert await session.picks() == [SAMPLES_PATH / "green-star.png"]


async def test_a_wide_terminal_shows_the_tree_in_which_arrows_walk(folder: Path) -> None:
    async with opened(folder / "sub", size=(120, 24)) as session:
        await session.shows("Samples")

        def tree() -> list[str]:
            return [row[:30] for row in session.text.split("\n")]

        await session.until(lambda: any(row.strip() == "pictures" for row in tree()))
        rows = tree()
        at = next(index for index, row in enumerate(rows) if row.strip() == "pictures")
        assert rows[at + 1].strip() == "sub"
        assert rows[at + 1].index("sub") == rows[at].index("pictures") + 2
        await session.press("tab", "up", "right")
        await session.until(lambda: session.picker.folder == folder)
        assert session.picker.folders.has_focus
        assert "B.JPG" in session.text
        await session.press("b")
        await session.until(lambda: session.cursor == "B.JPG")
        assert session.picker.files.has_focus


async def test_places_lie_in_place_of_a_narrow_list_until_they_are_left(folder: Path) -> None:
    async with opened(folder, size=(44, 12)) as session:
        for leave in ("tab", "escape"):
            await session.press("tab")
            assert not session.picker.files.display
            await session.press(leave)
            assert session.picker.files.display
            assert session.picker.files.has_focus
            assert not session.picker.folders.display


async def test_folders_that_pictures_were_picked_from_become_places(
    folder: Path, tmp_path: Path
) -> None:
    state = tmp_path / "picker.json"
    async with opened(folder, state) as session:
        await session.press("enter")
        await session.picks()
    async with opened(folder / "sub", state) as session:
        await session.press("tab")
        await session.shows(f" {folder}"[:20])


async def test_pictures_are_listed_whatever_the_case_of_their_suffix(folder: Path) -> None:
    async with opened(folder) as session:
        for name in ("sub/", "a.png", "B.JPG", "photo.HEIC"):
            assert name in session.text
        assert "notes" not in session.text
        assert "hidden.png" not in session.text


async def test_space_marks_several_and_enter_picks_them_in_that_order(folder: Path) -> None:
    async with opened(folder) as session:
        await session.press("end", "up", "space", "home", "down", "space")
        assert "2 marked" in session.text
        await session.press("enter")
        assert await session.picks() == [folder / "c.png", folder / "a.png"]


async def test_a_mark_can_be_taken_back_and_survives_another_folder(folder: Path) -> None:
    async with opened(folder) as session:
        await session.press("space", "up", "space", "up", "space")
        await session.press("home", "right")
        await session.until(lambda: session.cursor == "deep.png")
        await session.press("space", "enter")
        assert await session.picks() == [folder / "a.png", folder / "sub" / "deep.png"]


async def test_typing_filters_and_escape_clears_before_it_closes(folder: Path) -> None:
    async with opened(folder) as session:
        await session.press("b", ".", "j")
        assert session.cursor == "B.JPG"
        assert "c.png" not in session.text
        await session.press("escape")
        assert "c.png" in session.text
        assert session.cursor == "B.JPG"
        await session.press("escape")
        assert await session.picks() is None


async def test_backspace_erases_and_then_goes_up_to_where_it_came_from(folder: Path) -> None:
    async with opened(folder / "sub") as session:
        await session.press("x")
        assert "No matching pictures." in session.text
        await session.press("backspace", "backspace")
        await session.until(lambda: session.cursor == "sub")
        assert session.picker.folder == folder


async def test_left_goes_up_right_opens_and_a_slash_opens_what_was_found(folder: Path) -> None:
    async with opened(folder) as session:
        await session.press("s", "u", "/")
        await session.until(lambda: session.cursor == "deep.png")
        await session.press("left")
        await session.until(lambda: session.cursor == "sub")
        await session.press("right")
        await session.until(lambda: session.cursor == "deep.png")


async def test_a_tilde_goes_home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folder / "sub"))
    async with opened(folder) as session:
        await session.press("~")
        await session.until(lambda: session.cursor == "deep.png")
        assert session.text.startswith(" attach from ~ ")


async def test_keys_typed_before_the_folder_is_read_wait_for_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk_is_awake = threading.Event()

    def read_slowly(path: Path) -> tuple[Entry, ...]:
        disk_is_awake.wait(PATIENCE)
        return read_folder(path)

    monkeypatch.setattr(reader_module, "read_folder", read_slowly)
    app = PickerApp(folder)
    async with app.run_test() as pilot:
        session = Session(app, pilot)
        await session.until(lambda: isinstance(app.screen, FilePicker))
        typing = asyncio.create_task(session.press("down", "up", "enter"))
        await session.shows("Reading")
        disk_is_awake.set()
        await typing
        assert await session.picks() == [folder / "a.png"]


async def test_hidden_files_are_toggled(folder: Path) -> None:
    async with opened(folder) as session:
        await session.press("ctrl+t")
        assert ".hidden.png" in session.text
        await session.press("ctrl+t")
        assert ".hidden.png" not in session.text


async def test_the_newest_picture_can_come_first_and_stays_so(folder: Path, tmp_path: Path) -> None:
    for age, name in enumerate(("c.png", "photo.HEIC", "a.png", "B.JPG")):
        os.utime(folder / name, (1000 - age, 1000 - age))
    state = tmp_path / "picker.json"
    async with opened(folder, state) as session:
        await session.press("ctrl+s")
        assert session.cursor == "c.png"
        await session.press("down", "enter")
        assert await session.picks() == [folder / "photo.HEIC"]
    async with opened(None, state) as session:
        assert session.cursor == "c.png"


async def test_reading_again_shows_what_came_and_keeps_the_cursor(folder: Path) -> None:
    async with opened(folder) as session:
        await session.press("end")
        Image.new("RGB", (4, 4)).save(folder / "aa.png")
        await session.press("ctrl+r")
        await session.shows("aa.png")
        assert session.cursor == "photo.HEIC"


async def test_the_last_folder_is_opened_next_time(folder: Path, tmp_path: Path) -> None:
    state = tmp_path / "picker.json"
    async with opened(folder, state) as session:
        await session.press("home", "right")
        await session.until(lambda: session.cursor == "deep.png")
        await session.press("escape")
        await session.picks()
    async with opened(None, state) as session:
        assert session.picker.folder == folder / "sub"


async def test_the_picture_under_the_cursor_is_shown_with_its_size(folder: Path) -> None:
    async with opened(folder) as session:
        await session.shows("▀▀▀▀")
        await session.shows("40x20")


async def test_a_broken_file_shows_why_instead(folder: Path) -> None:
    async with opened(folder) as session:
        await session.press("end")
        await session.shows("photo.HEIC is empty;")


async def test_a_cursor_that_runs_past_draws_only_where_it_rests(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preview_module, "SETTLE_SECONDS", 0.5)
    monkeypatch.setattr(preview_module, "_JUST_BEFORE_SECONDS", PATIENCE)
    for number in range(20):
        Image.new("RGB", (40, 20), (number, 0, 0)).save(folder / f"n{number}.png")
    async with opened(folder) as session:
        asked = session.app.pictures.asked
        await session.shows("▀▀▀▀")
        asked.clear()
        for _ in range(20):
            session.picker.files.action_move(1)
        await session.until(lambda: bool(asked))
        assert [Path(str(source)).name for source in asked] == [session.cursor]


async def test_a_picture_that_comes_after_a_rest_is_drawn_at_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preview_module, "SETTLE_SECONDS", 1000.0)
    monkeypatch.setattr(preview_module, "_JUST_BEFORE_SECONDS", 0.0)
    async with opened(folder) as session:
        await session.press("down")
        await session.until(lambda: session.cursor in session.text.split("▀")[-1])


async def test_names_are_shown_as_text(folder: Path) -> None:
    name = "evil\x1b]0;title\x07[red]\u202e.png"
    (folder / name).touch()
    async with opened(folder, size=(160, 24)) as session:
        await session.press("e", "v")
        assert "evil␛]0;title␇[red]<202e>.png" in session.text
        await session.shows("is empty")
        assert not set(session.text) & set("\x1b\x07\u202e")
        await session.press("enter")
        assert await session.picks() == [folder / name]


async def test_a_folder_that_can_not_be_read_says_why_and_can_be_left(folder: Path) -> None:
    async with opened(folder / "nowhere") as session:
        assert "This folder is gone" in session.text
        await session.press("left")
        await session.shows("a.png")


async def test_macos_refusal_over_ssh_can_be_read_to_its_end(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted", str(path))

    for size in ((80, 24), (44, 12)):
        with monkeypatch.context() as disk:
            disk.setattr(os, "scandir", refuse)
            async with opened(folder, size=size) as session:
                assert MACOS_PRIVACY in session.listed


async def test_pictures_of_any_name_are_added_below_a_cursor_that_stays(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.new("RGB", (40, 20)).save(folder / "IMG_0001", "JPEG")
    Image.new("RGB", (40, 20)).save(folder / "aa.txt", "PNG")
    may_look = threading.Event()

    def look_slowly(path: Path, is_wanted: Callable[[], bool]) -> tuple[Entry, ...]:
        may_look.wait(PATIENCE)
        return find_unnamed(path, is_wanted)

    monkeypatch.setattr(reader_module, "find_unnamed", look_slowly)
    async with opened(folder) as session:
        await session.press("down")
        assert session.cursor == "B.JPG"
        assert "IMG_0001" not in session.text
        may_look.set()
        await session.shows("IMG_0001")
        assert session.cursor == "B.JPG"
        assert "notes.txt" not in session.text
        await session.press("up", "enter")
        assert await session.picks() == [folder / "aa.txt"]


async def test_a_folder_that_was_left_is_not_looked_through_any_longer(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Callable[[], bool]] = []

    def remember(path: Path, is_wanted: Callable[[], bool]) -> tuple[Entry, ...]:
        asked.append(is_wanted)
        if path == folder:
            is_left.wait(PATIENCE)
        return ()

    is_left = threading.Event()
    monkeypatch.setattr(reader_module, "find_unnamed", remember)
    async with opened(folder) as session:
        await session.until(lambda: len(asked) == 1)
        assert asked[0]()
        await session.press("left")
        await session.until(lambda: not asked[0]())
        is_left.set()


async def test_a_pasted_path_that_is_not_here_is_told_to_be_none(folder: Path) -> None:
    async with opened(folder, size=(120, 24)) as session:
        session.picker.files.post_message(Paste("/Users/anna/Desktop/IMG_0412.HEIC"))
        await session.shows("This path is not on this machine")


async def test_a_pasted_address_is_marked_and_another_kind_is_told_to_be_one(folder: Path) -> None:
    async with opened(folder, size=(120, 24)) as session:
        session.picker.files.post_message(Paste("ftp://example.org/llamas.jpg"))
        told = "This is an address: download the picture first, then pick the file."
        await session.until(lambda: told in session.listed)
        await session.press("escape")
        session.picker.files.post_message(Paste("https://example.org/llamas.jpg#2"))
        await session.shows("1 marked")
        await session.press("ctrl+o")
        assert await session.picks() == ["llamas.jpg#2 of https://example.org/llamas.jpg"]


@pytest.mark.parametrize("pasted", ["~nobody-of-that-name", "/" + "x" * 300, "/a\0b"])
async def test_what_is_no_folder_may_be_pasted(folder: Path, pasted: str) -> None:
    async with opened(folder) as session:
        session.picker.files.post_message(Paste(pasted))
        await session.shows("No matching pictures.")


async def test_a_pasted_path_goes_there_or_marks(folder: Path) -> None:
    async with opened(folder.parent) as session:
        session.picker.files.post_message(Paste(str(folder)))
        await session.shows("a.png")
        session.picker.files.post_message(Paste(f"'{folder / 'sub' / 'deep.png'}'"))
        await session.shows("1 marked")
        await session.press("enter")
        assert await session.picks() == [folder / "sub" / "deep.png"]


async def test_it_is_opaque_and_fits_80x24(folder: Path) -> None:
    async with opened(folder) as session:
        assert session.picker.styles.background.a == 1
        rows = session.text.split("\n")
        assert len(rows) == 24
        for key in ("attach", "mark", "up", "places", "close"):
            assert key in rows[-1]


async def test_a_narrow_terminal_shows_the_list_alone(folder: Path) -> None:
    async with opened(folder, size=(44, 12)) as session:
        assert not session.picker.query_one(PreviewPane).display
        await session.press("enter")
        assert await session.picks() == [folder / "a.png"]


async def test_a_double_click_picks(folder: Path) -> None:
    async with opened(folder) as session:
        await session.pilot.click("FileList", offset=(4, 1), times=2)
        assert await session.picks() == [folder / "a.png"]


class PaneApp(App[None]):
    def __init__(self, find_file: Callable[[str], Path]) -> None:
        super().__init__()
        self.pictures = Pictures(TerminalFacts(), find_file, str)
        self.pane = PreviewPane(self.pictures)

    def compose(self) -> ComposeResult:
        yield self.pane

    async def on_unmount(self) -> None:
        await closed(self.pictures)


async def test_the_pane_names_an_attachment_and_what_the_model_sees_of_it(photo: Path) -> None:
    app = PaneApp(lambda _sha256: photo)
    attachment = Attachment("0" * 64, "le\x1bmons.jpg", 640, 400, 320, 192, 60)
    async with app.run_test(size=(60, 20)) as pilot:
        app.pane.show(attachment)
        await _until(pilot, lambda: app.pane.drawn is not None)
        text = "\n".join(strip.text for strip in app.screen._compositor.render_strips())
        assert "le␛mons.jpg" in text
        assert "640x400 → 320x192 · 60 tokens" in text


@pytest.mark.parametrize(
    "shape", [(400, 40), (200, 200), (40, 400)], ids=["wide", "square", "tall"]
)
async def test_the_pane_says_whole_what_was_done_to_a_picture(
    tmp_path: Path, shape: tuple[int, int]
) -> None:
    logo = Image.new("RGBA", shape)
    logo.paste("white", (5, 5, 30, 30))
    logo.save(tmp_path / "logo.png")
    app = PaneApp(lambda _sha256: tmp_path)
    async with app.run_test(size=(38, 14)) as pilot:
        app.pane.show(tmp_path / "logo.png")
        await _until(pilot, lambda: app.pane.drawn is not None)
        await pilot.pause()
        rows = [strip.text for strip in app.screen._compositor.render_strips()]
        assert GREY.note in " ".join(" ".join(rows).split())
        assert "▀" in rows[0]


async def test_the_pane_fits_the_picture_again_when_its_size_changes(photo: Path) -> None:
    app = PaneApp(lambda _sha256: photo)
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(photo)
        await _until(pilot, lambda: app.pane.drawn is not None)
        assert app.pane.drawn is not None
        assert (app.pane.drawn.columns, app.pane.drawn.rows) == (67, 21)
        await pilot.resize_terminal(40, 24)
        await _until(pilot, lambda: app.pane.drawn is not None and app.pane.drawn.columns == 38)
        assert app.pane.drawn.rows == 12


async def test_the_pane_can_show_a_sentence_and_says_when_empty_what_would_be_there(
    photo: Path,
) -> None:
    app = PaneApp(lambda _sha256: photo)
    async with app.run_test(size=(80, 10)) as pilot:
        text = lambda: app.screen._compositor.render_strips()[0].text.strip()  # noqa: E731
        await _until(pilot, lambda: text() == preview_module.NOTHING_SHOWN)
        app.pane.show(photo)
        await _until(pilot, lambda: app.pane.drawn is not None)
        app.pane.show("lemons.png is empty; attach another.")
        await _until(pilot, lambda: text() == "lemons.png is empty; attach another.")
        assert app.pane.drawn is None
        app.pane.show(None)
        await _until(pilot, lambda: text() == preview_module.NOTHING_SHOWN)


async def test_the_pane_tries_a_file_again_that_could_not_be_drawn(tmp_path: Path) -> None:
    path = tmp_path / "late.png"
    app = PaneApp(lambda _sha256: path)
    async with app.run_test(size=(60, 20)) as pilot:
        app.pane.show(path)
        await _until(pilot, lambda: app.pane.drawn is not None and bool(app.pane.drawn.error))
        Image.new("RGB", (40, 20)).save(path)
        app.pane.show(path)
        await _until(pilot, lambda: app.pane.drawn is not None and not app.pane.drawn.error)


async def test_the_pane_can_show_nothing(photo: Path) -> None:
    app = PaneApp(lambda _sha256: photo)
    async with app.run_test(size=(40, 10)) as pilot:
        app.pane.show(photo)
        await _until(pilot, lambda: app.pane.drawn is not None)
        app.pane.show(None)
        assert app.pane.drawn is None


async def _until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await pilot.pause(0.01)


async def test_the_key_line_says_what_escape_does_next(folder: Path) -> None:
    async with opened(folder) as session:
        assert "esc close" in session.keys
        await session.press("c")
        await session.until(lambda: "esc clear filter" in session.keys)
        await session.press("escape")
        await session.until(lambda: "esc close" in session.keys)
        assert "a.png" in session.text
        await session.press(*"nothing")
        await session.until(lambda: "esc clear filter" in session.keys)
        await session.press("escape", "escape")
        assert await session.picks() is None
