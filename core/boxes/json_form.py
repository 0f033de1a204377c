"""Boxes and points in JSON, read leniently: as Qwen-VL and many others write them.

    ```json
    [{"bbox_2d": [102, 40, 388, 510], "label": "lemons"}, {"point_2d": [7, 9]}]
    ```

Around the objects may stand anything: a code fence, prose, a list, or nothing. Commas too many,
brackets too few, single quotes, and keys without quotes do no harm. `box_2d`, which Gemma writes,
has y before x.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import isfinite
from typing import Final

from .spot import BOX_NUMBERS, POINT_NUMBERS, Spot, cut

_BOX_KEYS: Final = ("bbox_2d", "bbox", "box_2d")
_POINT_KEYS: Final = ("point_2d",)
_Y_FIRST: Final = ("box_2d",)
_LABEL_KEYS: Final = ("label", "name", "text", "text_content", "category", "description", "caption")
_PICTURE_KEYS: Final = ("picture", "image", "image_index")

HINT: Final = re.compile("bbox|box_2d|point_2d")
"""Is in every answer that this form can be read from."""

_TOKEN: Final = re.compile(
    r"""(?P<string>"(?:[^"\\\n]|\\.)*(?:"|\n)|'(?:[^'\\\n]|\\.)*(?:'|\n))
    |(?P<open>["'])
    |(?P<number>-?\d+(?:\.\d+)?)
    |(?P<sign>[{}\[\]():,])
    |(?P<word>[A-Za-z_]\w*)""",
    re.VERBOSE,
)
"""What objects are made of; `open` begins a string whose end has not come."""

_ESCAPE: Final = re.compile(r"((?:\\u[0-9a-fA-F]{4})+)|\\(.)", re.DOTALL)
_SPACES: Final = "bfnrt"
"""What behind a backslash stands for white space; anything else stands for itself."""
_NOTHING: Final = ("null", "None")
"""Words for no value."""


def read_json(text: str, *, is_open: bool = False) -> list[Spot]:
    """Returns the spots of an answer, in the order in which their objects end.

    Args:
        text: the answer.
        is_open: whether more of it may come: an object that has not ended gives no spot then.
    """
    if not HINT.search(text):
        return []
    reader = JsonReader()
    spots = reader.feed(text)
    return spots if is_open else spots + reader.end()


@dataclass
class _Opened:
    """An object or a list that has begun."""

    sign: str
    """`{` of an object, `[` of a list."""
    start: int
    key: str = ""
    """Of an object: the key whose value comes next."""
    last: str = ""
    """Of an object: the word that is a key if a colon follows."""
    values: "dict[str, str | list[str]]" = field(default_factory=dict)
    """Of an object."""
    items: list[str] = field(default_factory=list)
    """Of a list: its numbers and strings, those of the lists within it included."""

    def put(self, value: str | list[str]) -> None:
        """Adds a value that has ended."""
        if self.sign == "[":
            added = [value] if isinstance(value, str) else value
            # What is nested ever deeper is not copied at each level.
            if self.items:
                self.items += added
            else:
                self.items = added
        elif self.key:
            self.values[self.key] = value
            self.key = ""
        elif isinstance(value, str):
            self.last = value


class JsonReader:
    """Reads the objects of an answer as it comes, from its start to its end, each piece once."""

    def __init__(self) -> None:
        self._rest = ""
        """What came but can't be read before more of it has come."""
        self._start = 0
        """Where that stands in the answer."""
        self._quote = ""
        """What ends the string that it begins with; empty if it is no string."""
        self._opened: list[_Opened] = []
        self._counts = Counter[str]()
        """How many of these began with each sign."""

    def feed(self, text: str) -> list[Spot]:
        """Returns the spots of the objects that end in what has come now."""
        self._rest += text
        if self._quote and self._quote not in text and "\n" not in text:
            return []
        self._quote = ""
        return [spot for found in self._read(is_open=True) for spot in _spots(found)]

    def end(self) -> list[Spot]:
        """Returns the spots of the objects that have not ended: the answer has."""
        ended = [*self._read(is_open=False), *self._close("{", to_the_last=True)]
        return [spot for found in ended for spot in _spots(found)]

    def _read(self, is_open: bool) -> Iterator[_Opened]:
        """Yields each object when it ends, and forgets what is read."""
        position = 0
        for match in self._tokens():
            if is_open and not _has_ended(match):
                self._quote = match[0] if match.lastgroup == "open" else ""
                position = match.start()
                break
            position = match.end()
            if match.lastgroup == "sign":
                yield from self._take_sign(match[0], self._start + match.start())
            elif match.lastgroup != "open":
                self._opened[-1].put(_plain(match[0]))
            else:
                self._opened[-1].put(_plain(self._rest[match.start() :]))
                break
        else:
            # A minus may yet get its number.
            position = len(self._rest) - self._rest.endswith("-")
        self._start += position
        self._rest = self._rest[position:]

    def _tokens(self) -> Iterator[re.Match[str]]:
        """Yields what objects are made of, and nothing of what stands outside."""
        position = 0
        while True:
            if not self._opened:
                position = self._rest.find("{", position)
            match = _TOKEN.search(self._rest, position) if position >= 0 else None
            if match is None:
                return
            yield match
            position = match.end()

    def _take_sign(self, sign: str, start: int) -> Iterator[_Opened]:
        if sign in "{[(":
            began = "{" if sign == "{" else "["
            self._opened.append(_Opened(began, start))
            self._counts[began] += 1
        elif sign in "}])":
            yield from self._close("{" if sign == "}" else "[")
        elif sign == ":":
            self._opened[-1].key = self._opened[-1].last
        else:
            self._opened[-1].key = self._opened[-1].last = ""

    def _close(self, sign: str, *, to_the_last: bool = False) -> Iterator[_Opened]:
        """Ends the innermost that began with a sign, with what in it was not ended, or all.

        At the end of an answer a list lacks numbers, or the end of one: it counts for nothing.
        """
        while self._counts[sign] or (to_the_last and self._opened):
            ended = self._opened.pop()
            self._counts[ended.sign] -= 1
            if ended.sign == "{":
                yield ended
            if self._opened and not to_the_last:
                self._opened[-1].put(ended.items if ended.sign == "[" else [])
            if ended.sign == sign and not to_the_last:
                return


def _has_ended(token: re.Match[str]) -> bool:
    """Whether nothing that may follow belongs to a token."""
    if token.lastgroup in ("string", "sign"):
        return True
    if token.lastgroup == "open":
        return False
    following = token.string[token.end() : token.end() + 2]
    return following not in ("", ".")


def _spots(found: _Opened) -> Iterator[Spot]:
    label = next((found.values[key] for key in _LABEL_KEYS if key in found.values), "")
    words = label.strip() if isinstance(label, str) else " ".join(label)
    picture = next((_whole(found.values[key]) for key in _PICTURE_KEYS if key in found.values), 0)
    for keys, size in ((_BOX_KEYS, BOX_NUMBERS), (_POINT_KEYS, POINT_NUMBERS)):
        for key in keys:
            for numbers in cut(_numbers(found.values.get(key, [])), size):
                if key in _Y_FIRST:
                    numbers = (numbers[1], numbers[0], numbers[3], numbers[2])
                yield Spot(numbers, found.start, words, may_be_pixels=True, picture=picture)


def _numbers(value: str | list[str]) -> list[float]:
    """Returns the numbers of a value; none where it holds anything else."""
    items = re.findall(r"[^\s,()\[\]]+", value) if isinstance(value, str) else value
    try:
        numbers = [float(item) for item in items]
    except ValueError:
        return []
    return numbers if all(map(isfinite, numbers)) else []


def _whole(value: str | list[str]) -> int:
    match = re.search(r"\d{1,4}", value) if isinstance(value, str) else None
    return int(match[0]) if match else 0


def _plain(token: str) -> str:
    """Returns what a token says: of a string what stands between its quotes."""
    if token[0] not in "\"'":
        return "" if token in _NOTHING else token
    inside = token[1:]
    if inside and inside[-1] in (token[0], "\n"):
        inside = inside[:-1]
    return _ESCAPE.sub(_unescape, inside)


def _unescape(escape: re.Match[str]) -> str:
    """Returns what an escape stands for, or several in a row: two may be halves of one letter."""
    if escape[1]:
        units = bytes.fromhex(escape[1].replace("\\u", ""))
        return units.decode("utf-16-be", "replace")
    return " " if escape[2] in _SPACES else escape[2]
