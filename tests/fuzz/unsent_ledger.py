"""What was put into prompts, and whether all of it is still there, once, in its place."""

import re
import sqlite3
import time
from collections.abc import Collection, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from seeshell.core.settings import Paths
from seeshell.tui.session.saved_unsent import decode

TYPED_SECONDS: Final = 0.6
"""What was typed within this time before a SIGKILL may be lost, and nothing else."""

_TOKEN: Final = re.compile(r"\b[wp]\d+\b")


class Lost(AssertionError):
    """Something that was typed or attached is gone, there twice, or in the wrong conversation."""


@dataclass
class Put:
    """A word or a picture that went into a prompt."""

    conversation: int | None
    """None for a new one."""
    known: frozenset[int] = frozenset()
    """The conversations that were there already."""
    at: float = field(default_factory=time.monotonic)
    is_doubtful: bool = False
    """Whether the window was killed before this must have been on disk."""


class Ledger:
    """All that was put into prompts in one order."""

    def __init__(self) -> None:
        self.put: dict[str, Put] = {}

    def check(self, paths: Paths) -> int:
        """Compares with what is stored and on disk; returns how many are still unsent.

        Raises:
            Lost: they differ.
        """
        places: dict[str, list[tuple[int | None, str]]] = {token: [] for token in self.put}
        for token, conversation, where in _find(paths):
            if token in places:
                places[token].append((conversation, where))
        stored = _conversations(paths)
        for token, put in self.put.items():
            is_gone = put.conversation not in stored
            self._check_one(token, put, places[token], is_gone=is_gone)
        return sum(found[0][1] == "unsent" for found in places.values() if found)

    def _check_one(
        self, token: str, put: Put, found: list[tuple[int | None, str]], *, is_gone: bool
    ) -> None:
        """Checks one; what was for a conversation that is gone may be a new one's."""
        if not found and put.is_doubtful:
            return
        if len(found) != 1:
            raise Lost(f"{token} ({put}) is there {len(found)} times: {found}")
        conversation = found[0][0]
        if put.conversation is None:
            if conversation in put.known:
                raise Lost(f"{token} was for a new conversation and is in {conversation}")
        elif conversation not in (put.conversation, *([None] if is_gone else [])):
            raise Lost(f"{token} was for {put.conversation} and is in {found}")


def _conversations(paths: Paths) -> set[int]:
    with closing(sqlite3.connect(paths.database)) as database:
        return {it for (it,) in database.execute("SELECT id FROM conversation")}


def _find(paths: Paths) -> Iterator[tuple[str, int | None, str]]:
    with closing(sqlite3.connect(paths.database)) as database:
        rows = database.execute(
            "SELECT conversation_id, text, data FROM message JOIN part ON message_id = message.id"
            " WHERE role = 'user'"
        ).fetchall()
        turns = {turn for (turn,) in database.execute("SELECT id FROM turn")}
    for conversation, text, data in rows:
        for token in _TOKEN.findall(f"{text} {data or ''}"):
            yield token, conversation, "stored"
    yield from _unsent(paths.data_dir, turns)


def _unsent(data_dir: Path, stored: Collection[str]) -> Iterator[tuple[str, int | None, str]]:
    """Yields what is on disk of windows, without turns that are only kept until they begin."""
    for path in (data_dir / "unsent").glob("*/*.json"):
        entry = decode(path.read_bytes())
        turns = [turn for turn in entry.turns if turn.id not in stored]
        drafts = [entry.draft, *([entry.edit] if entry.edit else []), *turns]
        for draft in drafts:
            words = [draft.text, *(Path(it.path).stem for it in draft.pictures)]
            for token in _TOKEN.findall(" ".join(words)):
                yield token, entry.conversation, "unsent"
