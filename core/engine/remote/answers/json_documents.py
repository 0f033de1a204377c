"""The JSON objects of a body that holds nothing else: one over many lines, or one after another."""

import re
from typing import Final

LONGEST_DOCUMENT: Final = 4 * 2**20
"""Bytes of one object; what is longer is no answer."""

END_MARK: Final = b"[DONE]"
"""Stands between objects, or behind the last one."""

_BETWEEN: Final = re.compile(rb"\{|\[DONE\]")
_OUTSIDE_STRINGS: Final = re.compile(rb'["{}]')
_INSIDE_STRINGS: Final = re.compile(rb'\\.|\\\Z|"', re.DOTALL)


class JsonDocuments:
    """Cuts a body into its JSON objects, whatever stands between them.

    Thus it does not matter whether there is one object, one a line, or an array of them.
    """

    def __init__(self) -> None:
        self.is_too_long = False
        """Whether an object was too long to go on."""
        self._text = bytearray()
        self._position = 0
        self._depth = 0
        self._is_in_string = False

    def feed(self, block: bytes) -> list[bytes]:
        """Returns the objects that are complete now, and `END_MARK` where it stood."""
        if self.is_too_long:
            return []
        self._text += block
        documents: list[bytes] = []
        while mark := self._pattern().search(self._text, self._position):
            if mark[0] == b"\\":
                break
            self._position = mark.end()
            self._pass(mark[0], mark.start(), documents)
        else:
            self._position = len(self._text)
        if self._depth == 0:
            # The end mark may have been cut.
            del self._text[: 1 - len(END_MARK)]
            self._position = 0
        self.is_too_long = len(self._text) > LONGEST_DOCUMENT
        return documents

    def end(self) -> list[bytes]:
        """Returns what there is of a last object that is not complete."""
        return [bytes(self._text)] if self._depth else []

    def _pattern(self) -> re.Pattern[bytes]:
        if self._is_in_string:
            return _INSIDE_STRINGS
        return _OUTSIDE_STRINGS if self._depth else _BETWEEN

    def _pass(self, mark: bytes, start: int, documents: list[bytes]) -> None:
        """Goes over a mark; what is complete with it joins the documents."""
        if mark == b'"':
            self._is_in_string = not self._is_in_string
        elif mark == END_MARK:
            documents.append(mark)
        elif mark == b"{":
            if self._depth == 0:
                del self._text[:start]
                self._position = 1
            self._depth += 1
        elif mark == b"}":
            self._depth -= 1
            if self._depth == 0:
                documents.append(bytes(self._text[: self._position]))
                del self._text[: self._position]
                self._position = 0
