"""The journal: what is unsent, in memory and on disk, from one window to the next."""

import asyncio
import json
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from seeshell.core.conversation import Attachment
from seeshell.core.excerpt import WHOLE, Excerpt, Region
from seeshell.tui.session.draft import Draft, DraftPicture, EditedMessage, SentTurn
from seeshell.tui.session.events import RequestRefused, SessionEvent, TextReturned
from seeshell.tui.session.inheritance import RESTORE_SECONDS
from seeshell.tui.session.journal import Journal
from seeshell.tui.session.journal_folder import JournalFolder
from seeshell.tui.session.unsent import Unsent

from ...messages import question
from .unsent_files import leave, on_disk

LEMONS = Attachment("a" * 64, "lemons.png", 4, 3)


class Window:
    """A window's journal and what it told."""

    def __init__(self, data_dir: Path) -> None:
        self.told: list[SessionEvent] = []
        self.journal = Journal(self.told.append, data_dir)

    def write(self, conversation: int | None, text: str) -> Draft:
        draft = self.journal.entries.find(conversation).shown
        self.journal.write(draft, text)
        return draft

    def start(self) -> "Window":
        self.journal.inherit_first()
        return self

    @property
    def refused(self) -> list[str]:
        return [event.sentence for event in self.told if isinstance(event, RequestRefused)]


@pytest.fixture
def windows(tmp_path: Path) -> Iterator["Windows"]:
    windows = Windows(tmp_path / "data")
    yield windows
    for window in windows.opened:
        window.journal.close()


