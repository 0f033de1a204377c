"""Logs that llm wrote itself, compared with what `llm logs --json` says of them, one by one."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from hashlib import sha256
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import pytest

from seeshell.core.conversation import Attachment, text_of
from seeshell.core.kept import KeptMessage

from .conftest import FILES, ReadExport

_VERSIONS = ["llm-0.26", "llm-0.36", "llm-0.26-and-0.36"]


def _told(name: str) -> dict[str, list[Any]]:
    """What llm says of its responses, by conversation, in their order."""
    responses = json.loads((FILES / f"{name}.json").read_text())
    ordered = sorted(responses, key=lambda it: (it["conversation_id"], it["id"]))
    groups = groupby(ordered, lambda it: it["conversation_id"])
    return {conversation: list(group) for conversation, group in groups}


def _as_told(question: KeptMessage, answer: KeptMessage) -> dict[str, Any]:
    return {
        "prompt": text_of(question.parts),
        "response": text_of(answer.parts),
        "times": (question.created_at, answer.created_at),
        "pictures": [it.sha256 for it in question.parts if isinstance(it, Attachment)],
        "model": answer.model,
    }


def _as_llm_says(response: dict[str, Any]) -> dict[str, Any]:
    fragments = [
        it["content"] if isinstance(it, dict) and "content" in it else "A longer text of a file."
        for it in response["prompt_fragments"]
    ]
    moment = datetime.fromisoformat(response["datetime_utc"]).timestamp()
    prompt = response["prompt"] or ""
    if fragments and not prompt.startswith(fragments[0]):
        prompt = "\n".join([*fragments, prompt])
    return {
        "prompt": prompt,
        "response": response["response"],
        "times": (moment, moment),
        "pictures": [it["id"] for it in response["attachments"]],
        "model": response["model"],
    }


@pytest.mark.parametrize("name", _VERSIONS)
def test_every_response_is_there_with_its_question_pictures_times_and_order(
    name: str, read_export: ReadExport, unpack: Callable[[str], Path]
) -> None:
    export = read_export(unpack(f"{name}.db"))
    found = {}
    for kept in export.conversations:
        pairs = list(zip(kept.messages[::2], kept.messages[1::2], strict=True))
        assert all(after.parent == before.uuid for before, after in pairwise(kept.messages))
        assert kept.head == kept.messages[-1].uuid
        found[kept.title] = [_as_told(*pair) for pair in pairs]
    told = _told(name)
    expected = {
        (group[0]["conversation_name"]): [_as_llm_says(it) for it in group]
        for group in told.values()
    }
    assert found == expected
    assert export.prepared.messages == 2 * sum(map(len, told.values()))


@pytest.mark.parametrize("name", _VERSIONS)
def test_pictures_come_from_the_database_and_from_their_files(
    name: str, read_export: ReadExport, unpack: Callable[[str], Path]
) -> None:
    export = read_export(unpack(f"{name}.db"))
    originals = [(FILES / it).read_bytes() for it in ("red.png", "blue.jpg", "by-hand.png")]
    assert export.pictures == {sha256(it).hexdigest(): it for it in originals}
    assert "a system prompt" in export.prepared.left_out[0]


def test_a_newer_database_extends_what_the_older_one_had(
    read_export: ReadExport, unpack: Callable[[str], Path]
) -> None:
    older = read_export(unpack("llm-0.26.db")).conversations
    newer = read_export(unpack("llm-0.26-and-0.36.db")).conversations
    by_uuid = {it.uuid: it for it in newer}
    for kept in older:
        again = by_uuid[kept.uuid]
        assert again.messages[: len(kept.messages)] == kept.messages


def test_a_picture_whose_file_has_changed_is_named_and_not_taken(
    read_export: ReadExport, unpack: Callable[[str], Path], tmp_path: Path
) -> None:
    path = unpack("llm-0.36.db")
    other = tmp_path / "red.png"
    other.write_bytes((FILES / "blue.jpg").read_bytes())
    _move_attachment(path, other)
    export = read_export(path)
    (kept,) = [it for it in export.conversations if it.title == "What is this?"]
    assert text_of(kept.messages[0].parts) == "What is this?\n[picture missing: red.png]"
    assert any("changed since" in it for it in export.prepared.left_out)


def test_of_an_address_and_of_other_kinds_a_text_and_a_sentence_are_left(
    read_export: ReadExport, unpack: Callable[[str], Path]
) -> None:
    path = unpack("llm-0.36.db")
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(
            "UPDATE attachments SET path = NULL, url = 'https://example.org/red.png' "
            "WHERE path LIKE '%red.png'"
        )
        database.execute("UPDATE attachments SET type = 'audio/wav' WHERE path LIKE '%blue.jpg'")
    export = read_export(path)
    (kept,) = [it for it in export.conversations if it.title == "What is this?"]
    assert [text_of(it.parts) for it in kept.messages[:3:2]] == [
        "What is this?\n[picture: https://example.org/red.png]",
        "And these two?\n[attachment missing: blue.jpg]\n[picture: https://example.org/red.png]",
    ]
    told = "\n".join(export.prepared.left_out)
    assert "Left out 2 times, as in “What is this?”: a picture of which llm keeps the" in told
    assert "an attachment of the kind audio/wav, which is no picture" in told


def _move_attachment(database: Path, place: Path) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(
            "UPDATE attachments SET path = ? WHERE path LIKE '%red.png'", (str(place),)
        )
