"""What a user typed to search for: which texts it finds, and where in them it stands.

    red circle       both, anywhere in the text, as parts of words too
    "red circle"     as it stands there, with nothing else in between
    of               words that begin so: what has one or two letters is no part of a word
    東               any text with that character

Case, accents and width don't count, and neither do the asterisks and backticks of Markdown.
"""

import re
from functools import cached_property
from typing import Final

from .errors import BadRequest
from .folding import Words, fold
from .kept import Span

_MAX_LENGTH: Final = 1_000
"""Characters of the longest query."""

_MAX_WORDS: Final = 32
"""Words of the longest query: the time of a search grows with their number."""

SHORT: Final = 2
"""Characters of the longest term that is searched for at the start of words alone."""

UNSPACED: Final = (
    # Thai and Lao, Burmese, Hangul's letters, Khmer, arrows and signs, Chinese, Japanese, Korean,
    # emoji, and the rarer Chinese characters.
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2190-\u2bff\u2e80-\u9fff"
    "\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U0001f000-\U0001faff\U00020000-\U0003ffff"
)
"""Ranges of characters that are searched for one by one: they need no space around a word."""

WORD_START: Final = r"(?<![^\W_])[^\W_]"
"""A pattern of the first character of a word, in a folded text."""

_QUOTATION: Final = re.compile(r'"([^"]*)(?:"|$)|([^\s"]+)')
_QUOTES: Final = dict.fromkeys(map(ord, "\u201c\u201d\u201e\u00ab\u00bb\u300c\u300d\uff02"), '"')
_AROUND_WORDS: Final = ".,;:!?'()[]{}<>\u3001\u3002\u300a\u300b\u3010\u3011"
_HAS_UNSPACED: Final = re.compile(f"[{UNSPACED}]")
_BEGINS_WORD: Final = re.compile(r"[^\W_]")


class SearchQuery:
    """Terms that a text must all hold."""

    def __init__(self, text: str) -> None:
        """Reads what was typed, a quotation that is still open too.

        Raises:
            BadRequest: that is too much.
        """
        text = text.strip()
        terms = _read_terms(text) if len(text) <= _MAX_LENGTH else None
        if terms is None or len(terms) > _MAX_WORDS:
            raise BadRequest(
                f"That is too much to search for: use at most {_MAX_WORDS} words and "
                f"{_MAX_LENGTH:,} characters."
            )
        self.terms = terms
        """Folded, each once; without those that can't be searched for, such as a lone dash."""
        self.is_blank = not text
        """Whether nothing was typed at all; without terms something may have been."""

    @property
    def long_terms(self) -> tuple[str, ...]:
        """Those that are found anywhere."""
        return tuple(term for term in self.terms if len(term) > SHORT)

    @property
    def short_terms(self) -> tuple[str, ...]:
        """Those that are found at the start of words, or in a script without spaces."""
        return tuple(term for term in self.terms if len(term) <= SHORT)

    def count_in(self, folded: str) -> tuple[int, ...]:
        """Returns how often each term stands in a folded text."""
        return tuple(it.count_in(folded) for it in self._finders)

    def are_whole_in(self, folded: str) -> tuple[bool, ...]:
        """Returns whether each term stands as a word of its own in a folded text."""
        return tuple(it.whole.search(folded) is not None for it in self._finders)

    def finds(self, *folded: str) -> bool:
        """Whether each term stands in one of the folded texts."""
        return all(any(finder.count_in(it) for it in folded) for finder in self._finders)

    def mark(self, text: str) -> tuple[Span, ...]:
        """Returns where a text has terms, from left to right, without overlaps."""
        return tuple(Span(*place) for place in self.words.find(text))

    @cached_property
    def words(self) -> Words:
        """What finds each term on its own."""
        return Words(
            [it for it in self.terms if not _is_start(it)],
            [it for it in self.terms if _is_start(it)],
        )

    @cached_property
    def _finders(self) -> tuple["_Finder", ...]:
        return tuple(map(_Finder, self.terms))


class _Finder:
    """Finds a term in folded texts."""

    def __init__(self, term: str) -> None:
        self._words = Words((), (term,)) if _is_start(term) else Words((term,))
        escaped = re.escape(term)
        self.whole = re.compile(rf"{escaped}(?<![^\W_]{escaped})(?![^\W_])")

    def count_in(self, folded: str) -> int:
        """Returns how often it stands in a text."""
        return self._words.count_folded(folded)


def _is_start(term: str) -> bool:
    """Whether a term is found where a word begins alone."""
    return len(term) <= SHORT and not _HAS_UNSPACED.search(term)


def _read_terms(text: str) -> tuple[str, ...]:
    terms: dict[str, None] = {}
    for phrase, word in _QUOTATION.findall(text.translate(_QUOTES)):
        term = fold(phrase) or fold(word).strip(_AROUND_WORDS)
        if len(term) > SHORT or _HAS_UNSPACED.search(term) or _BEGINS_WORD.match(term):
            terms[term] = None
    return tuple(terms)
