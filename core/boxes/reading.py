"""The boxes and points of an answer, in whatever form its model writes them."""

import re
from typing import Final

from .json_form import HINT as JSON_HINT
from .json_form import JsonReader, read_json
from .spot import Spot
from .tag_forms import HINT as TAG_HINT
from .tag_forms import SPECIAL_TOKEN, TagReader, read_tags

_LONGEST_HINT: Final = 16


def may_mark(text: str) -> bool:
    """Whether an answer is worth reading: one without any box or point mostly is not."""
    return bool(JSON_HINT.search(text) or TAG_HINT.search(text))


def read_spots(text: str, *, is_open: bool = False) -> list[Spot]:
    """Returns the boxes and points of an answer, in its order; raises nothing.

    Args:
        text: the answer.
        is_open: whether more of it may come. What has not ended is left out then, so that nothing
            is given that the whole answer does not give.
    """
    spots = [*read_json(text, is_open=is_open), *read_tags(text, is_open=is_open)]
    return sorted(spots, key=lambda spot: spot.start)


class SpotReader:
    """Reads an answer as it comes; the time that takes grows with its length alone."""

    def __init__(self) -> None:
        self._json, self._tags = JsonReader(), TagReader()
        self._json_text, self._tag_text = _HeldBack(JSON_HINT), _HeldBack(TAG_HINT)

    def feed(self, text: str) -> list[Spot]:
        """Returns the boxes and points that end in what has come now, in their order."""
        spots: list[Spot] = []
        if objects := self._json_text.feed(text):
            spots += self._json.feed(objects)
        if tags := self._tag_text.feed(text):
            spots += self._tags.feed(tags)
        return sorted(spots, key=lambda spot: spot.start)


class _HeldBack:
    """An answer that is not worth reading before a form's hint has come: few have one."""

    def __init__(self, hint: re.Pattern[str]) -> None:
        self._hint = hint
        self._held: list[str] = []
        self._end = ""
        """Of what is held, where the hint may have begun."""
        self._is_over = False

    def feed(self, text: str) -> str:
        """Returns what is to be read now: nothing, or all that was held, or what has come."""
        if self._is_over:
            return text
        self._held.append(text)
        self._end += text
        self._is_over = self._hint.search(self._end) is not None
        self._end = self._end[-_LONGEST_HINT:]
        return "".join(self._held) if self._is_over else ""


def carries_boxes(token: str) -> bool:
    """Whether a special token is part of such a form, so that the answer has to show it."""
    return SPECIAL_TOKEN.fullmatch(token) is not None
