"""What an answer marks in pictures, as `--json` tells it."""

from collections.abc import Iterable

from ...core.boxes import PlacedMark


def describe_marks(marks: Iterable[PlacedMark]) -> list[dict[str, object]]:
    """Returns boxes and points as documents whose keys the help of `ask` lists."""
    return [
        {
            "label": it.mark.label,
            "picture": it.number,
            "name": it.picture.label,
            "key": it.picture.key,
            "pixels": it.mark.numbers,
            "file_pixels": it.in_file.numbers,
        }
        for it in marks
    ]
