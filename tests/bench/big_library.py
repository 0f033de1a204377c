"""A store of very many conversations, made at once: `fill(paths)`.

`python -m tests.bench.big_library HOME` fills the folder that `SEESHELL_HOME` is to name.
"""

import argparse
import json
import random
import sqlite3
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from seeshell.core.settings import Paths, find_paths
from seeshell.core.store.database import Database
from seeshell.core.store.indexing import Indexing
from seeshell.core.store.titles import one_line

from .library_texts import LANGUAGES, Writer

_SHARES: Final = (8, 5, 2, 2, 2)
"""Of the languages."""
_MODELS: Final = ("Qwen3-VL-4B", "Qwen3-VL-8B", "gemma-3-4b", "demo")
_TAGS: Final = ("work", "garden", "receipts", "holiday", "to read")
_DAY: Final = 86_400.0
_STATS: Final = json.dumps(
    {
        "prompt_tokens": 1204,
        "reused_tokens": 984,
        "prefilled_tokens": 220,
        "generated_tokens": 96,
        "ttft": 0.31,
        "prompt_tps": 710.0,
        "generation_tps": 54.0,
    }
)


class Size(NamedTuple):
    """How much there is to be."""

    conversations: int = 10_000
    messages: int = 200_000
    pictures: int = 20_000


class _Row(NamedTuple):
    """A message with its parts, as the tables take them."""

    message: tuple[object, ...]
    parts: list[tuple[object, ...]]


def fill(paths: Paths, size: Size = Size(), seed: int = 1, *, is_indexed: bool = True) -> None:  # noqa: B008
    """Makes a database with rows of conversations, messages and pictures, without the files.

    Args:
        paths: where; there must be no database yet.
        size: how much.
        seed: of the texts.
        is_indexed: whether the searches' index is made too; else a core makes it once it starts.
    """
    database = Database(paths)
    connection = database.connection
    connection.execute("PRAGMA synchronous = OFF")
    with database.transaction():
        _Library(connection, size, random.Random(seed)).put_all()
    indexing = Indexing(database)
    while is_indexed and indexing.step():
        pass
    connection.execute("PRAGMA optimize")
    database.close()


class _Library:
    """Puts the rows."""

    def __init__(self, connection: sqlite3.Connection, size: Size, chance: random.Random) -> None:
        self._connection = connection
        self._size = size
        self._chance = chance
        self._writer = Writer(chance)
        self._now = time.time()
        self._pictures = [f"{chance.getrandbits(256):064x}" for _ in range(size.pictures)]

    def put_all(self) -> None:
        """Puts everything, and says that nothing is indexed."""
        put = self._connection.executemany
        put(
            "INSERT INTO picture (key, name, width, height, attached_at) VALUES (?, ?, ?, ?, ?)",
            (
                (key, f"IMG_{number:05}.jpg", 4032, 3024, self._now)
                for number, key in enumerate(self._pictures)
            ),
        )
        for conversation in range(1, self._size.conversations + 1):
            self._put_conversation(conversation)
        self._connection.execute("DELETE FROM unindexed")
        put(
            "INSERT INTO unindexed VALUES (?, ?)",
            [("title", self._size.conversations), ("message", self._size.messages)],
        )

    def _put_conversation(self, number: int) -> None:
        size, chance = self._size, self._chance
        language = chance.choices(LANGUAGES, _SHARES)[0]
        first = (number - 1) * size.messages // size.conversations + 1
        last = number * size.messages // size.conversations
        began_at = self._now - (size.conversations - number) * _DAY / 10
        title = one_line(self._writer.write(language, 1))[:60]
        self._connection.execute(
            "INSERT INTO conversation (id, uuid, title, created_at, updated_at, is_pinned, "
            "is_archived) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                number,
                self._new_uuid(),
                title,
                began_at,
                began_at + 60 * (last - first),
                number % 500 == 0,
                number % 20 == 0,
            ),
        )
        rows = list(self._messages(number, range(first, last + 1), language, began_at))
        self._connection.executemany(
            "INSERT INTO message (id, uuid, conversation_id, parent_id, role, created_at, model, "
            "model_source, finish_reason, stats) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [row.message for row in rows],
        )
        self._connection.executemany(
            "INSERT INTO part (message_id, position, kind, text, picture_key, data) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            [part for row in rows for part in row.parts],
        )
        self._connection.execute("UPDATE conversation SET head_id = ? WHERE id = ?", (last, number))
        if number % 3 == 0:
            tag = (number, chance.choice(_TAGS))
            self._connection.execute("INSERT INTO tag (conversation_id, name) VALUES (?, ?)", tag)

    def _messages(
        self, conversation: int, ids: range, language: str, began_at: float
    ) -> Iterator[_Row]:
        parent: int | None = None
        for place, message in enumerate(ids):
            is_answer = place % 2 == 1
            head = (message, self._new_uuid(), conversation, parent)
            moment = began_at + 60 * place
            model = self._chance.choice(_MODELS) if is_answer else ""
            ended = ("stop", _STATS) if is_answer else (None, None)
            role = "assistant" if is_answer else "user"
            parts = (
                self._answer(language)
                if is_answer
                else self._question(conversation, place, language)
            )
            yield _Row(
                (*head, role, moment, model, model.lower(), *ended),
                [(message, position, *part) for position, part in enumerate(parts)],
            )
            parent = message

    def _question(
        self, conversation: int, place: int, language: str
    ) -> Iterator[tuple[str, str, str | None, str | None]]:
        """Yields parts: the first two questions of a conversation have a picture."""
        shares = self._size.pictures / self._size.conversations
        number = int((conversation - 1) * shares) + place // 2
        if place // 2 < shares and number < len(self._pictures):
            name = f"IMG_{number:05}.jpg"
            seen = {"name": name, "model_width": 1152, "model_height": 864, "tokens": 972}
            yield "picture", "", self._pictures[number], json.dumps(seen)
        yield "text", self._writer.write(language, 1), None, None

    def _answer(self, language: str) -> Iterator[tuple[str, str, str | None, str | None]]:
        if self._chance.random() < 0.1:
            yield "thoughts", self._writer.write(language, 4), None, None
        length = self._chance.choice((1, 2, 3, 4, 5, 8, 12))
        yield "text", self._writer.write(language, length), None, None

    def _new_uuid(self) -> str:
        return str(uuid.UUID(int=self._chance.getrandbits(128), version=4))


def main() -> int:
    """Fills the folder that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.big_library", description=__doc__)
    parser.add_argument("home", type=Path, help="folder for SEESHELL_HOME")
    parser.add_argument("--conversations", type=int, default=Size().conversations)
    parser.add_argument("--messages", type=int, default=Size().messages)
    parser.add_argument("--pictures", type=int, default=Size().pictures)
    parser.add_argument("--unindexed", action="store_true", help="leave the index to the core")
    options = parser.parse_args()
    size = Size(options.conversations, options.messages, options.pictures)
    begun_at = time.perf_counter()
    paths = find_paths({"SEESHELL_HOME": str(options.home)})
    fill(paths, size, is_indexed=not options.unindexed)
    print(f"{paths.database} made in {time.perf_counter() - begun_at:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
