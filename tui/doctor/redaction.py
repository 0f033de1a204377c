"""What no bug report tells: names of user and machine, places of the home, addresses of servers."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from msgspec.structs import replace

from .finding import Finding

_ADDRESS: Final = re.compile(r"\b(https?)://[^\s\"'<>]+")
_LEAST: Final = 2
"""Characters of a name that is left out: a shorter one stands in any word."""


class Redaction:
    """Takes out what is private of texts that the program itself has written."""

    def __init__(self, folders: Mapping[str, str], names: Iterable[tuple[str, str]]) -> None:
        """Leaves out folders and names.

        Args:
            folders: each with what is written instead, in the order in which they are looked for.
            names: the same for names.
        """
        self._folders = {it: told for it, told in folders.items() if len(it) >= _LEAST}
        self._names = [
            (re.compile(rf"(?<![\w.-]){re.escape(name)}(?![\w-])"), told)
            for name, told in names
            if len(name) >= _LEAST
        ]

    def text(self, text: str) -> str:
        """Returns a text without what is private."""
        for folder, told in self._folders.items():
            text = text.replace(folder, told)
        text = _ADDRESS.sub(r"\1://…", text)
        for name, told in self._names:
            text = name.sub(told, text)
        return text

    def finding(self, finding: Finding) -> Finding:
        """Returns a finding without it."""
        return replace(
            finding,
            found=self.text(finding.found),
            advice=self.text(finding.advice),
            file=self.text(finding.file),
            lines=tuple(map(self.text, finding.lines)),
        )
