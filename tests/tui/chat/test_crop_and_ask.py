"""A detail of a picture is cut out, asked about, and cut again, in the app on the real core."""

from pathlib import Path

from seeshell.core.demo import SAMPLES_PATH
from seeshell.core.excerpt import Excerpt, Region
from seeshell.tui.picker import PreviewPane
from seeshell.tui.viewer import Viewer

from ...running_core import RunningCore
from ..conftest import AppUser, OpenApp

SAMPLE = SAMPLES_PATH / "red-circle-blue-square.png"


async def view(user: AppUser) -> Viewer:
    """Opens the viewer with a key and waits for its picture."""
    await user.press("z")
    await user.until(lambda: isinstance(user.app.screen, Viewer))
    viewer = user.app.screen
    assert isinstance(viewer, Viewer)
    await user.until(lambda: viewer.view.is_settled and viewer.view.stage)
    return viewer


async def test_a_crop_is_a_part_of_the_same_stored_file(
    open_app: OpenApp, shared_demo_core: RunningCore
) -> None:
    async with open_app(shared_demo_core, size=(100, 30)) as user:
        draft = user.chat.session.draft
        await user.attach(SAMPLE)
        (whole,) = draft.attachments
        await user.press("shift+tab")
        await view(user)
        await user.press("c", "g", "1", "enter")
        half = Region(0, 0, whole.width // 2, whole.height // 2)
        await user.until(lambda: len(draft.attachments) == 2)
        crop = draft.attachments[1]
        assert (crop.sha256, crop.excerpt) == (whole.sha256, Excerpt(region=half))
        assert (crop.width, crop.height) == (half.width, half.height)
        assert user.chat.prompt.has_focus
        await user.sees(f"[2] {SAMPLE.name}@{half}")
        # The whole is taken off, the part is asked about.
        await user.press("shift+tab", "home", "d", "escape")
        await user.ask("What is it?")
        (sent,) = user.messages[0].attachments
        assert sent.label == f"{SAMPLE.name}@{half}"
        # Cut out of the log's picture again: a part of a part is one of the file.
        await user.press("shift+tab", "k")
        await user.until(lambda: user.chat.chat.marked_picture == sent)
        await view(user)
        await user.press("c", "g", "4", "enter")
        await user.until(lambda: draft.attachments)
        quarter = Region(half.width // 2, half.height // 2, half.width // 2, half.height // 2)
        (inner,) = draft.attachments
        assert (inner.sha256, inner.excerpt.region) == (whole.sha256, quarter)
        stored = list(shared_demo_core.paths.picture(whole.sha256).parent.glob(f"{whole.sha256}*"))
        assert len(stored) == 1


async def test_how_finely_a_picture_is_seen_changes_its_price_and_what_is_sent(
    open_app: OpenApp, shared_demo_core: RunningCore
) -> None:
    async with open_app(shared_demo_core, size=(100, 30)) as user:
        draft = user.chat.session.draft
        await user.attach(SAMPLE)
        await user.press("shift+tab", "minus")
        await user.until(lambda: draft.attachments[0].pixel_budget == 320)
        await user.sees("tok", "small")
        await user.press("plus")
        await user.until(lambda: draft.attachments[0].pixel_budget == 65_536)
        await user.press("escape")
        await user.ask("What is it?")
        assert [it.pixel_budget for it in user.messages[0].attachments] == [65_536]


async def test_the_preview_shows_what_the_model_sees(
    open_app: OpenApp, shared_demo_core: RunningCore
) -> None:
    async with open_app(shared_demo_core, size=(100, 30)) as user:
        await user.attach(SAMPLES_PATH / "landscape-outside-its-world.jpg")
        await user.press("shift+tab", "m")
        await user.sees("as the model sees it")
        pane = user.chat.query_one(PreviewPane)
        await user.press("m")
        await user.until(lambda: "as the model" not in user.screen)
        assert user.chat.panels.is_open("preview")
        await user.pilot.click(pane, offset=(50, 5))
        await user.until(lambda: isinstance(user.app.screen, Viewer))
        await user.press("escape", "escape")
        assert not user.chat.panels.is_open("preview")


async def test_without_a_picture_the_way_to_one_is_told(
    open_app: OpenApp, shared_demo_core: RunningCore
) -> None:
    async with open_app(shared_demo_core) as user:
        await user.press("f9")
        await user.sees("There is no picture yet: ctrl+o", "attaches one.")


async def test_the_picker_shows_prices_and_lets_one_cut_out(
    open_app: OpenApp, shared_demo_core: RunningCore, tmp_path: Path
) -> None:
    (tmp_path / SAMPLE.name).write_bytes(SAMPLE.read_bytes())
    async with open_app(shared_demo_core, size=(100, 30)) as user:
        user.chat.session.unsent.write("")
        await user.press("ctrl+o")
        await user.sees("attach from")
        user.app.screen._go(tmp_path)  # type: ignore[attr-defined]
        await user.sees(SAMPLE.name, "tokens")
        await user.press("ctrl+f")
        await user.until(lambda: isinstance(user.app.screen, Viewer))
        viewer = user.app.screen
        assert isinstance(viewer, Viewer)
        await user.until(lambda: viewer.view.stage)
        await user.press("c", "5")
        await user.sees("crop", "tokens")
        await user.press("enter")
        draft = user.chat.session.draft
        await user.until(lambda: draft.attachments)
        assert draft.attachments[0].label.startswith(f"{SAMPLE.name}@")
