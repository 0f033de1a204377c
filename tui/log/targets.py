"""What of a message can be opened or copied on its own: links, blocks of code and tables."""

from collections.abc import Iterator, Sequence

from .copied import copied_text
from .line import NOT_CODE, NOT_TABLE, CodeTarget, Line, TableTarget, Target, link_of


def targets_in(lines: Sequence[Line]) -> Iterator[Target]:
    """Yields links, blocks of code and tables in order, some of them several times."""
    for line in lines:
        if line.table != NOT_TABLE:
            yield TableTarget(line.table)
        if line.code != NOT_CODE:
            yield CodeTarget(line.code)
        else:
            yield from filter(None, map(link_of, line.segments))


def code_of(target: CodeTarget, lines: Sequence[Line]) -> str:
    """Returns the code of a block, as it was written."""
    return copied_text([(line, 0, -1) for line in lines if line.code == target.number])


def lines_of(target: Target, lines: Sequence[Line]) -> tuple[int, int]:
    """Returns the numbers of the first and the last line in which a target shows."""
    numbers = [number for number, line in enumerate(lines) if _shows(line, target)]
    return (numbers[0], numbers[-1]) if numbers else (0, 0)


def _shows(line: Line, target: Target) -> bool:
    if isinstance(target, CodeTarget):
        return line.code == target.number
    if isinstance(target, TableTarget):
        return line.table == target.number
    if isinstance(target, int):
        return line.picture == target
    return any(link_of(segment) == target for segment in line.segments)
