"""A draft's pictures as they are removed, moved, checked again and put back."""

from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from seeshell.core.conversation import Attachment
from seeshell.tui.session import picture_list
from seeshell.tui.session.draft import Draft, DraftPicture
from seeshell.tui.session.picture_list import RemovedPicture
from seeshell.tui.session.unsent import Unsent


def pictures(*names: str) -> list[DraftPicture]:
    return [DraftPicture(Path(name)) for name in names]


def names(some: list[DraftPicture]) -> str:
    return "".join(picture.label for picture in some)


def test_removed_pictures_come_back_to_their_places_the_last_first() -> None:
    some, removed = pictures(*"abcd"), list[RemovedPicture]()
    for picture in (some[1], some[3], some[0]):
        assert picture_list.remove(some, removed, picture)
    assert names(some) == "c"
    seen = []
    while picture_list.put_back(some, removed):
        seen.append(names(some))
    assert seen == ["ac", "acd", "abcd"]


def test_of_two_pictures_of_one_file_the_one_that_was_meant_goes() -> None:
    some = pictures(*"aba")
    second = some[2]
    picture_list.remove(some, [], second)
    assert names(some) == "ab"
    assert picture_list.find(some, second) is None


def test_a_picture_is_found_though_the_core_has_answered_and_others_came_before_it() -> None:
    draft = Draft(pictures=pictures(*"ab"))
    shown = draft.pictures[1]
    checked = replace(shown, attachment=Attachment("b" * 64, "b", 4, 3))
    assert Unsent(draft=draft).settle(checked)
    draft.pictures[:0] = pictures("x")
    assert picture_list.remove(draft.pictures, draft.removed, shown)
    assert names(draft.pictures) == "xa"
    assert not picture_list.remove(draft.pictures, draft.removed, shown)


def test_a_picture_moves_as_far_as_there_is_room() -> None:
    some = pictures(*"abc")
    assert picture_list.move(some, some[0], 1)
    assert names(some) == "bac"
    assert not picture_list.move(some, some[2], 1)
    assert not picture_list.move(some, some[0], -1)
    assert not picture_list.move(some, DraftPicture(Path("other")), 1)


def test_only_what_was_refused_is_checked_again() -> None:
    some = pictures(*"ab")
    some[1] = replace(some[1], error="b is no picture.")
    assert not picture_list.begin_again(some, some[0])
    assert picture_list.begin_again(some, some[1])
    assert some[1].is_checking


@given(st.lists(st.integers(-3, 3), max_size=30))
def test_whatever_is_done_no_picture_is_lost(steps: list[int]) -> None:
    some, removed = pictures(*"abcd"), list[RemovedPicture]()
    for step in steps:
        if step == 0:
            picture_list.put_back(some, removed)
        elif abs(step) > 1 and some:
            picture_list.remove(some, removed, some[step % len(some)])
        elif some:
            picture_list.move(some, some[0], step)
        kept = sorted(names(some) + names([it.picture for it in removed]))
        assert kept == list("abcd")
