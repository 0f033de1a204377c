"""The stretch of a long list that a window holds, compared with the whole list."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from seeshell.core.conversation import ConversationSummary
from seeshell.core.kept import LibraryRow
from seeshell.tui.session.row_window import RowWindow


def row(number: int, updated: float | None = None, *, is_pinned: bool = False) -> LibraryRow:
    changed = float(number) if updated is None else updated
    return LibraryRow(
        ConversationSummary(number, f"title {number}", 0.0, changed, 2, is_pinned=is_pinned)
    )


def numbers(window: RowWindow) -> list[int]:
    return [it.summary.id for it in window.rows]


class Listed:
    """What the core would list."""

    def __init__(self, count: int) -> None:
        self.rows = [row(number) for number in range(count, 0, -1)]

    def show(self, window: RowWindow, first: int, last: int) -> None:
        """Has a window hold what a view shows, as it asks for it."""
        for _ in range(4):
            if (wanted := window.missing(first, last)) is None:
                return
            skip, limit = wanted
            window.take(skip, self.rows[skip : skip + limit], len(self.rows))
        raise AssertionError("the window asks for ever more")

    def change(self, changed: LibraryRow) -> None:
        others = [it for it in self.rows if it.summary.id != changed.summary.id]
        self.rows = sorted([*others, changed], key=sort_key)


def sort_key(it: LibraryRow) -> tuple[bool, float, int]:
    return (not it.summary.is_pinned, -it.summary.updated_at, -it.summary.id)


def opened(count: int, first: int = 0, height: int = 20) -> tuple[Listed, RowWindow]:
    listed, window = Listed(count), RowWindow()
    window.take(0, listed.rows[:100], count)
    listed.show(window, first, first + height)
    return listed, window


def test_only_what_is_near_the_view_is_held() -> None:
    listed, window = opened(10_000)
    assert (len(window.rows), window.total) == (100, 10_000)
    for first in [*range(0, 3000, 15), 9980, 5000, *range(5000, 4000, -15)]:
        listed.show(window, first, first + 20)
        shown = [window.row(it) for it in range(first, first + 20)]
        assert shown == listed.rows[first : first + 20]
        assert len(window.rows) <= 400


def test_a_deleted_row_keeps_its_place_and_the_pages_behind_it_are_right() -> None:
    listed, window = opened(300)
    gone = listed.rows.pop(50)
    window.replace(replace(gone, deleted_at=1.0), is_listed=False)
    listed.show(window, 90, 110)
    assert numbers(window) == list(range(300, 300 - len(window.rows), -1))
    assert window.total == 300
    window.take(0, listed.rows[:100], len(listed.rows))
    assert window.row(50) == listed.rows[50]
    window.keep([gone])
    assert window.row(50) == gone


def test_a_change_far_away_is_not_guessed_at() -> None:
    _, window = opened(1000)
    assert not window.put(row(3, 2000.0))


@given(
    count=st.integers(0, 450),
    first=st.integers(0, 450),
    changes=st.lists(st.tuples(st.integers(1, 460), st.integers(0, 900), st.booleans())),
)
def test_a_change_comes_to_its_place_without_the_list_again(
    count: int, first: int, changes: list[tuple[int, int, bool]]
) -> None:
    listed, window = opened(count, min(first, max(count - 20, 0)))
    for number, updated, is_pinned in changes:
        changed = row(number, float(updated), is_pinned=is_pinned)
        listed.change(changed)
        if not window.put(changed):
            window.take(
                window.start, listed.rows[window.start : window.start + 100], len(listed.rows)
            )
        end = window.start + len(window.rows)
        assert window.rows == listed.rows[window.start : end]
        assert window.total == len(listed.rows)
