"""The logs of `llm`: an SQLite database with older tables, newer ones, or both.

A conversation that both have goes on in the newer tables under the id that it had before.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from ....core.kept import KeptConversation
from .collected import Collected
from .database import columns_of, opened_database
from .foreign_tree import make_tree
from .llm_responses import LlmResponses
from .llm_turns import LlmTurns

ORIGIN: Final = "llm"


def is_llm(columns: Mapping[str, set[str]]) -> bool:
    """Whether a database with these tables and columns is one of llm's logs."""
    is_older = {"prompt", "response", "conversation_id"} <= columns.get("responses", set())
    return is_older or "tip_message_hash" in columns.get("turns", set())


def read(path: Path, out: Collected) -> None:
    """Reads all conversations of a database.

    Raises:
        TransferError: it can't be read.
    """
    with opened_database(path) as database:
        columns = columns_of(database)
        responses = LlmResponses(database, columns, out)
        turns = LlmTurns(database, columns, out)
        names = turns.names() | {it: name for it, name in responses.names().items() if name}
        for conversation, title in sorted((responses.names() | names).items()):
            older = list(responses.read(conversation, title))
            newer = turns.read(conversation, title, older)
            tree = make_tree((*older, *newer), out, conversation, title)
            if not tree.messages:
                out.count("a conversation without messages", title)
                continue
            times = [message.created_at for message in tree.messages]
            out.add(
                KeptConversation(
                    uuid=out.uuid(conversation),
                    title=title,
                    created_at=min(times),
                    updated_at=max(times),
                    messages=tree.messages,
                    head=tree.messages[-1].uuid,
                    origin=ORIGIN,
                )
            )
