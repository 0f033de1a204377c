"""The picker's first row: where it is, what was typed, and how much there is."""

from typing import Final

from textual.content import Content

from ..visible import visible_line
from .listing import Listing
from .places import in_home

_FEWEST_COLUMNS: Final = 10
"""What is left of the path in the narrowest terminals."""

_TITLE: Final = "attach from "
_BESIDE: Final = 22 + len(_TITLE)
"""Columns of the words beside it."""


def path_row(listing: Listing, marked: int, columns: int, *, is_bookmarked: bool) -> Content:
    """Returns the row; the path keeps its end where it is too long."""
    counts = f"{len(listing.shown):,} of {len(listing.entries):,}"
    if listing.pages:
        counts += " pages"
    if is_bookmarked:
        counts = f"bookmarked · {counts}"
    if marked:
        counts = f"{marked} marked · {counts}"
    room = max(columns - len(counts) - len(listing.typed) - _BESIDE, _FEWEST_COLUMNS)
    where = visible_line(in_home(listing.folder))
    where = where if len(where) <= room else "…" + where[1 - room :]
    typed = (f"  {listing.typed}▏", "$accent") if listing.typed else "  type to filter"
    return Content.assemble(_TITLE, (where, "$foreground"), typed, f"   {counts}")
