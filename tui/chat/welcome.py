"""What an empty conversation shows: how to begin, and what the model can't do."""

from typing import ClassVar

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from ..keys.bindings import keymap_of
from ..visible import visible

_STEPS = (
    ("screen.attach", "attach a picture, or paste its path"),
    ("prompt.send", "ask about it; the answer is stored as it comes"),
    ("screen.chats", "earlier conversations; {screen.keys} shows all keys"),
)


class Welcome(Widget):
    """Three lines that explain the program, and the model's own notice."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"welcome--key", "welcome--notice"}

    notice: reactive[str] = reactive("", layout=True)

    def render(self) -> Content:
        """Returns the lines."""
        key_style = self.get_visual_style("welcome--key")
        keymap = keymap_of(self.app)
        steps = [(keymap.show(command), keymap.fill(text)) for command, text in _STEPS]
        width = max(len(key) for key, _ in steps) + 2
        lines = [Content.assemble((f"{key:<{width}}", key_style), text) for key, text in steps]
        if self.notice:
            notice = Content.styled(visible(self.notice), self.get_visual_style("welcome--notice"))
            lines += [Content(""), notice]
        return Content("\n").join(lines)
