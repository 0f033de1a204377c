"""An export of ChatGPT's shape, written from its description: OpenAI can't be asked here."""

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from PIL import Image

START = 1_700_000_000.0


def picture(colour: str, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 40), colour).save(buffer, kind)
    return buffer.getvalue()


PICTURES: Mapping[str, bytes] = {
    "file-AbC123-lemons on a stall.png": picture("yellow"),
    "file_00000000aaaa-sanitized.jpeg": picture("red", "JPEG"),
    "dalle-generations/file-Dalle9-0f3c.webp": picture("green", "WEBP"),
    "user-XyZ/file_00000000bbbb-part0.png": picture("blue"),
}
"""As they are named in the export."""


def node(
    identifier: str, parent: str | None, role: str = "", number: int = 0, **content: Any
) -> dict[str, Any]:
    """A node of the mapping; without a role it has no message."""
    message = None
    if role:
        metadata = content.pop("metadata", {})
        recipient = content.pop("recipient", "all")
        message = {
            "id": identifier,
            "author": {"role": role, "name": None, "metadata": {}},
            "create_time": START + number if number else None,
            "update_time": None,
            "content": content or {"content_type": "text", "parts": [""]},
            "status": "finished_successfully",
            "end_turn": True,
            "weight": 1.0,
            "metadata": metadata,
            "recipient": recipient,
        }
    return {"id": identifier, "message": message, "parent": parent, "children": []}


def text(*parts: Any) -> dict[str, Any]:
    kind = "text" if all(isinstance(it, str) for it in parts) else "multimodal_text"
    return {"content_type": kind, "parts": list(parts)}


def pointer(address: str) -> dict[str, Any]:
    return {
        "content_type": "image_asset_pointer",
        "asset_pointer": address,
        "size_bytes": 1,
        "width": 64,
        "height": 40,
        "fovea": None,
        "metadata": None,
    }


def answer(model: str = "gpt-4o", finish: str = "stop") -> dict[str, Any]:
    return {"metadata": {"model_slug": model, "finish_details": {"type": finish}}}


def conversation(identifier: str, title: str, nodes: list[dict[str, Any]], shown: str) -> Any:
    for one in nodes:
        one["children"] = [it["id"] for it in nodes if it["parent"] == one["id"]]
    return {
        "title": title,
        "create_time": START,
        "update_time": START + 1000,
        "mapping": {it["id"]: it for it in nodes},
        "moderation_results": [],
        "current_node": shown,
        "conversation_id": identifier,
        "is_archived": identifier == "c-2",
        "default_model_slug": "gpt-4o",
        "id": identifier,
    }


def conversations() -> list[Any]:
    """One with branches and pictures, one with tools and thoughts."""
    lemons = [
        node("root", None),
        node("system", "root", "system", **text("")),
        node(
            "q1",
            "system",
            "user",
            1,
            **text(pointer("file-service://file-AbC123"), "How much are the lemons?"),
        ),
        node("a1", "q1", "assistant", 2, **text("2.50 a kilo."), **answer()),
        node("a1b", "q1", "assistant", 3, **text("I can't tell."), **answer("o3", "max_tokens")),
        node("q2", "a1", "user", 4, **text("And these?", pointer("sediment://file_00000000aaaa"))),
        node("a2", "q2", "assistant", 5, **text("Three. 日本語"), **answer(finish="interrupted")),
        node("q2b", "a1", "user", 6, **text("Thanks!")),
        node("a2b", "q2b", "assistant", 7, **text("You're welcome."), **answer()),
    ]
    drawn = [
        node("root", None),
        node(
            "about",
            "root",
            "user",
            1,
            content_type="user_editable_context",
            user_profile="I sell lemons.",
            metadata={"is_user_system_message": True},
        ),
        node("q", "about", "user", 2, **text("Draw a lemon")),
        node(
            "think",
            "q",
            "assistant",
            3,
            content_type="thoughts",
            thoughts=[{"summary": "Colour", "content": "Lemons are yellow."}],
            **answer("o3"),
        ),
        node(
            "call",
            "think",
            "assistant",
            4,
            content_type="code",
            language="json",
            text='{"prompt": "a lemon"}',
            recipient="dalle.text2im",
        ),
        node("made", "call", "tool", 5, **text(pointer("file-service://file-Dalle9"))),
        node("a", "made", "assistant", 6, **text("Here is your lemon."), **answer("o3")),
        node("q3", "a", "user", 7, **text("Gone", pointer("sediment://file_nowhere"))),
        node("a3", "q3", "assistant", 8, **text("What is gone?"), **answer("o3")),
    ]
    return [
        conversation("c-1", "Lemons", lemons, "a2"),
        conversation("c-2", "Drawn", drawn, "a3"),
    ]


def write_export(path: Path, found: list[Any]) -> Path:
    """Writes the zip file as it is mailed."""
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr("conversations.json", json.dumps(found))
        archive.writestr("chat.html", "<html></html>")
        archive.writestr("user.json", "{}")
        for name, content in PICTURES.items():
            archive.writestr(name, content)
    return path
