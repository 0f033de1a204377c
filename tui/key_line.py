"""The last row: what the keyboard can do where the focus is."""

from typing import ClassVar

from textual.content import Content
from textual.events import Click, Mount
from textual.screen import Screen
from textual.style import Style
from textual.widget import Widget

_GAP = "  "


class KeyLine(Widget):
    """Keys of the focused widget first, then those of the screen, as many as fit."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"key-line--key"}

    def on_mount(self, _event: Mount) -> None:
        """Follows the focus and what its actions say of themselves."""
        self.screen.bindings_updated_signal.subscribe(self, self._follow_bindings)

    def render(self) -> Content:
        """Returns one row of keys and what they do; a click presses the key."""
        width = self.content_size.width
        line = Content("")
        for key, display, description in self._shown_bindings():
            item = Content.assemble(
                (display, self.get_visual_style("key-line--key")), f" {description}"
            ).stylize(Style.from_meta({"key": key}))
            longer = line + _GAP + item if line else item
            if longer.cell_length > width:
                break
            line = longer
        return line

    def on_click(self, event: Click) -> None:
        """Presses the key that was clicked."""
        key = event.style.meta.get("key")
        if key is not None:
            self.app.simulate_key(key)

    def _shown_bindings(self) -> list[tuple[str, str, str]]:
        seen: set[str] = set()
        shown = []
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if binding.show and active.enabled and binding.action not in seen:
                seen.add(binding.action)
                display = self.app.get_key_display(binding)
                shown.append((binding.key, display, binding.description))
        return shown

    def _follow_bindings(self, _screen: Screen[object]) -> None:
        self.refresh()
