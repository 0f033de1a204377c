"""What Tab finds: pictures of the conversation, of the picker's last folder, and paths on disk."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ...core.conversation import Attachment

if TYPE_CHECKING:
    from ..session.completion import Choice, Word

_PATIENCE: Final = 1.0
"""Seconds after which a folder that does not answer is given up: keys wait meanwhile."""


class ChoiceFinder:
    """Asks the disk beside the interface's loop."""

    def __init__(self, pictures: Callable[[], Sequence[Attachment]], state_file: Path) -> None:
        """Finds nothing yet.

        Args:
            pictures: returns those of the conversation, oldest first.
            state_file: where the picker keeps its last folder.
        """
        self._pictures = pictures
        self._state_file = state_file

    async def __call__(self, word: "Word") -> "Sequence[Choice]":
        """Returns what the word can be completed to; nothing where the disk takes too long."""
        names = [picture.label for picture in reversed(self._pictures())]
        finding = asyncio.to_thread(self._find, word, names)
        try:
            return await asyncio.wait_for(finding, _PATIENCE)
        except TimeoutError:
            return ()

    def _find(self, word: "Word", names: Sequence[str]) -> "list[Choice]":
        from ..picker.last_visit import read_last_visit
        from ..session.completion import find_choices

        return find_choices(word, names, Path(read_last_visit(self._state_file).folder))
