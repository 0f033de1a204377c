"""What lies between SQLite and the store: rows as values, words as a query, errors as sentences."""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import msgspec

from .conversation import Attachment, Message, TurnStats
from .errors import StoreError
from .settings import Paths

_TITLE_LENGTH = 60

_CAUSES = {
    sqlite3.SQLITE_FULL: "the disk is full. Free some space, then try again",
    sqlite3.SQLITE_READONLY: "they are on a disk or in a file that can only be read",
    sqlite3.SQLITE_CORRUPT: "the file is damaged. Restore it from a backup or move it away",
    sqlite3.SQLITE_NOTADB: "the file is no database. Restore it from a backup or move it away",
    sqlite3.SQLITE_CANTOPEN: "the file can't be opened. Check that you may write in its folder",
    sqlite3.SQLITE_BUSY: "another program holds the file. Close it, then try again",
}
"""Primary result codes. Source: https://sqlite.org/rescode.html"""


@contextmanager
def errors_as_sentences(paths: Paths) -> Iterator[None]:
    """Turns SQLite's and the system's errors into `StoreError`s that name file and cause."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        cause = _CAUSES.get(code, f"SQLite says: {error}")
        sentence = f"The conversations in {paths.database} can't be used: {cause}."
        raise StoreError(sentence) from error
    except OSError as error:
        place = error.filename or paths.data_dir
        raise StoreError(f"{place} can't be used: {error.strerror}.") from error


def read_attachment(row: sqlite3.Row) -> Attachment:
    """Returns the attachment in a row of attachment joined with picture."""
    return Attachment(**{field: row[field] for field in Attachment.__struct_fields__})


def read_message(row: sqlite3.Row, attachments: Sequence[Attachment]) -> Message:
    """Returns the message in a row of message."""
    stats = row["stats"]
    return Message(
        id=row["id"],
        parent_id=row["parent_id"],
        role=row["role"],
        text=row["text"],
        created_at=row["created_at"],
        attachments=tuple(attachments),
        model=row["model"],
        finish_reason=row["finish_reason"],
        error=row["error"],
        stats=None if stats is None else msgspec.json.decode(stats, type=TurnStats),
    )


def one_line(text: str) -> str:
    """Returns the text with every run of white space as one space."""
    return " ".join(text.split())


def make_title(text: str, attachments: Sequence[Attachment]) -> str:
    """Returns the start of a first message; without words the names of its pictures."""
    title = one_line(text) or ", ".join(picture.name for picture in attachments)
    if len(title) <= _TITLE_LENGTH:
        return title
    start, _, _ = title[:_TITLE_LENGTH].rpartition(" ")
    return (start if len(start) > _TITLE_LENGTH // 2 else title[: _TITLE_LENGTH - 1]) + "…"


def match_expression(query: str) -> str:
    """Returns the FTS5 expression for words that all must begin a word; empty for no words."""
    return " ".join(f'"{word}"*' for word in re.findall(r"\w+", query))
