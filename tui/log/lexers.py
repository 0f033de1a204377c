"""Pygments' lexers by the names that stand at code fences, loaded beside the interface.

Some take a tenth of a second to import and compile. Code in the language of one that is not there
yet is drawn plain, and again once it is.
"""

import asyncio
from collections import deque
from contextlib import suppress
from functools import cache
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pygments.lexer import Lexer

SHORT_WAIT: Final = 0.02
"""Seconds in which nearly every lexer is loaded, so that its code need not be drawn twice."""

_WAIT_EVERY: Final = 1.0
"""Seconds in which that is waited for once; an answer may name hundreds of languages."""

_POLL_SECONDS: Final = 0.02


class Lexers:
    """Those loaded so far; for the main thread."""

    def __init__(self) -> None:
        self._classes: dict[str, type[Lexer]] = {}
        self._wanted: deque[str] = deque()
        self._loader: Thread | None = None
        self._next_wait = 0.0
        self.late = 0
        """Counts up when some came that had been asked for in vain."""

    @property
    def is_loading(self) -> bool:
        """Whether some that were asked for are still to come."""
        return bool(self._wanted)

    def find(self, language: str) -> "Lexer | None":
        """Returns a new lexer; None if it is not loaded yet, or there is none of that name."""
        name = language.lower()
        if name in _known_names() and name not in self._classes and name not in self._wanted:
            self._wanted.append(name)
            self._load()
        found = self._classes.get(name)
        # One that was given up half-way may be left in any state: each text gets its own.
        return found(stripnl=False, ensurenl=False) if found else None

    def expect(self, language: str) -> None:
        """Gives a lexer that will soon be asked for a moment to load."""
        now = monotonic()
        if self.find(language) is None and self._loader is not None and now >= self._next_wait:
            self._next_wait = now + _WAIT_EVERY
            self._loader.join(SHORT_WAIT)

    async def wait(self) -> None:
        """Returns once all that were asked for are loaded."""
        while self._wanted:
            self._load()
            await asyncio.sleep(_POLL_SECONDS)
        self.late += 1

    def _load(self) -> None:
        if self._loader is None or not self._loader.is_alive():
            loader = Thread(target=self._import_wanted, name="lexers", daemon=True)
            # Where no thread can be started, it is tried again.
            with suppress(RuntimeError):
                loader.start()
                self._loader = loader

    def _import_wanted(self) -> None:
        from pygments.lexers import find_lexer_class_by_name

        while self._wanted:
            name = self._wanted[0]
            found = find_lexer_class_by_name(name)
            # The first of a class compiles the patterns for all of them.
            found()
            self._classes[name] = found
            self._wanted.popleft()


LEXERS: Final = Lexers()
"""Of this process: what was loaded for one log serves every other."""


@cache
def _known_names() -> frozenset[str]:
    from pygments.lexers import get_all_lexers

    # Without plugins: these would be looked for among all packages, for every unknown name again.
    lexers = get_all_lexers(plugins=False)
    return frozenset(alias for _, aliases, _, _ in lexers for alias in aliases)
