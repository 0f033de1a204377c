"""The last row: what the keyboard can do where the focus is."""

from typing import ClassVar

from textual.binding import ActiveBinding
from textual.content import Content
from textual.events import Click, Mount
from textual.screen import Screen
from textual.style import Style
from textual.widget import Widget

from .keys.bindings import Keyed, rank_of
from .keys.command import HIDDEN, PINNED
from .keys.names import shown_name

_GAP = "  "


class KeyLine(Widget):
    """The most useful keys first, as many as fit, and always the one that shows all commands."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"key-line--key"}

    def on_mount(self, _event: Mount) -> None:
        """Follows the focus and what its actions say of themselves."""
        self.screen.bindings_updated_signal.subscribe(self, self._follow_bindings)

    def render(self) -> Content:
        """Returns one row of keys and what they do; a click presses the key."""
        ranked = [(rank, self._item(active)) for rank, active in self._ranked_bindings()]
        shown = [item for rank, item in ranked if rank != PINNED]
        pinned = [item for rank, item in ranked if rank == PINNED]
        while shown and self._width([*shown, *pinned]) > self.content_size.width:
            shown.pop()
        return Content(_GAP).join([*shown, *pinned])

    def _width(self, items: list[Content]) -> int:
        return sum(item.cell_length for item in items) + len(_GAP) * (len(items) - 1)

    def on_click(self, event: Click) -> None:
        """Presses the key that was clicked."""
        key = event.style.meta.get("key")
        if key is not None:
            self.app.simulate_key(key)

    def _item(self, active: ActiveBinding) -> Content:
        key = active.binding.key
        # A widget may have the key of what its screen does, which then says what that is.
        is_screens = active.binding.action.startswith("screen.")
        node = self.screen if is_screens else active.node
        word = node.word_of(active.binding) if isinstance(node, Keyed) else ""
        return Content.assemble(
            (shown_name(key), self.get_visual_style("key-line--key")),
            f" {word or active.binding.description}",
        ).stylize(Style.from_meta({"key": key}))

    def _ranked_bindings(self) -> list[tuple[int, ActiveBinding]]:
        """Returns one binding for each action that shows itself, the most useful first."""
        shown: dict[str, tuple[int, ActiveBinding]] = {}
        for active in self.screen.active_bindings.values():
            rank = rank_of(active.binding)
            if rank != HIDDEN and active.enabled:
                shown.setdefault(active.binding.action, (rank, active))
        return sorted(shown.values(), key=lambda ranked: ranked[0])

    def _follow_bindings(self, _screen: Screen[object]) -> None:
        self.refresh()
