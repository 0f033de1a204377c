"""Places that a search has found, as lines: each under the conversation that it is in. Pure."""

from collections.abc import Collection

from msgspec import Struct
from msgspec.structs import replace

from ...core.kept import Hit, LibraryRow
from ...core.messages.library_events import HitsFound


class Heading(Struct, frozen=True):
    """The line above the hits of a conversation."""

    conversation: int
    title: str


Line = Heading | Hit


class FoundHits:
    """The hits that have come so far, the best conversation first."""

    def __init__(self, found: HitsFound) -> None:
        """Takes the first page."""
        self.lines: list[Line] = []
        """Headings and hits as they stand below each other."""
        self.places: list[int] = []
        """The line of each hit."""
        self.total = found.total
        """How many there are in all, as far as they were counted."""
        self.is_counted = found.is_counted
        """Whether that is all of them."""
        self.unindexed = found.unindexed
        """Messages that can't be found yet."""
        self.next = ""
        """For the page after those that have come; empty for none."""
        self.dropped: set[int] = set()
        """Conversations with hits that were let go: should one come back, so do they."""
        self.add(found)

    def __len__(self) -> int:
        """Hits that have come."""
        return len(self.places)

    def __getitem__(self, index: int) -> Hit:
        """Returns a hit by its number."""
        hit = self.lines[self.places[index]]
        assert isinstance(hit, Hit)  # noqa: S101 - `places` name no headings
        return hit

    def add(self, found: HitsFound) -> None:
        """Adds the next page."""
        self.next = found.next
        for hit in found.hits:
            above = self.lines[-1].conversation if self.lines else None
            if hit.conversation != above:
                self.lines.append(Heading(hit.conversation, hit.title))
            self.places.append(len(self.lines))
            self.lines.append(hit)

    def near(self, line: int) -> int:
        """Returns the number of the hit on a line, or of the one below a heading."""
        below = [index for index, place in enumerate(self.places) if place >= line]
        return below[0] if below else max(len(self.places) - 1, 0)

    def retitle(self, row: LibraryRow) -> bool:
        """Gives the heading of a conversation its title of now; returns whether it is another."""
        told = row.summary
        before = self.lines
        self.lines = [
            replace(it, title=told.title)
            if isinstance(it, Heading) and it.conversation == told.id
            else it
            for it in self.lines
        ]
        return self.lines != before

    def drop(self, conversations: Collection[int]) -> None:
        """Lets the hits in conversations go that are gone."""
        kept = [it for it in self.lines if it.conversation not in conversations]
        if len(kept) < len(self.lines):
            before = len(self)
            self.dropped |= {it.conversation for it in self.lines} & set(conversations)
            self.lines = kept
            self.places = [place for place, it in enumerate(kept) if isinstance(it, Hit)]
            self.total -= before - len(self)
