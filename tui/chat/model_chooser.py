"""The models that are here with their facts, to load one; a name that is not here is downloaded."""

import re
from collections.abc import Sequence
from typing import ClassVar, Final

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static

from ...core.messages.listed_model import ListedModel
from ..key_line import KeyLine
from ..keys.bindings import bindings_of
from ..session.events import ModelChanged
from ..session.session import ChatSession
from ..status_words import load_words, short_name
from ..visible import visible, visible_line
from .chooser import SearchedChooser
from .hearing import hear
from .model_facts import model_facts, model_row

_REPOSITORY: Final = re.compile(r"[\w.-]+/[\w.-]+")

_PLACEHOLDER: Final = "Filter, or owner/name to download, a folder, or an address"


class ModelChooser(SearchedChooser):
    """Lists models while words are typed; closes with the source to load, Escape with None."""

    BINDINGS: ClassVar[list[BindingType]] = bindings_of("models")

    load = getters.query_one("#load", Static)
    details = getters.query_one("#details", Static)

    def __init__(self, session: ChatSession) -> None:
        """Lists nothing until the core has told what is there."""
        super().__init__()
        self._session = session
        self._models: Sequence[ListedModel] = ()
        self._shown: Sequence[ListedModel] = ()
        """Those that fit the words, in the order of their rows."""
        self._typed = ""
        """What is typed where that may be loaded itself: the last row."""
        self._is_read = False

    def compose(self) -> ComposeResult:
        """Yields the words, the models that fit them, and the facts of the one at the cursor."""
        with Vertical(id="chooser"):
            yield Input(placeholder=_PLACEHOLDER, compact=True)
            yield OptionList(markup=False, compact=True)
            yield Static(id="load", markup=False)
            yield Static(id="details", markup=False)
            yield KeyLine()

    def on_mount(self) -> None:
        """Asks the core which models are here."""
        hear(self, self._session.events, ModelChanged, lambda _: self._show_load())
        self._show_load()
        self._show_rows()
        self._read()

    def check_action(self, action: str, _parameters: tuple[object, ...]) -> bool | None:
        """Returns whether a key does anything now."""
        return action != "cancel_load" or self._session.model.status.load is not None

    @work
    async def _read(self) -> None:
        self._models = await self._session.model.list_models()
        self._is_read = True
        self._show_rows()

    @on(Input.Changed)
    def _show_rows(self) -> None:
        """Shows the models that hold all words, and what is typed where it is none of them."""
        typed = self.words.value.strip()
        words = typed.casefold().split()
        self._shown = [it for it in self._models if _fits(it, words)]
        is_listed = any(typed in (it.source, it.name) for it in self._models)
        self._typed = "" if is_listed else typed
        width = max((len(it.name) for it in self._shown), default=0)
        source = self._session.model.status.source
        lines = [
            model_row(it, width, is_loaded=source in (it.source, it.name)) for it in self._shown
        ]
        if self._typed:
            lines.append(Content(f"  {visible_line(_offer(self._typed))}"))
        nothing = "No models are known." if self._is_read else "Looking for models …"
        self.rows.set_options(lines or [Content.styled(nothing, "$text-muted")])
        self.rows.highlighted = 0 if lines else None
        self._show_details()

    @on(OptionList.OptionHighlighted)
    def _show_details(self) -> None:
        model = self._marked
        if model is None:
            self.details.update("")
            return
        cost = self._session.kept.cost_words(model.prompt_tps)
        is_other = self._session.model.status.source not in (model.source, model.name)
        switch = f"Answering this conversation with it {cost}." if cost and is_other else ""
        facts = Content.styled(visible("\n".join(model_facts(model))), "$text-muted")
        told = [Content.styled(visible(switch), "$warning"), facts]
        self.details.update(Content("\n").join(line for line in told if line))

    def _show_load(self) -> None:
        """Shows how far a model is that is on its way."""
        load = self._session.model.status.load
        words = f"{short_name(load.source)}: {load_words(load, names_it=False)}" if load else ""
        self.load.update(visible_line(words))
        self.load.display = bool(words)
        self.refresh_bindings()

    @property
    def _marked(self) -> ListedModel | None:
        """The model at the cursor; None on what is typed, or without any."""
        place = self.rows.highlighted
        return self._shown[place] if place is not None and place < len(self._shown) else None

    @on(OptionList.OptionSelected)
    def action_choose(self) -> None:
        """Closes with what is at the cursor, unless that can't be loaded: its facts say why."""
        model = self._marked
        if model is None and self._typed:
            self.dismiss(self._typed)
        elif model is not None and not model.problem:
            self.dismiss(model.source)

    @work
    async def action_cancel_load(self) -> None:
        """Gives up the model that is on its way; what was downloaded stays."""
        await self._session.model.cancel_load()


def _fits(model: ListedModel, words: Sequence[str]) -> bool:
    facts = (model.name, model.family, model.quantisation, model.licence, model.kind)
    told = " ".join(facts).casefold()
    return all(word in told for word in words)


def _offer(typed: str) -> str:
    """Returns what choosing a name does that is not listed."""
    if _REPOSITORY.fullmatch(typed):
        return f"Download {typed} from the Hugging Face hub and load it"
    return f"Load {typed}"
