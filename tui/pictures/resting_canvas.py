"""Paints pixels over cells once the screen rests, for terminals that take each picture anew."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from ..scarcity import Scarcity, scarcity_named
from ..terminal.pixel_cells import Patch, PixelSpan, Spans, has_span, patches_of, without
from ..terminal.surface import Surface
from .drawn import CellGrid

REST_SECONDS: Final = 0.3
"""Without anything written for so long the screen rests, be it scrolled or an answer."""

LONGEST_SECONDS: Final = 5.0
"""Pictures that have stood still for so long are painted although something else is written."""

_RETRY_SECONDS: Final = 3.0
"""Until a pane of tmux that is hidden is looked for again."""

_KEPT_PATCHES: Final = 6
"""Encoded patches: those of a screen, so that nothing is encoded again when a dialog closes."""

EncodePatch = Callable[[Patch], Awaitable[str]]
"""Returns what paints a patch; nothing if it can't be painted."""


class RestingCanvas:
    """Knows which cells show pixels, and paints those that should and do not."""

    def __init__(self, encode: EncodePatch, surface: Surface, most: Callable[[], CellGrid]) -> None:
        """Prepares; paints nothing.

        Args:
            encode: makes of a patch what paints it.
            surface: where that is written.
            most: returns the cells of the largest patch.
        """
        self._encode = encode
        self._surface = surface
        self._most = most
        self._wanted: Spans = {}
        self._painted: dict[int, list[PixelSpan]] = {}
        self._given_up: set[int] = set()
        self._encoded: OrderedDict[Patch, str] = OrderedDict()
        self._written_at = self._moved_at = self._not_before = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._painting: asyncio.Task[None] | None = None

    def covers(self, y: int) -> bool:
        """Returns whether pixels stand in a row."""
        return bool(self._painted.get(y))

    def erase(self, y: int, start: int, end: int) -> None:
        """Notes that cells of a row were written: they show no pixels now."""
        if y in self._painted:
            self._painted[y] = without(self._painted[y], start, end)

    def forget(self) -> None:
        """Notes that all cells are about to be written."""
        self._painted.clear()
        self._given_up.clear()
        # A cell may have other pixels than before.
        self._encoded = OrderedDict()

    def note_move(self) -> None:
        """Does nothing: no row with pixels was moved."""

    def show(self, wanted: Spans, height: int) -> str:
        """Notes which cells show pictures, and paints them when the screen rests."""
        # Pixels in the last row would have the terminal scroll.
        wanted = {y: spans for y, spans in wanted.items() if y < height - 1}
        now = asyncio.get_running_loop().time()
        if wanted != self._wanted:
            self._moved_at = now
        self._wanted = wanted
        self._written_at = now
        self._wait_for_rest()
        return ""

    async def close(self) -> None:
        """Ends what is being painted."""
        self._wanted = {}
        if self._timer is not None:
            self._timer.cancel()
        if self._painting is not None:
            self._painting.cancel()
            await asyncio.gather(self._painting, return_exceptions=True)

    def _wait_for_rest(self) -> None:
        if self._timer is None and self._painting is None and any(self._missing()):
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(self._rests_at(), self._paint_at_rest)

    def _rests_at(self) -> float:
        rests_at = min(self._written_at + REST_SECONDS, self._moved_at + LONGEST_SECONDS)
        return max(rests_at, self._not_before)

    def _paint_at_rest(self) -> None:
        self._timer = None
        if asyncio.get_running_loop().time() < self._rests_at():
            self._wait_for_rest()
            return
        self._painting = asyncio.create_task(self._paint(), name="paint pixels")
        self._painting.add_done_callback(self._end_painting)

    def _end_painting(self, painting: "asyncio.Task[None]") -> None:
        self._painting = None
        if not painting.cancelled():
            painting.result()
            self._wait_for_rest()

    def _missing(self) -> dict[int, list[PixelSpan]]:
        """Returns the cells that should show pixels and do not."""
        missing = {}
        for y, spans in self._wanted.items():
            rest = [span for span in spans if span.sheet not in self._given_up]
            for painted in self._painted.get(y, ()):
                rest = without(rest, painted.x, painted.end)
            if rest:
                missing[y] = rest
        return missing

    async def _paint(self) -> None:
        for patch in patches_of(self._missing(), self._most()):
            encoded = self._encoded
            sequence = await self._encode_once(patch)
            if encoded is not self._encoded:
                return
            if not sequence:
                self._given_up.add(patch.sheet)
            elif not await self._surface.is_ready():
                self._not_before = asyncio.get_running_loop().time() + _RETRY_SECONDS
                return
            elif self._is_missing(patch):
                self._surface.write(patch, sequence)
                for y, span in patch.spans().items():
                    self._painted.setdefault(y, []).append(span)

    async def _encode_once(self, patch: Patch) -> str:
        key, encoded = patch._replace(x=0, y=0), self._encoded
        if key not in encoded:
            with suppress(Scarcity), scarcity_named():
                encoded[key] = await self._encode(patch)
            if len(encoded) > _KEPT_PATCHES:
                encoded.popitem(last=False)
        return encoded.get(key, "")

    def _is_missing(self, patch: Patch) -> bool:
        """Returns whether a patch still stands where it stood, without pixels."""
        missing = self._missing()
        return all(has_span(missing.get(y, ()), span) for y, span in patch.spans().items())
