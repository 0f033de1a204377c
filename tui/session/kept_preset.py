"""The preset of the conversation on screen: which one counts, and the choice of another."""

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ...core.errors import PresetNotFound
from ...core.generation_options import NO_OPTIONS, GenerationOptions
from ...core.messages.events import AnyEvent, ChoicesChanged, CoreStatus
from ...core.messages.model_events import ModelLoaded
from ...core.messages.queue_events import TurnQueued
from .core_link import Post
from .events import PresetChanged, RequestRefused
from .kept_model import KeptModel
from .shown_unsent import ShownUnsent

if TYPE_CHECKING:
    from ...core.current_presets import CurrentPresets
    from ...core.presets import Template


class KeptPreset:
    """Follows what the conversation keeps, and what `presets.toml` says of it."""

    def __init__(
        self, kept: KeptModel, unsent: ShownUnsent, presets_file: Path, post: Post
    ) -> None:
        """Knows no preset yet.

        Args:
            kept: what the conversation on screen keeps, beside the model that is loaded.
            unsent: has the choice for a conversation that is not stored yet.
            presets_file: where the user writes presets.
            post: is told when another preset counts.
        """
        self._kept = kept
        self._unsent = unsent
        self._file = presets_file
        self._post = post
        self._presets: CurrentPresets | None = None
        self._told = PresetChanged("")

    @property
    def presets(self) -> "CurrentPresets":
        """Those that there are, as read last; read when they are first wanted."""
        if self._presets is None:
            # The first frame does not wait for what reads them.
            from ...core.current_presets import CurrentPresets

            self._presets = CurrentPresets(self._file)
            self._presets.look()
        return self._presets

    @property
    def templates(self) -> "tuple[Template, ...]":
        """The questions that are asked often, as the file says now."""
        self.presets.look()
        return self.presets.now.templates

    @property
    def chosen(self) -> str:
        """Name of the preset that the conversation keeps; empty for the model's default one."""
        if self._unsent.entry.conversation is None:
            return self._unsent.entry.preset
        return self._kept.choices.preset

    @property
    def name(self) -> str:
        """Name of the preset that counts; empty where none does, or none is known yet."""
        if self.chosen or self._presets is None:
            return self.chosen
        default = self._presets.now.default_of(self._kept.model.status.source)
        return default.name if default else ""

    @property
    def pixel_budget(self) -> int:
        """Most image tokens of a picture that is sent now; 0 for what the settings say."""
        return self._told.pixel_budget

    def show(self) -> None:
        """Takes up the conversation that is on screen now."""
        if self._presets is not None or self.chosen:
            self.look()

    def look(self) -> None:
        """Reads the file again where it has changed, and tells if another preset counts."""
        self.presets.look()
        changed = PresetChanged(self.name, self._options.pixel_budget or 0)
        if changed != self._told:
            self._told = changed
            self._post(changed)

    def note(self, event: AnyEvent) -> None:
        """Takes in what may have another preset count."""
        if isinstance(event, ChoicesChanged | CoreStatus | ModelLoaded | TurnQueued):
            self.look()

    async def choose(self, name: str) -> None:
        """Has the conversation keep a preset from the next turn on; empty for the default one."""
        self.presets.look()
        try:
            self.presets.choose(name, self._kept.model.status.source)
        except PresetNotFound as error:
            self._post(RequestRefused(str(error)))
            return
        conversation = self._unsent.entry.conversation
        if conversation is None:
            self._unsent.begin_with(name)
        else:
            await self._kept.choose(conversation, replace(self._kept.choices, preset=name))
        self.look()

    def tell_cost(self, options: GenerationOptions) -> str:
        """Returns what it costs that the next turns are answered so; empty where nothing."""
        from ..preset_words import change_words

        status, stats = self._kept.model.status, self._kept.turns.stats
        if stats is None or status.server:
            return ""
        tokens = stats.context_tokens
        return change_words(self._options, options, tokens, stats.prompt_tps)

    @property
    def _options(self) -> GenerationOptions:
        """What the preset says that counts."""
        preset = self.presets.now.find(self.name)
        return preset.options if preset else NO_OPTIONS
