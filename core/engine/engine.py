"""The interface of every engine: one model at a time, one answer at a time, events as facts.

An answer that is asked for while another one is computed begins right behind that, without any way
through the event loop, and its pictures are read meanwhile.

An engine lives on the core's asyncio loop; what blocks happens elsewhere (the MLX engine has one
thread of its own that makes every MLX call). `answer` is an asynchronous generator: closing it,
or calling `stop`, ends the work between any two tokens and between prefill chunks.
"""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from ..client_environment import NO_ENVIRONMENT, ClientEnvironment
from ..conversation import Attachment, FinishReason, TurnStats
from ..excerpt import WHOLE, Excerpt, key_of
from ..generation_options import GenerationOptions
from ..models.progress import LoadProgress

ROWS: Final = -1
"""Stands for the conversation of every row of a roll: of their KV the newest stays for a while, in
case that one goes on asking, and none is written to disk."""

PromptRole = Literal["system", "user", "assistant"]
"""Whose a message of a prompt is; a system prompt, if there is one, comes first."""


@dataclass(frozen=True)
class PromptImage:
    """A picture of the prompt: its file and the hash that names it."""

    path: Path
    sha256: str
    """Of the file's bytes."""
    name: str = ""
    """For error messages."""
    pixel_budget: int = 0
    """Most image tokens that it may take; 0 for the engine's own limit."""
    excerpt: Excerpt = WHOLE
    """What of the file the picture is."""

    @property
    def key(self) -> str:
        """Names the picture as it is fitted: with another budget it is another one to a model."""
        picture = key_of(self.sha256, self.excerpt)
        return f"{picture}/{self.pixel_budget}" if self.pixel_budget else picture


@dataclass(frozen=True)
class PromptMessage:
    """One message of the prompt."""

    role: PromptRole
    parts: tuple[str | PromptImage, ...]
    """Texts and images in the order in which the model gets them."""
    thoughts: str = ""
    """What stands before the text of an answer that is to be continued; of no other message."""

    @classmethod
    def of(
        cls, role: PromptRole, text: str, images: tuple[PromptImage, ...] = ()
    ) -> "PromptMessage":
        """Returns a message whose images stand before its text."""
        return cls(role, (*images, text))

    @property
    def text(self) -> str:
        """All texts, joined."""
        return "".join(part for part in self.parts if isinstance(part, str))

    @property
    def images(self) -> tuple[PromptImage, ...]:
        """All images, in order."""
        return tuple(part for part in self.parts if isinstance(part, PromptImage))


@dataclass(frozen=True)
class PrefillProgress:
    """How much of the prompt is in the KV cache."""

    done: int
    total: int
    reused: int


@dataclass(frozen=True)
class PictureProgress:
    """The vision tower begins with a picture of the prompt."""

    number: int
    """From 1, among those that this answer has to place."""
    total: int


@dataclass(frozen=True)
class DecodeProgress:
    """How much of the answer is there; reported about once a second."""

    tokens: int
    tps: float
    """Tokens a second since the last report."""


@dataclass(frozen=True)
class Waiting:
    """The answer waits for something else than computing, as for a server that is busy."""

    reason: str
    """One sentence for the user: what is waited for, and for how long."""


@dataclass(frozen=True)
class ThoughtsDelta:
    """More of what the model thinks before it answers; never empty."""

    text: str


@dataclass(frozen=True)
class TextDelta:
    """More text of the answer; never empty."""

    text: str


@dataclass(frozen=True)
class AnswerEnd:
    """The last event of every answer that did not raise."""

    finish_reason: FinishReason
    stats: TurnStats = field(default_factory=TurnStats)


AnswerProgress = PictureProgress | PrefillProgress | DecodeProgress | Waiting

AnswerEvent = AnswerProgress | ThoughtsDelta | TextDelta | AnswerEnd


@dataclass(frozen=True)
class LoadedModel:
    """What is known of a model once it can answer."""

    name: str
    """Display name, short."""
    source: str
    """What names it in settings and on the command line."""
    context_length: int
    """Tokens; 0 where an endpoint does not say."""
    weights_bytes: int = 0
    notice: str = ""
    """What the user should know (the demo's limits); may be empty."""
    server: str = ""
    """Host that answers; empty for a model of this machine."""
    adapter: str = ""
    """Folder of the adapter that it answers with; empty for none."""
    reuse: str = ""
    """What it reuses of earlier turns: "full", "text" or "cold"; empty where that is not known."""
    reuse_reason: str = ""
    """Why it does not reuse everything, as a phrase; empty where it does."""
    can_think: bool = False
    """Whether its template lets one choose that it thinks before it answers."""
    boxes_in_pixels: bool = False
    """Whether boxes that it writes as JSON count pixels of the picture as it sees it."""
    can_continue: bool = True
    """Whether it can go on with an answer that was cut off; of most servers nobody knows."""


