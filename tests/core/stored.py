"""What tests of the store put into it."""

import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from itertools import count
from pathlib import Path

from msgspec.structs import replace
from PIL import Image

from seeshell.core.conversation import Attachment, Message, StartedTurn, TurnStats
from seeshell.core.settings import Paths
from seeshell.core.store.archive import Archive
from seeshell.core.store.stored_turns import NewQuestion

DAY = 86_400

_numbers = count(1)


def new_turn() -> str:
    """An id that no other turn has."""
    return f"turn-{next(_numbers)}"


def draw(folder: Path, name: str) -> Path:
    """Returns a picture file; each name has bytes of its own."""
    colour = tuple(f"{name:>3}".encode()[:3])
    path = folder / name
    Image.new("RGB", (40, 30), colour).save(path)
    return path


def ended(answer: Message, text: str) -> Message:
    """The opened answer as it is once the model was done."""
    stats = TurnStats(prompt_tokens=7, generated_tokens=3)
    return replace(
        answer.with_text(text),
        finish_reason="stop",
        model="demo",
        model_source="demo",
        stats=stats,
    )


async def start(
    archive: Archive,
    text: str,
    conversation: int | None = None,
    pictures: Sequence[Attachment] = (),
) -> StartedTurn:
    """Returns a turn whose answer is open."""
    queued = await archive.turns.submit(conversation, NewQuestion(new_turn(), text, pictures))
    return await archive.turns.start(queued.turn.id)


async def edit(
    archive: Archive,
    conversation: int,
    message: int,
    text: str,
    pictures: Sequence[Attachment] = (),
) -> StartedTurn:
    """Returns a turn that stands beside another one, its answer open."""
    question = NewQuestion(new_turn(), text, pictures)
    queued = await archive.turns.edit(conversation, message, question)
    return await archive.turns.start(queued.turn.id)


async def regenerate(
    archive: Archive, conversation: int, message: int | None = None
) -> StartedTurn:
    """Returns a turn whose answer, open, stands beside another one."""
    queued = await archive.turns.regenerate(new_turn(), conversation, message)
    return await archive.turns.start(queued.turn.id)


async def end(archive: Archive, turn: StartedTurn, text: str) -> StartedTurn:
    """Ends the turn's answer."""
    await archive.turns.end_answer(turn.conversation, ended(turn.answer, text))
    return turn


async def ask(
    archive: Archive,
    text: str,
    answer: str,
    conversation: int | None = None,
    pictures: Sequence[Attachment] = (),
) -> StartedTurn:
    """Returns a turn that has ended."""
    return await end(archive, await start(archive, text, conversation, pictures), answer)


async def texts(archive: Archive, conversation: int) -> list[str]:
    """Returns what is shown of a conversation."""
    return [it.text for it in (await archive.read_conversation(conversation)).messages]


async def found(archive: Archive, query: str) -> list[int]:
    """Returns the conversations that a search finds, once all is indexed."""
    await archive.indexing
    return [it.id for it in await archive.list_conversations(query, 10)]


def change(paths: Paths, *statements: str) -> None:
    """Changes the database from outside."""
    with closing(sqlite3.connect(paths.database)) as database, database:
        for statement in statements:
            database.execute(statement)


def files(paths: Paths) -> list[Path]:
    """Returns the pictures' files, and what else lies beside them."""
    return sorted(path for path in paths.pictures_dir.rglob("*") if path.is_file())


def pass_days(paths: Paths, days: float) -> None:
    """Makes everything that is stored older."""
    seconds = days * DAY
    change(
        paths,
        f"UPDATE conversation SET deleted_at = deleted_at - {seconds}",
        f"UPDATE picture SET attached_at = attached_at - {seconds}",
        f"UPDATE claim SET claimed_at = claimed_at - {seconds}",
        f"UPDATE origin SET began_at = began_at - {seconds}",
    )
    for path in files(paths):
        os.utime(path, (path.stat().st_mtime - seconds,) * 2)


async def set_pragma(archive: Archive, setting: str) -> None:
    """Changes a setting of the store's own connection, as `query_only = ON`."""
    await archive._run(archive._conversations._database.connection.execute, f"PRAGMA {setting}")
