"""A database that oterm wrote itself: see `tests/foreign/write_oterm.py`."""

import io
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from PIL import Image

from seeshell.core.conversation import Attachment, Part, TextPart

from .conftest import Export, ReadExport


def _shown(export: Export, parts: tuple[Part, ...]) -> list[str]:
    """Texts, and of pictures their colour."""
    told = []
    for part in parts:
        if isinstance(part, Attachment):
            image = Image.open(io.BytesIO(export.pictures[part.sha256]))
            told.append(str(image.getpixel((5, 5))))
        else:
            told.append(part.text)
    return told


def test_chats_are_there_message_by_message(
    read_export: ReadExport, unpack: Callable[[str], Path]
) -> None:
    path = unpack("oterm-0.26.db")
    export = read_export(path)
    drawn, two = export.conversations
    assert (two.title, drawn.title) == ("Two pictures", "Drawn")
    assert [(it.role, _shown(export, it.parts), it.model) for it in two.messages] == [
        ("user", ["(255, 0, 0)", "(0, 0, 255)", "What is on these?"], ""),
        ("assistant", ["A red and a blue area."], "llava:7b"),
        ("user", ["Compare ", "(0, 128, 0)", " with a smaller one"], ""),
        ("assistant", ["It is green. 日本語"], "llava:7b"),
    ]
    assert [(it.role, _shown(export, it.parts), it.model) for it in drawn.messages] == [
        ("user", ["Draw something"], ""),
        ("assistant", ["(255, 255, 0)", "Here it is:"], "gemini"),
    ]
    for kept in (drawn, two):
        assert all(after.parent == before.uuid for before, after in pairwise(kept.messages))
        # oterm keeps no times.
        assert {it.created_at for it in kept.messages} == {path.stat().st_mtime}
    assert isinstance(drawn.messages[1].parts[1], TextPart)


def test_what_is_left_out_is_told(read_export: ReadExport, unpack: Callable[[str], Path]) -> None:
    export = read_export(unpack("oterm-0.26.db"))
    assert export.prepared.left_out == (
        "Left out once, as in “Drawn”: a system prompt; put it into a preset.",
        "Left out once, as in “Nothing yet”: a conversation without messages.",
    )
