"""What a list of conversations says of itself: why it is empty, how long it is, what is wrong."""

from typing import Final

from ...core.kept import RESTORE_DAYS, LibraryFilter, LibraryOrder, Shelf
from ..session.library_view import LibraryView
from ..visible import visible_line

_NONE_YET: Final = "Conversations will be listed here: the first question begins one."
_NO_ROW: Final = "No conversation has all of these words."
_NO_HIT: Final = (
    "No title, message, thought or picture's name has all of these words. Fewer or shorter ones "
    "find more; is:archived and is:bin search there."
)
_ON_SHELF: Final[dict[Shelf, str]] = {
    "archived": "Nothing is archived: {list.archive} archives a conversation.",
    "bin": f"The bin is empty: what is deleted stays in it for {RESTORE_DAYS} days.",
}
_ORDERS: Final[dict[LibraryOrder, str]] = {
    "updated": "",
    "created": "by start",
    "title": "by title",
    "messages": "the longest first",
}


def empty_words(view: LibraryView, *, finds_hits: bool) -> str:
    """Returns why nothing is listed and what to do, with commands in braces; empty if it is.

    Args:
        view: what is listed.
        finds_hits: whether words find places, and not the conversations that hold them.
    """
    query = view.query
    if not view.is_read or len(view):
        return ""
    if query.is_plain:
        return _NONE_YET
    if not query.named:
        return _NO_HIT if finds_hits else _NO_ROW
    if query.filter == LibraryFilter(shelf=query.filter.shelf):
        return _ON_SHELF[query.filter.shelf]
    named = visible_line(" ".join(query.named))
    with_words = " with these words" if query.filter.words else ""
    return f"No conversation{with_words} is let through by {named}: take a part of that out."


def count_words(view: LibraryView, marked: int) -> str:
    """Returns how much is listed, in which order, and how much is marked.

    Args:
        view: what is listed.
        marked: conversations that are marked.
    """
    if not view.is_read:
        return ""
    if view.hits is not None:
        more = "" if view.hits.is_counted else "at least "
        count = f"{more}{_many(view.hits.total, 'place')}"
        order = ""
    else:
        count, order = _many(len(view), "conversation"), _ORDERS[view.query.order]
    unindexed = view.hits.unindexed if view.hits else 0
    late = f"{_many(unindexed, 'message')} not searched yet: being indexed" if unindexed else ""
    shelf = "" if view.query.filter.shelf == "current" else f"in the {_shelf(view)}"
    told = [f"{count} {shelf}".strip(), order, late, f"{marked:,} marked" if marked else ""]
    return " · ".join(it for it in told if it)


def _shelf(view: LibraryView) -> str:
    return "bin" if view.query.filter.shelf == "bin" else "archive"


def _many(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'' if count == 1 else 's'}"
