"""Whole conversations made at random, as a store of years might hold them."""

import io
import random
from collections.abc import Mapping
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from PIL import Image

from seeshell.core.conversation import (
    Attachment,
    FinishReason,
    Part,
    TextPart,
    ThoughtsPart,
    TurnStats,
)
from seeshell.core.excerpt import WHOLE, Excerpt, Region
from seeshell.core.generation_options import ConversationChoices
from seeshell.core.kept import KeptConversation, KeptMessage

_WORDS = (
    "lemon",
    "Zitrone",
    "レモン",
    "柠檬",
    "<b>x</b>",
    "**bold**",
    "@1",
    "\U0001f34b",
    "a\tb",
    "",
)


class Sample(NamedTuple):
    """Conversations, and the files of their pictures by sha256."""

    conversations: list[KeptConversation]
    pictures: Mapping[str, bytes]


def draw_pictures(chance: random.Random, count: int) -> dict[str, bytes]:
    """Small pictures in several formats, by the sha256 of their bytes."""
    pictures = {}
    for _ in range(count):
        size = (chance.randint(8, 64), chance.randint(8, 64))
        image = Image.frombytes("RGB", size, chance.randbytes(size[0] * size[1] * 3))
        buffer = io.BytesIO()
        image.save(buffer, chance.choice(["PNG", "JPEG", "WEBP", "GIF"]))
        pictures[sha256(buffer.getvalue()).hexdigest()] = buffer.getvalue()
    return pictures


def make_sample(seed: int, count: int, pictures: int = 4) -> Sample:
    """Conversations with branches, pictures, excerpts, thoughts, receipts, tags and pins."""
    chance = random.Random(seed)
    files = draw_pictures(chance, pictures)
    return Sample(
        [_make_conversation(chance, files, chance.randint(1, 12)) for _ in range(count)], files
    )


def make_long(seed: int, messages: int) -> KeptConversation:
    """A conversation of so many messages, without pictures."""
    return _make_conversation(random.Random(seed), {}, messages)


def _make_conversation(
    chance: random.Random, files: Mapping[str, bytes], count: int
) -> KeptConversation:
    messages: list[KeptMessage] = []
    for number in range(count):
        parent = chance.choice([*messages[-2:], *messages]) if number else None
        messages.append(_make_message(chance, parent, files))
    moment = messages[0].created_at
    return KeptConversation(
        uuid=_uuid(chance),
        title=" ".join(f"About {_text(chance)} {chance.randint(1, 999)}".split()),
        created_at=moment,
        updated_at=moment + chance.random() * 1e6,
        messages=tuple(messages),
        head=chance.choice(messages).uuid,
        choices=chance.choice(
            [
                ConversationChoices(),
                ConversationChoices("demo", "", "short"),
                ConversationChoices("x/y"),
            ]
        ),
        tags=tuple(sorted(chance.sample(["invoices", "trips", "日本"], chance.randint(0, 3)))),
        is_pinned=chance.random() < 0.2,
        is_archived=chance.random() < 0.2,
        origin=chance.choice(["", "chatgpt"]),
    )


def _make_message(
    chance: random.Random, parent: KeptMessage | None, files: Mapping[str, bytes]
) -> KeptMessage:
    is_answer = parent is not None and parent.role == "user"
    moment = chance.uniform(1e9, 1.8e9)
    if not is_answer:
        return KeptMessage(
            uuid=_uuid(chance),
            parent=parent.uuid if parent else None,
            role="user",
            parts=_question(chance, files),
            created_at=moment,
            turn=chance.choice(["", "turn-1"]),
            is_left_out=chance.random() < 0.1,
        )
    reasons: list[FinishReason] = ["stop", "length", "cancelled", "failed", "thoughts_only"]
    thoughts = (ThoughtsPart(_text(chance) + "?"),) if chance.random() < 0.3 else ()
    reason = chance.choice(reasons)
    return KeptMessage(
        uuid=_uuid(chance),
        parent=parent.uuid if parent else None,
        role="assistant",
        parts=(*thoughts, TextPart(_text(chance))),
        created_at=moment,
        turn="turn-1",
        model=chance.choice(["Qwen3-VL-4B", "demo"]),
        model_source=chance.choice(["demo", "x/y"]),
        adapter=chance.choice(["", "/adapters/a"]),
        finish_reason=reason,
        error="It failed: try again." if reason == "failed" else "",
        stats=TurnStats(prompt_tokens=chance.randint(1, 9999), ttft=chance.random()),
        is_corrected=chance.random() < 0.1,
    )


def _question(chance: random.Random, files: Mapping[str, bytes]) -> tuple[Part, ...]:
    pictures = [
        _attach(chance, *chance.choice(list(files.items())))
        for _ in range(chance.randint(0, 2) if files else 0)
    ]
    return (*pictures, TextPart(_text(chance)))


def _attach(chance: random.Random, name: str, content: bytes) -> Attachment:
    width, height = Image.open(io.BytesIO(content)).size
    excerpt = WHOLE
    if chance.random() < 0.3:
        excerpt = Excerpt(region=Region(1, 2, width - 3, height - 4))
        width, height = width - 3, height - 4
    return Attachment(
        sha256=name,
        name=chance.choice(["IMG_1.HEIC", "scan 3.png", "写真.jpg"]),
        width=width,
        height=height,
        model_width=chance.choice([0, 448]),
        model_height=chance.choice([0, 448]),
        tokens=chance.choice([0, 196]),
        pixel_budget=chance.choice([0, 256]),
        is_left_out=chance.random() < 0.1,
        excerpt=excerpt,
    )


def _text(chance: random.Random) -> str:
    return " ".join(chance.choices(_WORDS, k=chance.randint(1, 30))).strip() or "lemon"


def _uuid(chance: random.Random) -> str:
    return str(UUID(int=chance.getrandbits(128), version=4))