def cannot_continue(host: str) -> str:
    """Returns the sentence for a server that would answer anew."""
    return (
        f"{host} is not known to go on with an answer that was cut off: ask for the rest in words, "
        "or have it answer again."
    )


class Engine(ABC):
    """Loads a model and answers prompts with it. All methods run on the core's loop."""

    @property
    @abstractmethod
    def model(self) -> LoadedModel | None:
        """The model that can answer now."""

    @property
    @abstractmethod
    def active_bytes(self) -> int:
        """Memory that weights, KV caches and features hold."""

    @abstractmethod
    async def load(
        self,
        source: str,
        report: Callable[[LoadProgress], None],
        environment: ClientEnvironment = NO_ENVIRONMENT,
        adapter: str = "",
    ) -> LoadedModel:
        """Loads a model in place of the one before, which stays when this fails.

        The one that is there already, unchanged, stays with its caches.

        Args:
            source: what names it.
            report: called with the stages.
            environment: of the client that wants it, to reach the hub or a server.
            adapter: folder of a LoRA adapter for it; empty for none.

        Raises:
            ModelError: with one sentence that says what to do.
        """

    @abstractmethod
    async def measure(self, attachment: Attachment) -> Attachment:
        """Returns the attachment with the size that the model will see and its tokens."""

    @abstractmethod
    def picture_seconds(self, tokens: int) -> float:
        """Returns about how long a picture of so many tokens takes here; 0 while unknown."""

    @abstractmethod
    def answer(
        self,
        prompt: tuple[PromptMessage, ...],
        options: GenerationOptions,
        *,
        conversation: int = 0,
        environment: ClientEnvironment = NO_ENVIRONMENT,
    ) -> AsyncIterator[AnswerEvent]:
        """Yields what happens and at last one `AnswerEnd`, at once after the last token.

        What has to be evicted and written to disk then is work of its own, which ends as soon as
        there is something else to do.

        Args:
            prompt: all messages, the question last; or, behind it, an answer that was cut off, of
                which only what follows is yielded then.
            options: how to answer.
            conversation: whose KV this becomes; 0 for none, `ROWS` for a row of a roll.
            environment: of the client that asks, to reach a server.

        Raises:
            TurnError, ImageError: with one sentence that says what to do; the engine can go on.
        """

    @abstractmethod
    async def prepare(
        self,
        prompt: tuple[PromptMessage, ...],
        *,
        thinking: bool | None = None,
        conversation: int = 0,
    ) -> None:
        """Computes ahead what a turn that starts with this prompt will need.

        Restores what was spilled. An `answer`, or cancelling this, interrupts it within one chunk;
        what was computed by then stays. Newer calls replace older ones, whose pictures that no
        longer stand in any prompt are dropped without trace.

        Args:
            prompt: all messages so far and, always last, the question that is still being typed:
                its text is left out and its images are encoded and prefilled.
            thinking: as the turn's `GenerationOptions` will have it.
            conversation: whose KV this becomes; 0 for one that does not exist yet.

        Raises:
            TurnError, ImageError: why a turn of this prompt could not be computed.
        """

    @abstractmethod
    async def forget(self, conversation: int) -> None:
        """Returns when the KV of a conversation is gone, in memory and on disk.

        What it holds in common with others stays. Its own answer, if one is being computed, is
        stopped; another's is not waited for.
        """

    @abstractmethod
    async def keep_only(self, conversations: frozenset[int]) -> None:
        """Returns when the KV of all other conversations is gone, in memory and on disk.

        Those that are being computed are kept too.

        Args:
            conversations: all that exist.
        """

    @abstractmethod
    def stop(self) -> None:
        """Ends the answer that was asked for last, if it has not ended, as `cancelled`."""

    @abstractmethod
    async def unload(self) -> None:
        """Frees the model and everything that belongs to it."""

    @abstractmethod
    async def close(self) -> None:
        """Unloads and ends what the engine runs on; the engine can't be used again."""
