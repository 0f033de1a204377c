"""The app in a working directory that was deleted."""

from pathlib import Path

import pytest
from textual.events import Paste

from ...running_core import RunningCore
from ..conftest import OpenApp


@pytest.fixture(autouse=True)
def deleted_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes the working directory one that is not there any more."""
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()


async def test_questions_pictures_and_the_picker_work_all_the_same(
    open_app: OpenApp,
    shared_demo_core: RunningCore,
    samples: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "a-picture-at-home.png").write_bytes((samples / "green-star.png").read_bytes())
    (shared_demo_core.paths.data_dir / "picker.json").unlink(missing_ok=True)
    async with open_app(shared_demo_core) as user:
        user.app.post_message(Paste("./gone.png"))
        await user.until(lambda: user.chat.prompt.text == "./gone.png")
        await user.press("ctrl+a", "ctrl+k")
        user.app.post_message(Paste(f"{samples}/green-star.png"))
        await user.until(lambda: user.chat.session.draft.pictures)
        await user.ask("what is in the picture?")
        assert "green star" in user.answer
        await user.press("ctrl+o")
        await user.sees("a-picture-at-home.png")
