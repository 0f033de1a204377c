"""Texts as searches compare them: without case, accents, width, and signs that only format."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import Final, NamedTuple

_DROPPED: Final = re.compile(
    # Accents of Latin, Greek and Cyrillic, points of Hebrew and Arabic. Marks of other scripts are
    # letters to those who read them: with its dots, a kana is another one.
    "[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0640\u064b-\u065f\u0670"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
    # What nobody sees: soft hyphens, joiners, variation selectors.
    "\u00ad\u200b-\u200f\u2060\ufe00-\ufe0f\ufeff]"
    # What makes words bold, or code.
    r"|\*\*|`"
)
_SPACE: Final = re.compile(r"[\s\x00-\x1f\x7f]+")
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")
"""Of these, what Python takes for no space."""
_SUPERFLUOUS: Final = re.compile(r"(?:^ |\*\*)(?:\*\*| )*| (?:$|(?:\*\*| )+)")
"""Runs of spaces and signs, and spaces at an end."""
_ALIKE: Final = (
    # Quotation marks and dashes that people type in one way and typesetters in another.
    dict.fromkeys(range(0x2018, 0x201C), "'")
    | dict.fromkeys(range(0x201C, 0x2020), '"')
    | dict.fromkeys((*range(0x2010, 0x2016), 0x2212), "-")
    # Turkish writes it I in capitals, which is the capital of i for everybody else.
    | {0x131: "i"}
)
_TYPESET: Final = re.compile("[\u2010-\u201f\u2212\u0131]")
"""Translating takes longer than looking whether there is anything to translate."""


class FoldedText(NamedTuple):
    """A folded text, and for each of its characters the piece of the original that it is from."""

    text: str
    starts: list[int]
    ends: list[int]


def fold(text: str) -> str:
    """Returns the text on one line as searches compare it."""
    # Far faster than one substitution for each space.
    return " ".join(_CONTROLS.sub(" ", _fold_letters(text)).split())


def _fold_letters(text: str) -> str:
    if text.isascii():
        return _DROPPED.sub("", text.lower())
    apart = unicodedata.normalize("NFKD", text)
    if _TYPESET.search(apart):
        apart = apart.translate(_ALIKE)
    return unicodedata.normalize("NFKC", _DROPPED.sub("", apart).casefold())


def fold_with_places(text: str) -> FoldedText:
    """Returns what `fold` returns, and where it comes from."""
    clusters: Sequence[str] = list(_clusters(text)) if any(map(_joins, set(text))) else text
    letters = list(map(_fold_cluster, clusters))
    ends = list(accumulate(map(len, clusters)))
    starts = [0, *ends[:-1]]
    if any(len(it) != 1 for it in letters):
        starts = [start for start, it in zip(starts, letters, strict=True) for _ in it]
        ends = [end for end, it in zip(ends, letters, strict=True) for _ in it]
    return _drop(FoldedText("".join(letters), starts, ends))


def _drop(folded: FoldedText) -> FoldedText:
    """Returns the text with one space between words, and without what makes them bold."""
    text, starts, ends = folded
    kept = FoldedText("", [], [])
    pieces: list[str] = []
    begin = 0
    for run in (*_SUPERFLUOUS.finditer(text), None):
        end = len(text) if run is None else run.start()
        is_spaced = run is not None and " " in run.group() and end > 0 and run.end() < len(text)
        pieces += (text[begin:end], " " if is_spaced else "")
        kept.starts.extend(starts[begin : end + is_spaced])
        kept.ends.extend(ends[begin : end + is_spaced])
        begin = len(text) if run is None else run.end()
    return kept._replace(text="".join(pieces))


class Words:
    """What is searched for: words or phrases of which each counts on its own."""

    def __init__(self, phrases: Sequence[str], starts: Sequence[str] = ()) -> None:
        """Takes what to search for, as it was typed; what is empty finds nothing.

        Args:
            phrases: found anywhere.
            starts: found where a word begins.
        """
        # Of two that begin alike the longer one is meant.
        self._phrases = sorted(set(map(fold, (*phrases, *starts))) - {""}, key=len, reverse=True)
        self._starts = frozenset(map(fold, starts))

    def __bool__(self) -> bool:
        return bool(self._phrases)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Matches in folded texts."""
        return re.compile("|".join(map(self._pattern_of, self._phrases)) or r"(?!)")

    def count(self, text: str) -> int:
        """Returns how many places of a text they find, none of which overlap."""
        return self.count_folded(fold(text))

    def count_folded(self, folded: str) -> int:
        """Returns the same of a text that is folded already."""
        if len(self._phrases) == 1 and not self._starts:
            # Ten times as fast as a pattern, which counts where a whole conversation is searched.
            return folded.count(self._phrases[0])
        return sum(1 for _ in self.pattern.finditer(folded))

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """Yields start and end of each place in a text, in characters."""
        if self.pattern.search(fold(text)) is None:
            return
        folded = fold_with_places(text)
        for match in self.pattern.finditer(folded.text):
            yield folded.starts[match.start()], folded.ends[match.end() - 1]

    def _pattern_of(self, phrase: str) -> str:
        escaped = re.escape(phrase)
        # A pattern that begins with a text is found faster than one that looks behind first.
        return rf"{escaped}(?<![^\W_]{escaped})" if phrase in self._starts else escaped


@lru_cache(maxsize=10_000)
def _fold_cluster(cluster: str) -> str:
    return " " if _SPACE.fullmatch(cluster) else _fold_letters(cluster)


def _clusters(text: str) -> Iterator[str]:
    """Yields letters, each with the marks that belong to it."""
    start = 0
    for place, char in enumerate(text):
        if place > start and (not _joins(char) or _SPACE.match(text, start)):
            yield text[start:place]
            start = place
    yield text[start:]


@lru_cache(maxsize=10_000)
def _joins(char: str) -> bool:
    """Whether a character may become one with what stands before it: a mark, the rest of Hangul."""
    is_mark = unicodedata.category(char).startswith("M")
    return is_mark or "\u1160" <= char <= "\u11ff" or char in "\uff9e\uff9f"
