"""A store that holds something of everything."""

from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from seeshell.core.conversation import Attachment
from seeshell.core.excerpt import Excerpt, Region
from seeshell.core.kept import Labels
from seeshell.core.roll import RollPicture, RollQuestion, RollRow, RowAnswer
from seeshell.core.store.archive import Archive
from seeshell.core.store.stored_turns import NewQuestion

from ..kept_samples import make_long
from ..stored import draw, new_turn


async def fill(archive: Archive, folder: Path) -> None:
    """Stores so much of everything that each table fills several pages."""
    pictures = archive.pictures
    added = (await pictures.attach(draw(folder, "cat.png"), "window")).picture
    excerpts = [
        replace(added, excerpt=Excerpt(region=Region(it, 0, 2, 2)), note=f"page {it + 1} of 60")
        for it in range(60)
    ]
    for place, it in enumerate(excerpts):
        await archive._run(pictures._place.stored.pictures.record, it, place, f"window-{place}")
    for seed in range(60):
        kept = make_long(seed, 30 if seed < 12 else 1)
        await archive.imports.store(kept, await archive.imports.compare(kept))
    conversations = await archive.list_conversation_ids()
    await archive.library.label(conversations, Labels(tuple(f"tag {it}" for it in range(40))))
    for it in range(60):
        place = conversations[it % 12]
        question = NewQuestion(new_turn() + "-" * 60, f"waits {it}", [excerpts[it]])
        await archive.turns.submit(place, question)
    for it in range(24):
        await fill_roll(archive, f"roll-{it}", excerpts[:8])


async def fill_roll(archive: Archive, uuid: str, pictures: Sequence[Attachment]) -> None:
    question = RollQuestion(f"What is it? {uuid} " + "And say so in words. " * 9)
    sources = [RollPicture(f"/tmp/{it}.png") for it in range(len(pictures))]
    roll = await archive.rolls.start(uuid, question, sources)
    for row, picture in zip(roll.rows, pictures, strict=True):
        done = RollRow(row.position, row.source, "done", picture, RowAnswer(f"{uuid}: a cat"))
        await archive.rolls.end_row(roll.summary.id, done)