class Windows:
    """Windows on the same data directory."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.opened: list[Window] = []

    def open(self) -> Window:
        self.opened.append(Window(self.data_dir))
        return self.opened[-1]

    def texts(self) -> list[tuple[int | None, str]]:
        """What is written on disk, by all windows."""
        return [(it.conversation, it.draft.text) for it in on_disk(self.data_dir)]


async def test_what_is_typed_is_on_disk_within_a_moment_and_all_else_at_once(
    windows: Windows,
) -> None:
    window = windows.open()
    draft = window.write(3, "half a")
    window.write(3, "half a thought")
    assert windows.texts() == []
    await asyncio.sleep(0.3)
    assert windows.texts() == [(3, "half a thought")]
    window.journal.attach(draft, [DraftPicture(Path("/pictures/lemons.png"))])
    assert on_disk(windows.data_dir)[0].draft.pictures[0].path == "/pictures/lemons.png"
    turn = window.journal.hand_in(draft)
    (entry,) = on_disk(windows.data_dir)
    assert (entry.draft.text, entry.turns[0].text) == ("", "half a thought")
    assert entry.turns[0].id == turn.id
    window.journal.forget(window.journal.entries.find(3), turn)
    assert on_disk(windows.data_dir) == []


async def test_the_next_window_inherits_what_was_written_for_a_new_conversation_once(
    windows: Windows,
) -> None:
    first = windows.open()
    first.write(None, "half a thought")
    first.journal.close()
    second, third = windows.open().start(), windows.open().start()
    assert second.journal.entries.find(None).draft.text == "half a thought"
    assert isinstance(second.told[-1], TextReturned)
    assert third.journal.entries.find(None).draft.text == ""
    assert windows.texts() == [(None, "half a thought")]


async def test_what_was_written_in_a_conversation_is_inherited_by_who_opens_it(
    windows: Windows,
) -> None:
    first = windows.open()
    first.write(3, "three")
    first.write(4, "four")
    first.journal.close()
    second, third = windows.open().start(), windows.open().start()
    assert second.journal.inherit(4)
    assert not third.journal.inherit(4)
    assert third.journal.inherit(3)
    assert second.journal.entries.find(4).draft.text == "four"
    assert third.journal.entries.find(3).draft.text == "three"


async def test_two_living_windows_keep_their_own_in_the_same_conversation(
    windows: Windows,
) -> None:
    first, second = windows.open().start(), windows.open().start()
    first.write(3, "mine")
    second.write(3, "yours")
    assert not second.journal.inherit(3)
    first.journal.close()
    assert second.journal.inherit(3)
    assert second.journal.entries.find(3).draft.text == "mine\nyours"
    second.journal.close()
    assert windows.texts() == [(3, "mine\nyours")]


async def test_what_was_typed_before_it_was_inherited_stands_behind_it(windows: Windows) -> None:
    leave(windows.data_dir, Unsent(None, Draft("half a thought")))
    window = windows.open()
    window.write(None, "typed ahead")
    window.start()
    assert window.journal.entries.find(None).draft.text == "half a thought\ntyped ahead"


async def test_a_question_that_was_sent_before_anything_was_inherited_stays_on_screen(
    windows: Windows,
) -> None:
    window = windows.open()
    window.journal.hand_in(window.write(None, "asked at once"))
    asked = window.journal.entries.find(None)
    window.start()
    assert window.journal.entries.find(None) is asked


async def test_a_question_on_its_way_does_not_take_along_what_was_meant_for_another_one(
    windows: Windows,
) -> None:
    sent = Unsent(None, Draft("and why?"), turns=[SentTurn("what?", state="ready")])
    leave(windows.data_dir, sent, Unsent(None, Draft("something else")))
    window = windows.open().start()
    assert window.journal.entries.find(None).draft.text == "something else"
    (on_its_way,) = [it for it in window.journal.entries if it.turns]
    window.journal.entries.name(on_its_way, 7)
    assert window.journal.entries.find(7).draft.text == "and why?"
    assert window.journal.entries.find(None).draft.text == "something else"


async def test_a_question_that_was_on_its_way_is_gone_on_with_where_it_was(
    windows: Windows,
) -> None:
    sent = Unsent(None, Draft("and why?"), turns=[SentTurn("what?", state="ready", id="mine")])
    leave(windows.data_dir, sent)
    window = windows.open().start()
    assert [turn.id for turn in window.journal.entries.find(None).turns] == ["mine"]
    assert window.journal.entries.find(None).draft.text == "and why?"


async def test_a_new_conversation_beside_one_on_its_way_is_another_one(windows: Windows) -> None:
    window = windows.open()
    window.journal.hand_in(window.write(None, "what?"))
    first = window.journal.entries.find(None)
    window.write(None, "and why?")
    window.journal.entries.start_new()
    window.write(None, "something else")
    window.journal.entries.name(first, 7)
    assert window.journal.entries.find(7).draft.text == "and why?"
    assert window.journal.entries.find(None).draft.text == "something else"


async def test_a_turn_that_comes_back_stands_before_what_was_typed_since(windows: Windows) -> None:
    window = windows.open()
    draft = window.write(3, "what?")
    picture = DraftPicture(Path("/a.png"))
    window.journal.attach(draft, [picture])
    turn = window.journal.hand_in(draft)
    window.write(3, "and why?")
    window.journal.attach(draft, [DraftPicture(Path("/b.png"))])
    window.journal.put_back(window.journal.entries.find(3), turn)
    assert draft.text == "what?\nand why?"
    assert [it.label for it in draft.pictures] == ["a.png", "b.png"]
    window.journal.settle(DraftPicture(picture.path, LEMONS, id=picture.id))
    assert [it.is_checking for it in draft.pictures] == [False, True]
    (entry,) = on_disk(windows.data_dir)
    assert (entry.draft.text, entry.turns) == ("what?\nand why?", ())


async def test_an_edit_waits_beside_the_draft_and_is_one_again_when_it_comes_back(
    windows: Windows,
) -> None:
    window = windows.open()
    window.write(3, "half a thought")
    window.journal.begin_edit(3, question(1, "what?", LEMONS), 1)
    unsent = window.journal.entries.find(3)
    assert (unsent.shown.text, unsent.shown.edited) == ("what?", EditedMessage(1, 1))
    turn = window.journal.hand_in(unsent.shown)
    assert unsent.shown.text == "half a thought"
    window.journal.put_back(unsent, turn)
    assert unsent.shown.attachments == [LEMONS]
    window.journal.close()
    second = windows.open()
    second.journal.inherit(3)
    assert second.journal.entries.find(3).shown.text == "what?"
    assert second.journal.entries.find(3).draft.text == "half a thought"


async def test_what_belongs_to_a_conversation_that_is_gone_is_a_new_ones(windows: Windows) -> None:
    window = windows.open()
    window.write(3, "three")
    window.journal.begin_edit(3, question(1, "what?"), 1)
    window.write(None, "new")
    window.journal.entries.unname(3)
    assert window.journal.entries.find(None).draft.text == "what?\nthree\nnew"
    assert windows.texts() == [(None, "what?\nthree\nnew")]


async def test_pictures_are_checked_again_by_the_next_window_from_the_cores_copy(
    windows: Windows,
) -> None:
    copy = Path("/store/aaa")
    picture = DraftPicture(Path("/pictures/lemons.png"), LEMONS, copy=copy)
    refused = DraftPicture(Path("/pictures/gone.png"), error="It is not there.")
    asked_before = DraftPicture(Path("lemons.png"), LEMONS)
    leave(windows.data_dir, Unsent(None, Draft("", [picture, refused, asked_before])))
    inherited = windows.open().start().journal.entries.find(None).draft.pictures
    assert [it.is_checking for it in inherited] == [True, True, False]
    assert inherited[0].copy == copy


async def test_excerpts_outlast_the_window_in_drafts_turns_and_claims(windows: Windows) -> None:
    copy, part = Path("/store/aaa"), Excerpt(2, Region(1, 2, 3, 4))
    cut = msgspec.structs.replace(LEMONS, excerpt=part)
    wanted = Excerpt(2, Region(1, 2, 900, 900))
    picture = DraftPicture(Path("/lemons.tif"), cut, copy=copy, excerpt=wanted)
    checking = DraftPicture(Path("/lemons.tif"), excerpt=Excerpt(3))
    turn = SentTurn("what?", [picture], state="ready", id="mine")
    leave(windows.data_dir, Unsent(None, Draft("", [picture, checking]), turns=[turn]))
    journal = windows.open().start().journal
    inherited = journal.entries.find(None)
    first, second = inherited.draft.pictures
    assert (first.excerpt, first.copy, first.is_checking) == (wanted, copy, True)
    assert second.label == "lemons.tif#3"
    assert inherited.turns[0].request(None).attachments == (f"{LEMONS.sha256}#2@1,2,3,4",)
    assert journal.entries.claim.pictures == inherited.turns[0].attachments


async def test_a_journal_of_a_version_that_knew_whole_files_only_is_read(windows: Windows) -> None:
    attachment = b'{"type":"picture","sha256":"aa","name":"lemons.png","width":4,"height":3}'
    folder = JournalFolder(windows.data_dir / "unsent")
    folder.write(
        "old",
        b'{"format":1,"id":"old","draft":{"text":"what?","pictures":[{"path":"/lemons.png",'
        b'"attachment":' + attachment + b',"copy":"/store/aa"}]},"turns":[{"id":"mine",'
        b'"state":"ready","text":"and?","pictures":[{"path":"/lemons.png","attachment":'
        + attachment
        + b"}]}]}",
    )
    folder.close()
    inherited = windows.open().start().journal.entries.find(None)
    assert inherited.turns[0].attachments == ("aa",)
    (picture,) = inherited.draft.pictures
    assert (picture.path, picture.copy) == (Path("/lemons.png"), Path("/store/aa"))
    assert picture.excerpt == WHOLE


async def test_a_turn_of_another_conversation_is_put_down_again_when_it_is_done(
    windows: Windows,
) -> None:
    turn = SentTurn("what?", state="ready", id="mine")
    leave(windows.data_dir, Unsent(3, Draft("half a thought"), turns=[turn]))
    first, second = windows.open().start(), windows.open().start()
    assert not second.journal.inherit(3)
    unsent = first.journal.entries.find(3)
    first.journal.forget(unsent, unsent.turns[0])
    assert second.journal.inherit(3)
    assert second.journal.entries.find(3).draft.text == "half a thought"
    assert first.journal.entries.find(3).draft.text == ""


async def test_an_entry_that_another_one_has_taken_in_does_not_come_back(
    windows: Windows,
) -> None:
    # As a window leaves it that is killed between the two.
    taken_in = Unsent(None, Draft("one"))
    leave(windows.data_dir, Unsent(None, Draft("one\ntwo"), absorbed={taken_in.id}), taken_in)
    assert windows.open().start().journal.entries.find(None).draft.text == "one\ntwo"
    assert windows.texts() == [(None, "one\ntwo")]


@pytest.mark.parametrize(
    "content",
    [
        b"[{",
        b'{"format":99,"id":"x","draft":{"text":"of a newer one"}}',
        b'{"format":1,"id":7}',
        b"\xff\xfe",
        b"",
        b"[" * 100_000,
    ],
    ids=["broken", "newer", "wrong", "no text", "empty", "deep"],
)
async def test_what_can_not_be_read_stays_and_spoils_nothing(
    windows: Windows, content: bytes
) -> None:
    folder = JournalFolder(windows.data_dir / "unsent")
    folder.write("odd", content)
    folder.close()
    leave(windows.data_dir, Unsent(None, Draft("half a thought")))
    window = windows.open().start()
    assert window.journal.entries.find(None).draft.text == "half a thought"
    (odd,) = (windows.data_dir / "unsent").glob("*/odd.json")
    assert odd.read_bytes() == content


async def test_bytes_that_are_no_text_spoil_no_draft(windows: Windows) -> None:
    window = windows.open()
    draft = window.write(3, "what? " + os.fsdecode(b"\xff"))
    paths = [Path(os.fsdecode(b"/\xff.png")), Path("/lemons.png")]
    window.journal.attach(draft, map(DraftPicture, paths))
    (entry,) = on_disk(windows.data_dir)
    assert entry.draft.text == "what? ?"
    assert [it.path for it in entry.draft.pictures] == ["/lemons.png"]


async def test_a_disk_that_takes_nothing_is_told_once_and_tried_again(windows: Windows) -> None:
    windows.data_dir.mkdir()
    obstacle = windows.data_dir / "unsent"
    obstacle.write_text("")
    window = windows.open().start()
    draft = window.write(3, "half a thought")
    window.journal.attach(draft, [DraftPicture(Path("/a.png"))])
    window.journal.attach(draft, [DraftPicture(Path("/b.png"))])
    assert draft.text == "half a thought"
    assert len(window.refused) == 1
    obstacle.unlink()
    window.journal.save()
    assert windows.texts() == [(3, "half a thought")]


async def test_what_is_left_of_a_deleted_conversation_goes_when_it_can_not_be_restored(
    windows: Windows, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave(windows.data_dir, Unsent(3, Draft("three")), Unsent(4, Draft("four")))
    window = windows.open().start()
    assert window.journal.has_left_conversations
    clock = [1_000_000.0]
    monkeypatch.setattr("time.time", lambda: clock[0])
    window.journal.forget_deleted([4])
    assert len(windows.texts()) == 2
    clock[0] += RESTORE_SECONDS / 2
    window.journal.forget_deleted([3, 4])
    clock[0] += RESTORE_SECONDS
    window.journal.forget_deleted([4])
    assert len(windows.texts()) == 2
    clock[0] += RESTORE_SECONDS + 1
    window.journal.forget_deleted([4])
    assert windows.texts() == [(4, "four")]


async def test_the_drafts_of_an_earlier_seeshell_are_taken_over_once(windows: Windows) -> None:
    old = [
        {"conversation": None, "text": "new", "pictures": ["/a.png"]},
        {"conversation": 3, "text": "three"},
        {"conversation": 3, "text": "who?", "edited": {"message": 1, "number": 1}},
        {"conversation": 4, "text": "what?", "turn": "mine", "is_taken": True},
    ]
    windows.data_dir.mkdir()
    (windows.data_dir / "drafts.json").write_text(json.dumps(old))
    window, second = windows.open().start(), windows.open().start()
    assert window.journal.entries.find(None).draft.text == "new"
    assert [it.path for it in window.journal.entries.find(None).draft.pictures] == [Path("/a.png")]
    assert [turn.id for turn in window.journal.entries.find(4).turns] == ["mine"]
    second.journal.inherit(3)
    assert second.journal.entries.find(3).shown.text == "who?"
    assert second.journal.entries.find(3).draft.text == "three"
    assert not (windows.data_dir / "drafts.json").exists()


async def test_drafts_of_an_earlier_seeshell_that_can_not_be_read_stay(windows: Windows) -> None:
    windows.data_dir.mkdir()
    (windows.data_dir / "drafts.json").write_text("[{")
    windows.open().start()
    assert (windows.data_dir / "drafts.json").read_text() == "[{"
