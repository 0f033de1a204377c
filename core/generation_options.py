"""How an answer is to be given, apart from what is asked: values that presets and turns hold."""

from typing import Final

from msgspec import Struct
from msgspec.structs import asdict, replace

MOST_TOKENS: Final = 2048
"""Of an answer for which nothing says how many."""


class GenerationOptions(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How an answer is to be given; None leaves a thing to whoever is asked next.

    A turn's own options are asked first, then its preset, the settings, and the checkpoint's or
    server's defaults. System prompt and pixel budgets reach an engine with the prompt.
    """

    system: str | None = None
    """The system prompt; empty for none, whatever the preset says."""
    temperature: float | None = None
    """0 always takes the likeliest token."""
    top_p: float | None = None
    top_k: int | None = None
    min_p: float | None = None
    """Least probability of a token that may be taken, as a part of the likeliest one's."""
    repetition_penalty: float | None = None
    """Divides the logits of tokens that the answer has just used; 1 for none."""
    presence_penalty: float | None = None
    """Is subtracted from the logits of tokens that the answer has just used; 0 for none."""
    seed: int | None = None
    max_tokens: int | None = None
    """Most tokens of the answer, thoughts included."""
    pixel_budget: int | None = None
    """Most image tokens that a picture of this question may take; counts when it is sent."""
    thinking: bool | None = None
    """Whether the model thinks before it answers, where its template lets one choose."""
    thinking_budget: int | None = None
    """Most tokens of thoughts; None for no bound of their own."""
    schema: str | None = None
    """A JSON schema that the answer must keep to, as JSON."""

    def over(self, others: "GenerationOptions") -> "GenerationOptions":
        """Returns these options, and those of the others where these say nothing."""
        own = {name: value for name, value in asdict(self).items() if value is not None}
        return replace(others, **own)


NO_OPTIONS = GenerationOptions()
"""Leaves everything to the preset, the settings and the model."""


class ConversationChoices(Struct, frozen=True, omit_defaults=True):
    """What a conversation keeps: which model answers in it, and how."""

    model: str = ""
    """What `LoadModel` takes; empty for none of its own: whichever is loaded."""
    adapter: str = ""
    """Folder of the LoRA adapter that the model answers with; empty for none."""
    preset: str = ""
    """Name of the preset; empty for the model's default one, if there is one."""


NO_CHOICES = ConversationChoices()
"""Whichever model is loaded answers, with its default preset."""
