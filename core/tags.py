"""Tags of conversations, as users write them."""

from collections.abc import Iterable
from typing import Final

from .errors import BadRequest

_LONGEST: Final = 60
"""Characters of a tag."""


def clean_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Returns the tags as they are kept: sorted, each once, each on one line without outer blanks.

    Raises:
        BadRequest: one is empty or too long.
    """
    cleaned = {" ".join(tag.split()) for tag in tags}
    if "" in cleaned:
        raise BadRequest("A tag needs at least one letter: write one.")
    if longest := next((it for it in cleaned if len(it) > _LONGEST), ""):
        raise BadRequest(f"{longest[:_LONGEST]}… is too long for a tag: use {_LONGEST} characters.")
    return tuple(sorted(cleaned))
