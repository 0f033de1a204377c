"""Exports of Claude, LM Studio and Open WebUI, and files that nobody knows."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from seeshell.core.conversation import Attachment, TextPart, ThoughtsPart, text_of
from seeshell.core.errors import TransferError
from seeshell.core.kept import KeptConversation

from .conftest import ReadExport
from .other_exports import claude_chat, lm_studio_chat, open_webui_chat, png


def _texts(kept: KeptConversation) -> list[tuple[str, str, float]]:
    return [(it.role, text_of(it.parts), it.created_at) for it in kept.messages]


def test_claude_messages_thoughts_branches_and_read_files_are_there(
    read_export: ReadExport, tmp_path: Path
) -> None:
    path = tmp_path / "conversations.json"
    path.write_text(json.dumps([claude_chat()]))
    export = read_export(path)
    (kept,) = export.conversations
    start = 1_735_787_040.0
    assert _texts(kept) == [
        ("user", "Was steht hier?\n\n[file missing: scan.png]", start + 1),
        ("assistant", "Nichts.", start + 2),
        ("user", "Und jetzt?\n\na.txt:\n\n```\nSumme 3\n```", start + 3),
        ("user", "Anders", start + 4),
    ]
    assert kept.messages[1].parts[0] == ThoughtsPart("Leer?")
    assert [it.parent for it in kept.messages[2:]] == [kept.messages[1].uuid] * 2
    assert export.prepared.left_out == (
        "Left out once, as in “Rechnung”: a picture or file, which Claude's exports lack.",
        "Left out once, as in “Rechnung”: content of the kind tool_use.",
    )


def test_lm_studio_versions_are_siblings_and_its_pictures_are_found(
    read_export: ReadExport, tmp_path: Path
) -> None:
    home = tmp_path / "lmstudio"
    (home / "user-files").mkdir(parents=True)
    (home / "user-files" / "17 - red.png").write_bytes(png("red"))
    folder = home / "conversations" / "work"
    folder.mkdir(parents=True)
    file = folder / "1750000000000.conversation.json"
    file.write_text(json.dumps(lm_studio_chat()))
    for path in (home / "conversations", file):
        export = read_export(path)
        (kept,) = export.conversations
        by_text = {_last(it.parts): it for it in kept.messages}
        question, blue, red, sure = (by_text[it] for it in ("Colour?", "Blue.", "Red.", "Sure?"))
        assert isinstance(question.parts[0], Attachment)
        assert export.pictures == {question.parts[0].sha256: png("red")}
        assert (blue.parent, red.parent, sure.parent) == (question.uuid, question.uuid, red.uuid)
        assert red.parts == (ThoughtsPart("Hm"), TextPart("Red."))
        assert (red.model, kept.head, kept.is_pinned) == ("qwen3-vl-4b", sure.uuid, True)
        assert (kept.created_at, kept.updated_at) == (1_750_000_000, 1_750_000_060)


def _last(parts: tuple[Any, ...]) -> str:
    return str(parts[-1].text)


def test_open_webui_trees_tags_thoughts_and_pictures_are_there(
    read_export: ReadExport, tmp_path: Path
) -> None:
    path = tmp_path / "chat-export-1.json"
    path.write_text(json.dumps([open_webui_chat()]))
    export = read_export(path)
    (kept,) = export.conversations
    question, blue, failed = kept.messages
    assert isinstance(question.parts[0], Attachment)
    assert question.parts[0].sha256 == sha256(png("blue")).hexdigest()
    assert question.parts[1] == TextPart("Colour?\n[picture missing: /api/v1/files/x/content]")
    assert blue.parts == (ThoughtsPart("It is\n<blue>"), TextPart("Blue."))
    assert (failed.finish_reason, failed.error) == ("failed", "No model.")
    assert (kept.tags, kept.is_pinned, kept.head) == (("2025", "trips"), True, blue.uuid)
    assert [it.created_at for it in kept.messages] == [1_740_000_001, 1_740_000_002, 1_740_000_003]
    assert "kept on the server" in export.prepared.left_out[0]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"[1]", b"{}", b"PK\3\4 no zip", b"SQLite format 3\0 none", b"\xff" * 99],
)
def test_what_nobody_knows_gets_one_sentence(
    content: bytes, read_export: ReadExport, tmp_path: Path
) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(TransferError) as caught:
        read_export(path)
    assert str(caught.value).count("\n") == 0


def test_a_packed_file_that_grows_without_end_is_refused(
    read_export: ReadExport, tmp_path: Path
) -> None:
    path = tmp_path / "export.zip"
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr("conversations.json", b" " * 40_000_000)
    with pytest.raises(TransferError, match=r"conversations\.json has more than the 16 MB"):
        read_export(path)


def test_a_name_in_an_export_leads_to_no_other_file(
    read_export: ReadExport, tmp_path: Path
) -> None:
    (tmp_path / "secret.png").write_bytes(png("red"))
    chats = tmp_path / "lmstudio" / "conversations"
    (tmp_path / "lmstudio" / "user-files").mkdir(parents=True)
    (tmp_path / "lmstudio" / "user-files" / "link.png").symlink_to(tmp_path / "secret.png")
    chats.mkdir()
    chat = lm_studio_chat()
    pictures = [
        {"type": "file", "fileIdentifier": name, "fileType": "image"}
        for name in ("../../secret.png", str(tmp_path / "secret.png"), "link.png")
    ]
    chat["messages"][0]["versions"][0]["content"] = pictures
    (chats / "1.conversation.json").write_text(json.dumps(chat))
    export = read_export(chats)
    assert export.pictures == {}
    assert text_of(export.conversations[0].messages[0].parts).count("[file missing: ") == 3
