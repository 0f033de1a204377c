"""Exports whose programs can't be run here, written from what is known of their shape."""

import base64
import io
from typing import Any

from PIL import Image


def png(colour: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (20, 10), colour).save(buffer, "PNG")
    return buffer.getvalue()


def claude_chat() -> dict[str, Any]:
    """A chat with thoughts, a branch, a file that was read as text and one that is missing."""

    def message(identifier: str, sender: str, text: str, **more: Any) -> dict[str, Any]:
        content = [{"type": "text", "text": text}]
        at = f"2025-01-02T03:04:{identifier[-2:]}.000000Z"
        return {"uuid": identifier, "sender": sender, "text": text, "content": content,
                "created_at": at, "attachments": [], "files": [], **more}  # fmt: skip

    return {
        "uuid": "c1",
        "name": "Rechnung",
        "created_at": "2025-01-02T03:04:00.000000Z",
        "updated_at": "2025-01-02T04:00:00.000000Z",
        "chat_messages": [
            message("m-01", "human", "Was steht hier?", files=[{"file_name": "scan.png"}],
                    parent_message_uuid="00000000-0000-4000-8000-000000000000"),
            message("m-02", "assistant", "Nichts.", parent_message_uuid="m-01", content=[
                {"type": "thinking", "thinking": "Leer?"}, {"type": "text", "text": "Nichts."},
                {"type": "tool_use", "name": "repl"}]),
            message("m-03", "human", "Und jetzt?", parent_message_uuid="m-02", attachments=[
                {"file_name": "a.txt", "extracted_content": "Summe 3"}]),
            message("m-04", "human", "Anders", parent_message_uuid="m-02"),
        ],
    }  # fmt: skip


def lm_studio_chat() -> dict[str, Any]:
    """A chat with two versions of an answer, and a picture in `user-files`."""
    picture = {"type": "file", "fileIdentifier": "17 - red.png", "fileType": "image"}

    def said(text: str, style: str = "") -> dict[str, Any]:
        step = {"type": "contentBlock", "content": [{"type": "text", "text": text}]}
        told = {"genInfo": {"stats": {"stopReason": "eosFound"}}}
        return step | ({"style": {"type": style}} if style else {}) | told

    def asked(*content: dict[str, Any]) -> dict[str, Any]:
        return {"type": "singleStep", "role": "user", "content": list(content)}

    def answer(*steps: dict[str, Any]) -> dict[str, Any]:
        return {"type": "multiStep", "role": "assistant", "steps": list(steps),
                "senderInfo": {"senderName": "qwen3-vl-4b"}}  # fmt: skip

    return {
        "name": "Red",
        "pinned": True,
        "createdAt": 1_750_000_000_000,
        "userLastMessagedAt": 1_750_000_060_000,
        "systemPrompt": "Be brief",
        "messages": [
            {"versions": [asked({"type": "text", "text": "Colour?"}, picture)],
             "currentlySelected": 0},
            {"versions": [answer(said("Blue.")), answer(said("Hm", "thinking"), said("Red."))],
             "currentlySelected": 1},
            {"versions": [asked({"type": "text", "text": "Sure?"})], "currentlySelected": 0},
        ],
    }  # fmt: skip


def open_webui_chat() -> dict[str, Any]:
    """A chat with a branch that failed, thoughts, a picture within it and one on the server."""
    url = "data:image/png;base64," + base64.b64encode(png("blue")).decode()

    def message(identifier: str, parent: str | None, role: str, content: str, **more: Any) -> Any:
        at = 1_740_000_000 + int(identifier[1:])
        return {"id": identifier, "parentId": parent, "childrenIds": [], "role": role,
                "content": content, "timestamp": at, **more}  # fmt: skip

    thought = '<details type="reasoning" done="true" duration="2">\n<summary>Thought</summary>\n'
    messages = [
        message("m1", None, "user", "Colour?", files=[
            {"type": "image", "url": url}, {"type": "image", "url": "/api/v1/files/x/content"}]),
        message("m2", "m1", "assistant", thought + "> It is\n> &lt;blue&gt;\n</details>\nBlue.",
                model="llava:7b", done=True),
        message("m3", "m1", "assistant", "", model="gone", error={"content": "No model."}),
    ]  # fmt: skip
    return {
        "id": "chat-1",
        "title": "Blue",
        "chat": {"title": "Blue", "models": ["llava:7b"], "tags": [],
                 "history": {"currentId": "m2", "messages": {it["id"]: it for it in messages}}},
        "created_at": 1_740_000_000,
        "updated_at": 1_740_000_100,
        "archived": False,
        "pinned": True,
        "meta": {"tags": ["trips", "2025"]},
    }  # fmt: skip
