"""Kept conversations for tests, and pictures in a store of their own."""

import hashlib
import io
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from PIL import ExifTags, Image

from seeshell.core.conversation import Attachment, Part, Role, TextPart, ThoughtsPart, TurnStats
from seeshell.core.excerpt import WHOLE, Excerpt
from seeshell.core.kept import KeptConversation, KeptMessage
from seeshell.core.settings import Paths
from seeshell.tui.export import ExportChoices, ExportSource, StoredPictures, Written, write_export

NOON = 1_780_000_000.0
MAX_PIXELS = 50_000_000


def message(uuid: str, parent: str | None, role: Role, *parts: Part | str) -> KeptMessage:
    """Returns a message; texts may be given as such."""
    return KeptMessage(
        uuid=uuid,
        parent=parent,
        role=role,
        parts=tuple(TextPart(it) if isinstance(it, str) else it for it in parts),
        created_at=NOON,
        model="Qwen3-VL-4B" if role == "assistant" else "",
        finish_reason="stop" if role == "assistant" else None,
        stats=TurnStats(prompt_tokens=990, generated_tokens=12) if role == "assistant" else None,
    )


_numbers = count(1)


def conversation(
    *messages: KeptMessage, head: str | None = None, title: str = "Market stall"
) -> KeptConversation:
    """Returns a conversation of which the branch with `head`, else with the last one, is shown."""
    last = messages[-1].uuid if messages else None
    return KeptConversation(
        uuid=f"conversation-{next(_numbers)}",
        title=title,
        created_at=NOON,
        updated_at=NOON,
        messages=messages,
        head=head or last,
        tags=("market",),
    )


def branched() -> KeptConversation:
    """Asks q1, a1, q2, a2; q2 was edited to q3 with answers a3 and a4, and q1 to q5."""
    return conversation(
        message("q1", None, "user", "first"),
        message("a1", "q1", "assistant", "one"),
        message("q2", "a1", "user", "second"),
        message("a2", "q2", "assistant", "two"),
        message("q3", "a1", "user", "second, edited"),
        message("a3", "q3", "assistant", "three"),
        message("a4", "q3", "assistant", "four"),
        message("q5", None, "user", "another first"),
        head="a2",
    )


def thoughts(text: str) -> ThoughtsPart:
    return ThoughtsPart(text)


def jpeg(size: tuple[int, int] = (60, 40), orientation: int = 1) -> bytes:
    """Returns a photograph that knows where it was taken."""
    noted = Image.Exif()
    noted[ExifTags.Base.Model] = "SecretCam"
    noted[ExifTags.Base.Orientation] = orientation
    noted.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (52.0, 31.0, 12.0)
    content = io.BytesIO()
    image = Image.linear_gradient("L").resize(size).convert("RGB")
    image.save(content, "JPEG", exif=noted)
    return content.getvalue()


def bmp(size: tuple[int, int] = (60, 40)) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", size, (200, 100, 50)).save(content, "BMP")
    return content.getvalue()


def store(
    paths: Paths, content: bytes, name: str, *, excerpt: Excerpt = WHOLE, upright: bool = True
) -> Attachment:
    """Puts a picture's file into the store and returns the picture."""
    sha256 = hashlib.sha256(content).hexdigest()
    place = paths.picture(sha256)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    with Image.open(io.BytesIO(content)) as image:
        width, height = image.size if upright else reversed(image.size)
    if excerpt.region:
        width, height = excerpt.region.width, excerpt.region.height
    return Attachment(sha256, name, width, height, excerpt=excerpt)


def source_of(
    kept: Sequence[KeptConversation], pictures: StoredPictures, system: str = ""
) -> ExportSource:
    async def read(conversation: int) -> KeptConversation:
        return kept[conversation - 1]

    ids = range(1, len(kept) + 1)
    return ExportSource(ids, read, f"{len(kept)} conversations", lambda _kept: system, pictures)


async def exported(
    paths: Paths,
    target: Path,
    choices: ExportChoices,
    *kept: KeptConversation,
    system: str = "",
) -> tuple[Written, list[str]]:
    """Writes an export, and returns what came of it and what was noted."""
    pictures = StoredPictures(paths, MAX_PIXELS, keeps_metadata=choices.keeps_metadata)
    try:
        written = await write_export(source_of(kept, pictures, system), target, choices)
    finally:
        await pictures.close()
    return written, pictures.notes
