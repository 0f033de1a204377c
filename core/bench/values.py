"""What the processes of a measurement tell each other."""

from typing import Literal

from msgspec import Struct

Side = Literal["ours", "reopened", "alone", "theirs"]
"""Modules that measure: our engine, our engine after a restart, mlx-vlm's language model without
anything around it, mlx-vlm's own loop."""


class Step(Struct, frozen=True):
    """What one answer cost."""

    name: str
    ttft: float
    """Seconds from the question to the first token."""
    reused: int
    """Tokens of the prompt whose KV was there."""
    prefilled: int
    """Tokens of the prompt that were computed."""
    encoded: int
    """Pictures that went through the vision tower."""


class Growth(Struct, frozen=True):
    """A text follow-up in a conversation with one picture and in one with many."""

    one: Step
    many: Step


class Plan(Struct, frozen=True):
    """What a process shall measure."""

    model: str
    """Folder, repository or `demo`; empty for what the app would take."""
    folder: str
    """For pictures and spilled KV caches; the same for all sides of a run."""
    image_size: int
    """Pixels across and down of every picture."""
    pixel_budget: int
    max_pixels: int
    spill_bytes: int
    pictures: int
    """How many stand in the long conversation."""
    kv_bits: int = 0
    kv_bytes: int = 0
    answers: list[str] = []
    """What the model has said in the long conversation that is opened again."""
    opens: bool = False
    """Whether that conversation is opened, and its KV there, before it is asked anything."""
    growth: Growth | None = None
    """The follow-ups whose new tokens are computed alone."""
    steps: list[Step] = []
    """The nine steps whose pictures are encoded, and whose new tokens computed, alone."""


class Decode(Struct, frozen=True):
    """How fast a long answer was written."""

    tokens: int
    tps: float
    """Tokens a second after the first."""


class Model(Struct, frozen=True):
    """What was measured."""

    source: str
    name: str
    weights_bytes: int
    context_length: int


class Progress(Struct, frozen=True, tag="progress"):
    """What the process is doing, in a few words."""

    sentence: str


class Ours(Struct, frozen=True, tag="ours"):
    """Our engine's figures."""

    model: Model
    processor: str
    """What MLX calls it."""
    device: str
    """`gpu` or `cpu`."""
    steps: list[Step]
    """Pictures attached right before sending."""
    steps_early: list[Step]
    """Pictures attached early enough for the work ahead to end."""
    growth: Growth
    decode: Decode
    overhead_bytes: int
    """Most memory above weights and KV caches while all of these are spilled, features held."""
    answers: list[str]
    """Of the long conversation, for the process that opens it again."""


class Reopened(Struct, frozen=True, tag="reopened"):
    """The first answer of a process that finds the long conversation on disk."""

    step: Step
    disk_read: float
    """Seconds that reading the conversation's spilled KV cache takes by itself."""
    spilled_bytes: int


class Alone(Struct, frozen=True, tag="alone"):
    """Seconds that new tokens take by themselves, each time on a KV cache as long."""

    one: float
    """Those of the follow-up with one picture in the conversation."""
    many: float
    """Those of the follow-up with many."""
    steps: float
    """Those of the nine steps, all together, and encoding the pictures that these add."""


class Theirs(Struct, frozen=True, tag="theirs"):
    """The figures of mlx-vlm's own loop."""

    steps: list[Step]
    decode: Decode


class Failed(Struct, frozen=True, tag="failed"):
    """Why nothing was measured."""

    error: str
    """Class name in `core.errors`."""
    sentence: str


Reply = Progress | Ours | Reopened | Alone | Theirs | Failed
