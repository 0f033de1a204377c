"""Journals on disk: what windows leave is inherited once, whatever ends them."""

from pathlib import Path

import pytest

from seeshell.tui.session.journal_folder import JournalFolder, LeftEntry


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "data" / "unsent"


def left(folder: JournalFolder) -> list[LeftEntry]:
    with folder.left_entries() as windows:
        return [entry for window in windows for entry in window]


def inherit(folder: JournalFolder) -> list[bytes]:
    with folder.left_entries() as windows:
        entries = [entry for window in windows for entry in window]
        for entry in entries:
            entry.inherit()
        return [entry.content for entry in entries]


def test_what_a_living_window_has_is_nobody_elses(root: Path) -> None:
    window = JournalFolder(root)
    window.write("one", b"mine")
    assert left(JournalFolder(root)) == []


def test_a_dead_windows_entries_are_inherited_once_and_its_folder_goes(root: Path) -> None:
    window = JournalFolder(root)
    window.write("one", b"half a thought")
    window.close()
    second, third = JournalFolder(root), JournalFolder(root)
    assert inherit(second) == [b"half a thought"]
    assert inherit(third) == []
    second.close()
    assert inherit(third) == [b"half a thought"]
    third.remove("one")
    third.close()
    assert [path.name for path in root.iterdir()] == ["lock"]


def test_a_window_that_dies_while_it_inherits_leaves_each_entry_in_one_place(root: Path) -> None:
    window = JournalFolder(root)
    window.write("one", b"1")
    window.write("two", b"2")
    window.close()
    heir = JournalFolder(root)
    with heir.left_entries() as windows:
        windows[0][0].inherit()
    heir.close()
    assert sorted(inherit(JournalFolder(root))) == [b"1", b"2"]


def test_of_two_windows_that_look_at_once_one_waits_for_the_other(root: Path) -> None:
    window = JournalFolder(root)
    window.write("one", b"1")
    window.close()
    with JournalFolder(root).left_entries() as windows:
        assert len(windows) == 1
        with pytest.raises(OSError, match="held"), JournalFolder(root).left_entries():
            pass
    assert inherit(JournalFolder(root)) == [b"1"]


def test_what_a_living_window_has_put_down_is_inherited(root: Path) -> None:
    window = JournalFolder(root)
    window.write("one", b"1")
    window.leave("one")
    assert inherit(JournalFolder(root)) == [b"1"]


def test_an_entry_that_can_not_be_moved_stays(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    window = JournalFolder(root)
    window.write("one", b"1")
    window.close()

    def refuse(_path: Path, _target: Path) -> None:
        raise OSError(28, "No space left on device")

    heir = JournalFolder(root)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", refuse)
        with pytest.raises(OSError, match="No space"):
            inherit(heir)
    heir.close()
    assert inherit(JournalFolder(root)) == [b"1"]


def test_a_folder_that_was_taken_away_is_made_and_locked_again(root: Path) -> None:
    window = JournalFolder(root)
    window.write("one", b"1")
    for path in root.glob("*/*"):
        path.unlink()
    window.write("one", b"2")
    assert left(JournalFolder(root)) == []
    window.close()
    assert inherit(JournalFolder(root)) == [b"2"]


def test_leftovers_of_interrupted_writes_go_with_their_window(root: Path) -> None:
    window = JournalFolder(root)
    window.write("one", b"1")
    next(root.glob("*/one.json")).with_name("one.json.abc.new").write_text("cut o")
    window.close()
    heir = JournalFolder(root)
    assert inherit(heir) == [b"1"]
    assert not list(root.glob("*/*.new"))


def test_nobody_else_can_read_it(root: Path) -> None:
    JournalFolder(root).write("one", b"1")
    for path in [root, *root.rglob("*")]:
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600)
