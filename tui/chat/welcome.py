"""What an empty conversation shows: how to begin, and what the model can't do."""

from typing import ClassVar

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from ...core import demo
from ..keys.bindings import keymap_of
from ..session.events import ConversationShown, ModelChanged
from ..session.session import ChatSession
from ..visible import visible
from .hearing import hear

_STEPS = (
    ("screen.attach", "attach a picture, or paste its path"),
    ("prompt.send", "ask about it; the answer is stored as it comes"),
    ("screen.chats", "earlier conversations; {screen.keys} shows all keys"),
)

_PRIVATE_STEP = ("prompt.send", "ask about it; nothing is stored, and it is gone once you close it")

_SAMPLE_STEP = ("chat.sample", "try it with a sample picture; {prompt.send} then asks about it")


class Welcome(Widget):
    """Three lines that explain the program, and the model's own notice."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"welcome--key", "welcome--notice"}

    notice: reactive[str] = reactive("", layout=True)
    offers_sample: reactive[bool] = reactive(False, layout=True, bindings=True)
    """Whether the model that answers knows the sample pictures."""

    def __init__(self, session: ChatSession) -> None:
        super().__init__()
        self._session = session

    def on_mount(self) -> None:
        """Listens for the model's notice, and for which conversation is begun."""
        hear(self, self._session.events, ModelChanged, self._show)
        hear(self, self._session.events, ConversationShown, lambda _: self.refresh())

    def _show(self, event: ModelChanged) -> None:
        self.notice = event.status.notice
        # A model of that name without the demonstration model's notice is another one.
        self.offers_sample = event.status.name == demo.NAME and bool(event.status.notice)
        self.refresh_bindings()

    def render(self) -> Content:
        """Returns the lines."""
        key_style = self.get_visual_style("welcome--key")
        keymap = keymap_of(self.app)
        told = [_SAMPLE_STEP, *_STEPS] if self.offers_sample else [*_STEPS]
        if self._session.shown.is_private:
            told = [_PRIVATE_STEP if it[0] == _PRIVATE_STEP[0] else it for it in told]
        steps = [(keymap.show(command), keymap.fill(text)) for command, text in told]
        width = max(len(key) for key, _ in steps) + 2
        lines = [Content.assemble((f"{key:<{width}}", key_style), text) for key, text in steps]
        if self.notice:
            notice = Content.styled(visible(self.notice), self.get_visual_style("welcome--notice"))
            lines += [Content(""), notice]
        return Content("\n").join(lines)
