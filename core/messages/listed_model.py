"""A model that can be loaded, as lists show it."""

from typing import Literal

from msgspec import Struct

ModelKind = Literal["demo", "folder", "hub", "endpoint"]
"""Where a model is: shipped, in a folder, in the Hugging Face cache, or on a server."""


class ListedModel(Struct, frozen=True, omit_defaults=True):
    """What is known of a model without loading it; 0 and empty stand for what is not known."""

    source: str
    """What loads it: `demo`, a folder, a repository id, or an endpoint's name."""
    name: str
    """What people call it: a folder as they write it."""
    kind: ModelKind
    problem: str = ""
    """Why it can't be loaded, one sentence; empty for one that can."""
    family: str = ""
    """`model_type` of its config.json."""
    size_bytes: int = 0
    """Of its files."""
    quantisation: str = ""
    """As "4 bits", or how its numbers were trained."""
    licence: str = ""
    context_length: int = 0
    """Tokens."""
    needed_bytes: int = 0
    """Memory that it takes with a conversation of `needed_context` tokens."""
    needed_context: int = 0
    reuse: str = ""
    """As in `ModelLoaded`, from when it was loaded last."""
    reuse_reason: str = ""
    advice: str = ""
    """Which context and pixel budget fit this machine, one sentence."""
    prompt_tps: float = 0.0
    """Prompt tokens a second that this core has measured last."""
