"""Boxes and points between tags, of which many are special tokens of their models.

Qwen2-VL     <|object_ref_start|>lemons<|object_ref_end|><|box_start|>(102,40),(388,510)<|box_end|>
InternVL     <ref>lemons</ref><box>[[102, 40, 388, 510]]</box>
DeepSeek     <|ref|>lemons<|/ref|><|det|>[[102, 40, 388, 510]]<|/det|>
PaliGemma    <loc0041><loc0104><loc0522><loc0397> lemons ; ...      y before x, of 1024
Florence-2   lemons<loc_102><loc_40><loc_388><loc_510>              of 1000
Molmo        <point x="10.2" y="4.0" alt="lemons">lemons</point>    percent
"""

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from .spot import BOX_NUMBERS, POINT_NUMBERS, Spot, around, boxes_or_point, cut

_ENCLOSED_SIGN: Final = re.compile(r"<\|(?:box|quad)_start|<\|det\||<box>")
_Y_FIRST_SIGN: Final = re.compile(r"<loc\d")
_BIN_SIGN: Final = re.compile("<loc_")
_POINT_SIGN: Final = re.compile(r"<points?\s")
"""Each is in every answer that its form can be read from."""

HINT: Final = re.compile(
    "|".join(it.pattern for it in (_ENCLOSED_SIGN, _Y_FIRST_SIGN, _BIN_SIGN, _POINT_SIGN))
)
"""Is in every answer that one of these forms can be read from."""

SPECIAL_TOKEN: Final = re.compile(
    r"<\|(?:object_ref|box|quad)_(?:start|end)\|>|<\|/?(?:ref|det)\|>|</?(?:ref|box|quad)>"
    r"|<loc_?\d+>|<seg\d+>"
)
"""A token of which such a form is made."""

_LONGEST_LABEL: Final = 500
_PERCENT: Final = 100.0
_PALIGEMMA: Final = 1024.0
_HALF_A_BIN: Final = 0.5
"""Florence numbers bins of the picture; meant is the middle of each."""

_ENCLOSED: Final = re.compile(
    r"(?:(?:<\|object_ref_start\|>|<\|ref\|>|<ref>)(?P<label>[^<>]{0,500})"
    r"(?:<\|object_ref_end\|>|<\|/ref\|>|</ref>)\s{0,9})?"
    r"(?:<\|(?:box|(?P<quad>quad))_start\|>|<\|det\|>|<box>)(?P<inside>[-\d\s.,()\[\]]*)"
    r"(?P<end><\|(?:box|quad)_end\|>|<\|/det\|>|</box>|(?<=[)\]])\s*\Z)"
)

_Y_FIRST: Final = re.compile(
    r"(?P<run>(?:<loc\d{4}>)+)(?:<seg\d{3}>)*(?P<label>[^<>;\n]{0,500})(?P<end>[;\n]|(?=<)|\Z)"
)

_BINS: Final = re.compile(r"(?:<loc_\d{1,4}>)+")
_BEFORE: Final = re.compile(r"[^<>\n]*\Z")
_MAY_BE_BIN: Final = re.compile(r"(?:<(?:l(?:o(?:c(?:_\d*)?)?)?)?)?")
"""What may yet become another bin, or is nothing."""

_POINT_TAG: Final = re.compile(r"<points?\s(?P<attributes>[^<>]*)>")
_ATTRIBUTE: Final = re.compile(r"(\w+)\s*=\s*[\"']([^\"']*)[\"']")

_NUMBER: Final = re.compile(r"-?\d{1,9}(?:\.\d{1,9})?")


_LONGEST_SPOT: Final = 4096
"""Characters of a spot that is read while its answer comes; a longer one is once that has ended."""


def read_tags(text: str, *, is_open: bool = False) -> list[Spot]:
    """Returns the spots of an answer, form by form.

    Args:
        text: the answer.
        is_open: whether more of it may come: what has not ended gives no spot then.
    """
    if not HINT.search(text):
        return []
    return [
        spot._replace(start=found.start)
        for form in _all_forms()
        for found in form(text, 0, is_open)
        for spot in found.spots
    ]


