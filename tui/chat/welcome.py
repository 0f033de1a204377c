"""What an empty conversation shows: how to begin, and what the model can't do."""

from typing import ClassVar

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from ...core import demo
from ..session.events import ModelChanged
from ..session.session import ChatSession
from ..visible import visible
from .hearing import hear

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
    offers_sample: reactive[bool] = reactive(False, layout=True)
    """Whether the model that answers knows the sample pictures."""

    def __init__(self, session: ChatSession) -> None:
        super().__init__()
        self._session = session

    def on_mount(self) -> None:
        """Listens for the model's notice."""
        hear(self, self._session.events, ModelChanged, self._show)

    def _show(self, event: ModelChanged) -> None:
        self.notice = event.status.notice
        # A model of that name without the demonstration model's notice is another one.
        self.offers_sample = event.status.name == demo.NAME and bool(event.status.notice)
        self.refresh_bindings()

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
