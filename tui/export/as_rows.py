"""Answers as rows for training: JSONL as `seeshell tune` and mlx-vlm's own trainer read it."""

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from ...core.kept import KeptConversation
from ...core.models.training_rows import TrainingRow, find_rows
from .branches import find_branches
from .picture_folder import PictureFolder

FindSystem = Callable[[KeptConversation], str]
"""Returns what a conversation is told first; empty for nothing."""


async def row_lines(
    kept: KeptConversation, system: str, pictures: PictureFolder, *, all_branches: bool = False
) -> AsyncIterator[str]:
    """Yields a line for each answer that is worth learning; corrected ones where there are any.

    A row of which a picture is lost would teach something else: it is left out.

    Args:
        kept: the conversation.
        system: what it is told first; empty for nothing.
        pictures: takes those of the rows.
        all_branches: whether answers of branches that are not shown count too.
    """
    branches = find_branches(kept, all_branches=all_branches)
    rows = [
        row
        for branch in branches
        for row in find_rows((*branch.before, *branch.messages), system)
        if row.messages[-1] in branch.messages
    ]
    corrected = [row for row in rows if row.messages[-1].is_corrected]
    for row in corrected or rows:
        if line := await _line(row, pictures):
            yield line


async def _line(row: TrainingRow, pictures: PictureFolder) -> str:
    places: dict[tuple[str, int], Path] = {}
    for picture in row.pictures:
        place = await pictures.place(picture)
        if place is None:
            return ""
        places[picture.key, picture.pixel_budget] = Path(place)
    return json.dumps(row.as_document(places), ensure_ascii=False) + "\n"
