"""Drafts on disk."""

import os
from pathlib import Path

import pytest

from seeshell.core.conversation import Attachment
from seeshell.tui.session.draft import Draft, DraftPicture, EditedQuestion, SentTurn
from seeshell.tui.session.draft_file import DraftFile, SavedDraft

PICTURE = DraftPicture(Path("/pictures/lemons.png"))


@pytest.fixture
def file(tmp_path: Path) -> DraftFile:
    return DraftFile(tmp_path / "data" / "drafts.json")


def test_everything_unsent_comes_back_once(file: DraftFile) -> None:
    file.write([Draft(None, "new"), Draft(3, "second", [PICTURE]), Draft(4, "  ")])
    saved = (SavedDraft(None, "new"), SavedDraft(3, "second", ("/pictures/lemons.png",)))
    assert file.take() == saved
    assert file.take() == ()


def test_a_window_changes_only_its_own_drafts(file: DraftFile, tmp_path: Path) -> None:
    file.write([Draft(3, "of one window")])
    other = DraftFile(tmp_path / "data" / "drafts.json")
    other.write([Draft(None, "of another")])
    other.write([Draft(None, "")])
    assert file.take() == (SavedDraft(3, "of one window"),)


def test_an_edit_comes_back_beside_the_draft_that_waits_for_its_end(file: DraftFile) -> None:
    held = Attachment("a" * 64, "lemons.png", 4, 3)
    edited = EditedQuestion(8, 2)
    pictures = [DraftPicture(Path(held.name), held), PICTURE]
    file.write([Draft(3, "half a thought"), Draft(3, "who?", pictures, edited=edited)])
    assert file.take() == (
        SavedDraft(3, "half a thought"),
        SavedDraft(3, "who?", (held, "/pictures/lemons.png"), edited),
    )


def test_messages_on_their_way_come_back_under_their_ids_with_what_the_core_holds(
    file: DraftFile,
) -> None:
    held = Attachment("a" * 64, "lemons.png", 4, 3)
    edited = EditedQuestion(8, 2)
    taken = SentTurn("who?", (DraftPicture(PICTURE.path, held),), edited, id="first")
    again = SentTurn("", regenerated=9, id="second")
    file.write([Draft(3, "half a thought", outbox=[again], taken=[taken])])
    assert file.take() == (
        SavedDraft(3, "who?", (held,), edited, "first", is_taken=True),
        SavedDraft(3, "", turn="second", regenerated=9),
        SavedDraft(3, "half a thought"),
    )


def test_what_a_new_conversation_took_along_is_no_draft_of_the_next_one(file: DraftFile) -> None:
    draft = Draft(None, "who?")
    file.write([draft])
    draft.conversation, draft.text = 3, ""
    file.write([draft])
    assert file.take() == ()


def test_a_name_that_is_no_text_spoils_no_draft(file: DraftFile) -> None:
    unreadable = DraftPicture(Path(os.fsdecode(b"/pictures/\xff.png")), error="not UTF-8")
    file.write([Draft(3, "who?", [unreadable, PICTURE])])
    assert file.take() == (SavedDraft(3, "who?", ("/pictures/lemons.png",)),)


def test_a_broken_file_counts_as_none(file: DraftFile, tmp_path: Path) -> None:
    file.write([Draft(3, "text")])
    (tmp_path / "data" / "drafts.json").write_text("[{")
    assert file.take() == ()


def test_nobody_else_can_read_it(file: DraftFile, tmp_path: Path) -> None:
    file.write([Draft(3, "text")])
    assert (tmp_path / "data" / "drafts.json").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


def test_a_full_or_read_only_disk_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    DraftFile(tmp_path / "file" / "drafts.json").write([Draft(3, "text")])


@pytest.mark.parametrize("name", ["drafts.new", "drafts.json"])
def test_links_in_the_files_way_are_not_written_through(
    file: DraftFile, tmp_path: Path, name: str
) -> None:
    (tmp_path / "letters").write_text("kept")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / name).symlink_to(tmp_path / "letters")
    file.write([Draft(3, "unsent")])
    assert (tmp_path / "letters").read_text() == "kept"
    assert file.take() == (SavedDraft(3, "unsent"),)
