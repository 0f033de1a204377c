"""Which picture of a conversation the boxes of an answer are in, and where in it.

It is the picture that the answer names, with the box or in the words before it ("In picture 2:",
"the second picture"); else the one that the question names; else the newest.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

from ..conversation import Attachment, Message, TurnStats
from .mark import Box, Mark, PlacedMark, Point
from .reading import SpotReader, may_mark, read_spots
from .spot import BOX_NUMBERS, Spot

_ORDINALS: Final = ("first", "second", "third", "fourth", "fifth")

_NAMED: Final = re.compile(
    r"\b(?:picture|image|photo)\s?(?:no\.?\s?|#)?(?P<number>\d{1,3})\b"
    rf"|\b(?P<ordinal>{'|'.join(_ORDINALS)})\s(?:picture|image|photo)\b",
    re.IGNORECASE,
)


def find_marks(answer: Message, before: Sequence[Message]) -> tuple[PlacedMark, ...]:
    """Returns what an answer marks, in its order; nothing of an answer that failed.

    Args:
        answer: open or ended; of an open one what has not ended is left out.
        before: the messages of its branch before it, oldest first.
    """
    text = answer.text
    if answer.finish_reason == "failed" or not may_mark(text):
        return ()
    pictures = _Pictures(before)
    counts_pixels = answer.stats is not None and answer.stats.boxes_in_pixels
    named = [(match.end(), _number(match)) for match in _NAMED.finditer(text)]
    spots = read_spots(text, is_open=answer.is_open)
    placed = (_placed(it, pictures, named, counts_pixels=counts_pixels) for it in spots)
    return tuple(filter(None, placed))


class MarkReader:
    """Finds what an answer marks as it comes: nothing that the whole answer does not mark."""

    def __init__(self, before: Sequence[Message], *, counts_pixels: bool) -> None:
        """Begins with an empty answer.

        Args:
            before: the messages of its branch before it, oldest first.
            counts_pixels: whether its model counts pixels where others count thousandths.
        """
        self._pictures = _Pictures(before)
        self._counts_pixels = counts_pixels
        self._reader = SpotReader()
        self._unread = ""
        """What has come behind the last mark's beginning."""
        self._start = 0
        """Where that stands in the answer."""
        self._named: list[tuple[int, int]] = []
        """The pictures that are named in what was read: where the name ends, and the number."""

    def feed(self, text: str) -> list[PlacedMark]:
        """Returns what is marked by what has come now."""
        self._unread += text
        placed = []
        for spot in self._reader.feed(text):
            self._read_names(spot.start)
            mark = _placed(spot, self._pictures, self._named, counts_pixels=self._counts_pixels)
            placed += [mark] if mark else []
        return placed

    def _read_names(self, end: int) -> None:
        """Notes the pictures that are named before a place of the answer."""
        if end > self._start:
            before = self._unread[: end - self._start]
            names = _NAMED.finditer(before)
            self._named += [(self._start + it.end(), _number(it)) for it in names]
            self._unread = self._unread[end - self._start :]
            self._start = end


def find_marks_in(
    picture: Attachment, text: str, stats: TurnStats | None = None
) -> tuple[PlacedMark, ...]:
    """Returns what an answer about a single picture marks in it.

    Args:
        picture: all that was asked about.
        text: the whole answer.
        stats: of the answer.
    """
    counts_pixels = stats is not None and stats.boxes_in_pixels
    spots = read_spots(text) if may_mark(text) else []
    marks = (place(spot, picture, counts_pixels=counts_pixels) for spot in spots)
    return tuple(PlacedMark(mark, picture, 1) for mark in marks if mark is not None)


def place(spot: Spot, picture: Attachment, *, counts_pixels: bool = False) -> Mark | None:
    """Returns a spot in pixels of a picture; None where it lies beside it.

    Args:
        spot: as an answer writes it.
        picture: what it is in.
        counts_pixels: whether its model counts pixels where others count thousandths.
    """
    whole = (spot.whole, spot.whole)
    if counts_pixels and spot.may_be_pixels:
        whole = (picture.model_width or picture.width, picture.model_height or picture.height)
    shares = [it / whole[at % 2] for at, it in enumerate(spot.numbers)]
    if len(shares) != BOX_NUMBERS:
        x, y = shares
        if not (0 <= x <= 1 and 0 <= y <= 1):
            return None
        column, row = int(x * picture.width), int(y * picture.height)
        return Point(spot.label, min(column, picture.width - 1), min(row, picture.height - 1))
    across = _span(shares[0], shares[2], picture.width)
    down = _span(shares[1], shares[3], picture.height)
    if across is None or down is None:
        return None
    return Box(spot.label, across[0], down[0], across[1], down[1])


def _placed(
    spot: Spot,
    pictures: "_Pictures",
    named: Sequence[tuple[int, int]],
    *,
    counts_pixels: bool,
) -> PlacedMark | None:
    """Returns a spot in the picture that it is in; None where there is none, or it lies beside it.

    Args:
        spot: as an answer writes it.
        pictures: of the answer's branch.
        named: where in the answer pictures are named, and by which number.
        counts_pixels: as in `place`.
    """
    said_before = bisect_right(named, spot.start, key=lambda it: it[0])
    said = named[said_before - 1][1] if said_before else 0
    picture, number = pictures.find(spot.picture or said)
    mark = place(spot, picture, counts_pixels=counts_pixels) if picture else None
    return PlacedMark(mark, picture, number) if picture and mark else None


def _span(one: float, other: float, pixels: int) -> tuple[int, int] | None:
    """Returns first and last-but-one pixel between two shares of a side, one pixel at least."""
    low, high = min(one, other), max(one, other)
    if high <= 0 or low >= 1:
        return None
    start = min(round(max(low, 0) * pixels), pixels - 1)
    return start, max(start + 1, round(min(high, 1) * pixels))


class _Pictures:
    """The pictures of a branch, in their order."""

    def __init__(self, messages: Sequence[Message]) -> None:
        self._all = [it for message in messages for it in message.attachments]
        questions = [message for message in messages if message.role == "user"]
        self._question = questions[-1] if questions else None
        """That which is answered."""

    def find(self, number: int) -> tuple[Attachment | None, int]:
        """Returns the picture of a number, else the one that is meant, with its number."""
        if not 1 <= number <= len(self._all):
            number = self._meant()
        return (self._all[number - 1], number) if number else (None, 0)

    def _meant(self) -> int:
        """Returns the number of the picture that a question is about; 0 where there is none."""
        question = self._question
        if question is None:
            return 0
        named = {_number(match) for match in _NAMED.finditer(question.text)}
        if len(named) == 1 and 1 <= (only := named.pop()) <= len(self._all):
            return only
        if question.attachments:
            return len(self._all)
        # One that a later prompt leaves out was there still when it was asked about at first.
        shown = [at for at, it in enumerate(self._all, 1) if not it.is_left_out]
        return shown[-1] if shown else len(self._all)


def _number(named: re.Match[str]) -> int:
    if named["number"]:
        return int(named["number"])
    return _ORDINALS.index(named["ordinal"].lower()) + 1
