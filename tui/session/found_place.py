"""What a conversation is opened at: the words that were searched for, and where they were found."""

from msgspec import Struct

from ...core.kept import Hit, HitPlace


class FoundPlace(Struct, frozen=True):
    """A place in a conversation, and the words that are marked all over it."""

    words: str
    """As they were typed."""
    message: int | None = None
    """Id of the message that holds it, in any branch; None for the first one that is found."""
    place: HitPlace = "text"
    """What of the message holds it; a `title` is found in no message."""

    @classmethod
    def of(cls, hit: Hit, words: str) -> "FoundPlace":
        """Returns the place of a hit that a search for words has found."""
        return cls(words, hit.message, hit.place)
