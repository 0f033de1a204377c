"""What an empty conversation shows: how to begin, and what the model can't do."""

from typing import ClassVar

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from ..visible import visible

_STEPS = (
    ("ctrl+o", "picks a picture; a pasted path attaches too"),
    ("enter", "asks about it; the answer streams in and is stored as it comes"),
    ("f2", "brings old conversations back; f1 shows all keys"),
)

_SAMPLE_STEP = ("f4", "tries it with a sample picture; enter then asks about that")


class Welcome(Widget):
    """Three lines that explain the program, and the model's own notice."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"welcome--key", "welcome--notice"}

    notice: reactive[str] = reactive("", layout=True)
    offers_sample: reactive[bool] = reactive(False, layout=True, bindings=True)
    """Whether the model that answers knows the sample pictures."""

    def render(self) -> Content:
        """Returns the lines."""
        key_style = self.get_visual_style("welcome--key")
        steps = (_SAMPLE_STEP, *_STEPS) if self.offers_sample else _STEPS
        width = max(len(key) for key, _ in steps) + 2
        lines = [Content.assemble((f"{key:<{width}}", key_style), text) for key, text in steps]
        if self.notice:
            notice = Content.styled(visible(self.notice), self.get_visual_style("welcome--notice"))
            lines += [Content(""), notice]
        return Content("\n").join(lines)
