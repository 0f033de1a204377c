"""ChatGPT's export: trees stay trees, and every message, picture and time is there."""

import json
from hashlib import sha256
from pathlib import Path

from seeshell.core.conversation import Attachment, Part, ThoughtsPart
from seeshell.core.kept import KeptConversation

from .chatgpt_export import PICTURES, START, conversations, write_export
from .conftest import ReadExport

_BY_SHA = {sha256(content).hexdigest(): name for name, content in PICTURES.items()}


def _shown(parts: tuple[Part, ...]) -> list[str]:
    told = []
    for part in parts:
        if isinstance(part, Attachment):
            told.append(_BY_SHA[part.sha256])
        else:
            told.append(f"({part.text})" if isinstance(part, ThoughtsPart) else part.text)
    return told


def _lines(kept: KeptConversation) -> list[tuple[object, ...]]:
    """Each message with the number of its parent."""
    numbers = {it.uuid: number for number, it in enumerate(kept.messages)}
    return [
        (
            None if it.parent is None else numbers[it.parent],
            it.role,
            _shown(it.parts),
            it.created_at - START,
            it.model,
            it.finish_reason,
        )
        for it in kept.messages
    ]


def test_branches_pictures_times_and_models_are_there_one_by_one(
    read_export: ReadExport, tmp_path: Path
) -> None:
    export = read_export(write_export(tmp_path / "export.zip", conversations()))
    _, lemons = export.conversations
    assert _lines(lemons) == [
        (
            None,
            "user",
            ["file-AbC123-lemons on a stall.png", "How much are the lemons?"],
            1,
            "",
            None,
        ),
        (0, "assistant", ["2.50 a kilo."], 2, "gpt-4o", "stop"),
        (1, "user", ["file_00000000aaaa-sanitized.jpeg", "And these?"], 4, "", None),
        (2, "assistant", ["Three. 日本語"], 5, "gpt-4o", "cancelled"),
        (1, "user", ["Thanks!"], 6, "", None),
        (4, "assistant", ["You're welcome."], 7, "gpt-4o", "stop"),
        (0, "assistant", ["I can't tell."], 3, "o3", "length"),
    ]
    assert lemons.head == lemons.messages[3].uuid
    assert (lemons.created_at, lemons.updated_at) == (START, START + 1000)
    picture = lemons.messages[0].parts[0]
    assert isinstance(picture, Attachment)
    assert picture.name == "lemons on a stall.png"


def test_an_answer_around_tools_is_one_with_its_thoughts_and_pictures(
    read_export: ReadExport, tmp_path: Path
) -> None:
    export = read_export(write_export(tmp_path / "export.zip", conversations()))
    drawn, _ = export.conversations
    assert _lines(drawn) == [
        (None, "user", ["Draw a lemon"], 2, "", None),
        (
            0,
            "assistant",
            [
                "(Colour\nLemons are yellow.)",
                "dalle-generations/file-Dalle9-0f3c.webp",
                "Here is your lemon.",
            ],
            3,
            "o3",
            "stop",
        ),
        (1, "user", ["Gone\n[picture missing: file_nowhere]"], 7, "", None),
        (2, "assistant", ["What is gone?"], 8, "o3", "stop"),
    ]
    assert drawn.is_archived
    assert export.prepared.left_out == (
        "Left out once, as in “Drawn”: custom instructions; put them into a preset.",
        "Left out once, as in “Drawn”: a call of a tool.",
        "Left out once, as in “Drawn”: a picture whose file is not in the export.",
    )


def test_an_unpacked_export_gives_the_same(read_export: ReadExport, tmp_path: Path) -> None:
    packed = read_export(write_export(tmp_path / "export.zip", conversations()))
    folder = tmp_path / "unpacked"
    for name, content in PICTURES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    (folder / "conversations-000.json").write_text(json.dumps(conversations()[:1]))
    (folder / "conversations-001.json").write_text(json.dumps(conversations()[1:]))
    unpacked = read_export(folder)
    assert unpacked.conversations == packed.conversations
    assert unpacked.pictures == packed.pictures


def test_a_conversation_that_makes_no_sense_leaves_the_others(
    read_export: ReadExport, tmp_path: Path
) -> None:
    lemons, drawn = conversations()
    circle = conversations()[0]
    circle["id"] = circle["conversation_id"] = "c-3"
    circle["title"] = "Circle"
    circle["mapping"]["root"]["parent"] = "a2"
    export = read_export(
        write_export(tmp_path / "export.zip", [lemons, {"mapping": 3}, circle, drawn])
    )
    assert [it.title for it in export.conversations] == ["Drawn", "Lemons"]
    told = "\n".join(export.prepared.left_out)
    assert "can't be read: Expected `object`" in told
    assert "“Circle” is left out: it has no messages." in told
