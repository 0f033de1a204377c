"""Hits as lines below their conversations."""

from seeshell.core.conversation import ConversationSummary
from seeshell.core.kept import Hit, LibraryRow
from seeshell.core.messages.library_events import HitsFound
from seeshell.tui.session.found_hits import FoundHits, Heading


def hit(conversation: int, message: int) -> Hit:
    return Hit(conversation, message, "text", "lemons", (), f"title {conversation}")


def found(*hits: Hit, next: str = "") -> HitsFound:  # noqa: A002
    return HitsFound(hits=hits, total=5, next=next)


def shape(hits: FoundHits) -> list[str]:
    return [it.title if isinstance(it, Heading) else f"  {it.message}" for it in hits.lines]


def test_hits_stand_below_their_conversation_across_pages() -> None:
    hits = FoundHits(found(hit(3, 1), hit(3, 2), hit(1, 5), next="more"))
    hits.add(found(hit(1, 6), hit(2, 9)))
    assert shape(hits) == ["title 3", "  1", "  2", "title 1", "  5", "  6", "title 2", "  9"]
    assert [hits[it].message for it in range(len(hits))] == [1, 2, 5, 6, 9]
    assert hits.next == ""


def test_a_click_on_a_heading_means_the_hit_below_it() -> None:
    hits = FoundHits(found(hit(3, 1), hit(1, 5)))
    assert [hits.near(line) for line in range(5)] == [0, 0, 1, 1, 1]


def test_what_is_gone_leaves_and_what_is_renamed_says_so() -> None:
    hits = FoundHits(found(hit(3, 1), hit(1, 5), hit(1, 6)))
    hits.drop({3})
    hits.retitle(LibraryRow(ConversationSummary(1, "lemonade", 0.0, 0.0, 2)))
    assert shape(hits) == ["lemonade", "  5", "  6"]
    assert (len(hits), hits[0].message, hits.total) == (2, 5, 4)
