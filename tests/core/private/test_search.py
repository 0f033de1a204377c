"""What is searched for in a private conversation is found as in a stored one."""

from pathlib import Path

import pytest

from seeshell.core.engine.engine import ThoughtsDelta
from seeshell.core.kept import Hit, LibraryFilter
from seeshell.core.messages.library_events import HitsFound
from seeshell.core.messages.library_requests import DeleteBranch, FindHits
from seeshell.core.messages.picture_requests import Attach
from seeshell.core.messages.requests import (
    DeleteConversation,
    RegenerateAnswer,
    SubmitTurn,
)
from seeshell.core.sessions.sessions import Sessions

from ..scripted_engine import ScriptedEngine
from ..talk import Listener, carry_out, end_of

ANSWERS = ("A **Café** in Kyōto, 京都の喫茶店.", "Ein Stra\u00dfencafé: 오사카.")


async def converse(
    sessions: Sessions, engine: ScriptedEngine, user: Listener, picture: Path, *, is_private: bool
) -> int:
    """Asks about a picture and has it answered twice; returns the conversation's id."""
    for answer in ANSWERS:
        engine.enqueue(ThoughtsDelta("A lantern hangs there."), answer)
    attached = await carry_out(sessions, Attach(path=str(picture), is_private=is_private), user)
    submitting = SubmitTurn(
        text="Which house is @1?",
        attachments=(attached.attachment.key,),
        is_private=is_private,
    )
    queued = await carry_out(sessions, submitting, user)
    await end_of(user, queued)
    again = RegenerateAnswer(conversation=queued.conversation)
    await end_of(user, await carry_out(sessions, again, user))
    conversation: int = queued.conversation
    return conversation


@pytest.fixture
async def both(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, picture: Path
) -> tuple[int, int]:
    """A stored conversation and a private one, in which the same is said."""
    stored, private = [
        await converse(sessions, engine, client, picture, is_private=it) for it in (False, True)
    ]
    return stored, private


async def find(sessions: Sessions, conversation: int, words: str, limit: int = 100) -> HitsFound:
    request = FindHits(filter=LibraryFilter(words), limit=limit, conversation=conversation)
    found: HitsFound = await carry_out(sessions, request, Listener())
    return found


def shown(hit: Hit, first: int) -> tuple[object, ...]:
    """Returns what is shown of a hit, its message counted from the conversation's first one."""
    number = None if hit.message is None else hit.message - first
    return number, hit.place, hit.snippet, hit.marks, hit.title


FOUND = {
    "house": ["text"],
    "ous": ["text"],
    "ho": ["text"],
    "CAFE": ["text", "text"],
    "strassen": ["text"],
    "京": ["text"],
    "都の": ["text"],
    "喫茶店": ["text"],
    "오": ["text"],
    "오사": ["text"],
    '"cafe in kyoto"': ["text"],
    "lantern": ["thoughts", "thoughts"],
    "circle.p": ["picture"],
    "lantern cafe": ["text", "text"],
    "house lantern": [],
    "zeppelin": [],
}
"""What is searched for, and which places hold it."""


async def test_words_are_found_as_in_a_stored_conversation(
    sessions: Sessions, both: tuple[int, int]
) -> None:
    firsts = [(await find(sessions, it, "house")).hits[0].message for it in both]
    for words, places in FOUND.items():
        pages = [await find(sessions, it, words) for it in both]
        stored, private = (
            [shown(it, first or 0) for it in page.hits]
            for page, first in zip(pages, firsts, strict=True)
        )
        assert private == stored
        assert [it.place for it in pages[1].hits] == places, words
        assert {it.conversation for it in pages[1].hits} <= {both[1]}
        assert (pages[1].total, pages[1].next, pages[1].unindexed) == (len(places), "", 0)


async def test_its_hits_come_in_pages_and_end_with_what_holds_them(
    sessions: Sessions, both: tuple[int, int]
) -> None:
    _, here = both
    first = await find(sessions, here, "cafe", limit=1)
    request = FindHits(filter=LibraryFilter("cafe"), after=first.next, conversation=here)
    second: HitsFound = await carry_out(sessions, request, Listener())
    messages = [it.message for it in (*first.hits, *second.hits)]
    assert (first.total, len(set(messages)), second.next) == (2, 2, "")
    await carry_out(sessions, DeleteBranch(conversation=here, message=messages[0] or 0), Listener())
    assert [it.message for it in (await find(sessions, here, "cafe")).hits] == messages[1:]
    await carry_out(sessions, DeleteConversation(conversation=here), Listener())
    assert (await find(sessions, here, "cafe")).hits == ()
