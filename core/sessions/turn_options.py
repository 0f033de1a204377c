"""How an answer is to be given: a turn's own options, then its preset, then the settings."""

from collections.abc import Sequence

from msgspec.structs import replace

from ..conversation import Attachment
from ..current_presets import CurrentPresets
from ..current_settings import CurrentSettings
from ..errors import BadRequest
from ..generation_options import NO_OPTIONS, ConversationChoices, GenerationOptions
from ..option_rules import find_option_problem
from ..picture_detail import PictureDetail, budget_of
from .model_loader import ModelLoader


class TurnOptions:
    """Knows what counts for a turn of a conversation at this moment."""

    def __init__(
        self, settings: CurrentSettings, presets: CurrentPresets, loader: ModelLoader
    ) -> None:
        """Takes where the options come from.

        Args:
            settings: those of the running core.
            presets: those of the running core.
            loader: knows which model answers, which may have a default preset.
        """
        self._settings = settings
        self._presets = presets
        self._loader = loader

    def resolve(
        self, choices: ConversationChoices, own: GenerationOptions = NO_OPTIONS
    ) -> GenerationOptions:
        """Returns what counts; None is left only to what the checkpoint or server says.

        Args:
            choices: the conversation's.
            own: the turn's own options.

        Raises:
            PresetNotFound: the conversation keeps a preset that is not there.
        """
        settings = self._settings.now
        last = GenerationOptions(max_tokens=settings.max_tokens, temperature=settings.temperature)
        preset = self._presets.choose(choices.preset, self._loader.resolve(choices).source)
        return own.over((preset.options if preset else NO_OPTIONS).over(last))

    def with_details(
        self,
        pictures: Sequence[Attachment],
        details: Sequence[PictureDetail],
        options: GenerationOptions,
    ) -> list[Attachment]:
        """Returns pictures, those with a pixel budget that are to be seen otherwise than others.

        Args:
            pictures: of a new question.
            details: how finely each is to be seen, in order; normal for those beyond the last.
            options: what counts for the question's turn.
        """
        preset, settings = options.pixel_budget or 0, self._settings.now.pixel_budget
        chosen = [
            0 if detail == "normal" else budget_of(detail, preset, settings)
            for detail in details[: len(pictures)]
        ]
        budgets = chosen + [0] * (len(pictures) - len(chosen))
        return [
            replace(picture, pixel_budget=budget)
            for picture, budget in zip(pictures, budgets, strict=True)
        ]

    def check(self, choices: ConversationChoices, own: GenerationOptions = NO_OPTIONS) -> None:
        """Makes sure that a turn can be answered so.

        Raises:
            BadRequest: one of its own options can't be used.
            PresetNotFound: the conversation keeps a preset that is not there.
        """
        if problem := find_option_problem(own):
            raise BadRequest(f"The question was not sent: {problem}")
        self.resolve(choices, own)