class TagReader:
    """Reads the spots of an answer as it comes, going back a bounded way for each piece."""

    def __init__(self) -> None:
        self._text = ""
        """The end of what has come."""
        self._start = 0
        """Where that stands in the answer."""
        self._forms = _all_forms()
        self._read: dict[_Form, int] = {}
        """How far the answer is read, form by form; of those that it seems to hold."""

    def feed(self, text: str) -> list[Spot]:
        """Returns the spots that end in what has come now, form by form."""
        self._text += text
        spots: list[Spot] = []
        for form, sign in self._forms.items():
            if form not in self._read and sign.search(self._text):
                self._read[form] = 0
        for form, read in self._read.items():
            for found in form(self._text, max(read - self._start, 0), True):
                self._read[form] = self._start + found.end
                start = self._start + found.start
                spots += [spot._replace(start=start) for spot in found.spots]
        forgotten = max(len(self._text) - _LONGEST_SPOT, 0)
        self._start += forgotten
        self._text = self._text[forgotten:]
        return spots


class _Found(NamedTuple):
    """What was read between two places of a text."""

    start: int
    end: int
    spots: list[Spot]


_Form = Callable[[str, int, bool], Iterator[_Found]]
"""Yields what a form holds behind a place of a text; while that is open, only what has ended."""


def _all_forms() -> dict[_Form, re.Pattern[str]]:
    """Returns the forms, each with its sign."""
    return {
        _Enclosed(): _ENCLOSED_SIGN,
        _read_y_first: _Y_FIRST_SIGN,
        _read_bins: _BIN_SIGN,
        _read_point_tags: _POINT_SIGN,
    }


class _Enclosed:
    """Boxes between tags; of several boxes behind one label all have it."""

    def __init__(self) -> None:
        self._label = ""

    def __call__(self, text: str, start: int, is_open: bool) -> Iterator[_Found]:
        end = start
        for match in _ENCLOSED.finditer(text, start):
            if is_open and not match["end"].strip():
                return
            if match["label"] is not None or match.start() != end:
                self._label = (match["label"] or "").strip()
            end = match.end()
            numbers = _numbers(match["inside"])
            if match["quad"] and numbers and len(numbers) % POINT_NUMBERS == 0:
                groups = [around(numbers)]
            else:
                groups = [] if match["quad"] else boxes_or_point(numbers)
            yield _Found(match.start(), end, [Spot(it, 0, self._label) for it in groups])


def _read_y_first(text: str, start: int, is_open: bool) -> Iterator[_Found]:
    for match in _Y_FIRST.finditer(text, start):
        label = match["label"].strip()
        # A tag behind nothing but numbers may be one more of them.
        if is_open and not match["end"] and not (label and match.end() < len(text)):
            return
        groups = boxes_or_point(_numbers(match["run"]))
        turned = [tuple(group[at ^ 1] for at in range(len(group))) for group in groups]
        spots = [Spot(it, 0, label, _PALIGEMMA) for it in turned]
        yield _Found(match.start(), match.end(), spots)


def _read_bins(text: str, start: int, is_open: bool) -> Iterator[_Found]:
    for match in _BINS.finditer(text, start):
        if is_open and _MAY_BE_BIN.fullmatch(text, match.end()):
            return
        before = _BEFORE.search(text, max(0, match.start() - _LONGEST_LABEL), match.start())
        numbers = [it + _HALF_A_BIN for it in _numbers(match[0])]
        groups = cut(numbers, BOX_NUMBERS)
        if len(groups) > 1 and not all(_is_box(group) for group in groups):
            # The four corners of a word, or a polygon.
            groups = [around(numbers)]
        label = before[0].strip() if before else ""
        yield _Found(match.start(), match.end(), [Spot(it, 0, label) for it in groups])


def _read_point_tags(text: str, start: int, is_open: bool) -> Iterator[_Found]:  # noqa: ARG001
    for match in _POINT_TAG.finditer(text, start):
        given = dict(_ATTRIBUTE.findall(match["attributes"]))
        numbers = [
            float(given[key])
            for key in given
            if re.fullmatch(r"[xy]\d{0,4}", key) and _NUMBER.fullmatch(given[key])
        ]
        label = given.get("alt", "").strip()
        groups = cut(numbers, POINT_NUMBERS)
        spots = [Spot(it, 0, label, _PERCENT, may_be_pixels=True) for it in groups]
        yield _Found(match.start(), match.end(), spots)


def _is_box(numbers: tuple[float, ...]) -> bool:
    left, top, right, bottom = numbers
    return left < right and top < bottom


def _numbers(text: str) -> list[float]:
    return [float(it) for it in _NUMBER.findall(text)]
