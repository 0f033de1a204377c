"""Indexing what an older version stored, in short steps while everything else goes on."""

import asyncio
import logging
from itertools import accumulate
from typing import Final

from ..errors import StoreError
from .database import Database
from .part_table import PartTable
from .store_thread import StoreThread
from .word_index import WordIndex, searched_texts

_AT_ONCE: Final = 200
_AT_ONCE_CHARACTERS: Final = 50_000
"""What a step indexes at most, but one text at least: a save waits for no more than a step."""

_PAUSE: Final = 0.02
"""Seconds between two steps."""

_logger = logging.getLogger(__name__)

_MESSAGES: Final = """
SELECT id, role = 'assistant' AND finish_reason IS NULL AS is_open FROM message
WHERE id <= ? ORDER BY id DESC LIMIT ?
"""


class Indexing:
    """What is left is counted down in the database: a core that is killed loses one step.

    Raises:
        StoreError: from every method, when the disk or the file does not let it work.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection = database.connection
        self._words = WordIndex(database.connection)
        self._parts = PartTable(database.connection)

    def step(self) -> bool:
        """Indexes the newest of what is left; returns whether there was any."""
        with self._database.transaction():
            row = self._connection.execute(
                "SELECT what, last_id FROM unindexed ORDER BY what DESC"
            ).fetchone()
            if row is None:
                return False
            index = self._index_titles if row["what"] == "title" else self._index_messages
            last = index(row["last_id"])
            if last is None:
                self._connection.execute("DELETE FROM unindexed WHERE what = ?", (row["what"],))
            else:
                self._connection.execute(
                    "UPDATE unindexed SET last_id = ? WHERE what = ?", (last, row["what"])
                )
        return True

    def _index_titles(self, last: int) -> int | None:
        """Indexes some titles up to an id, from there down; returns up to which there are more."""
        rows = self._connection.execute(
            "SELECT id, title FROM conversation WHERE id <= ? ORDER BY id DESC LIMIT ?",
            (last, _AT_ONCE),
        ).fetchall()
        for row in reversed(rows):
            self._words.put_title(row["id"], row["title"])
        return rows[-1]["id"] - 1 if rows else None

    def _index_messages(self, last: int) -> int | None:
        """As for titles; an open answer is indexed when it ends."""
        rows = self._connection.execute(_MESSAGES, (last, _AT_ONCE)).fetchall()
        if not rows:
            return None
        parts = self._parts.read_all([row["id"] for row in rows])
        lengths = accumulate(sum(map(len, searched_texts(parts.get(it["id"], ())))) for it in rows)
        count = 1 + sum(length < _AT_ONCE_CHARACTERS for length in lengths)
        # FTS5 writes a segment for each row that comes after one with a higher id.
        for row in reversed(rows[:count]):
            if not row["is_open"]:
                self._words.put_message(row["id"], parts.get(row["id"], ()))
        return int(rows[:count][-1]["id"]) - 1


async def index_rest(thread: StoreThread, indexing: Indexing) -> None:
    """Indexes all that is left, beside whatever else the store has to do."""
    steps = 0
    try:
        while await thread.run(indexing.step):
            steps += 1
            await asyncio.sleep(_PAUSE)
    except StoreError as error:
        _logger.warning("what is not indexed yet waits for the next start: %s", error)
    else:
        if steps:
            _logger.info("searches find all that an older version stored")
