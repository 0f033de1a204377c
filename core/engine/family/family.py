"""What the engine asks of a model: the one interface between it and the families of mlx-vlm.

A family knows how pictures become tokens and features, which positions tokens have, how its
language model is called, and what of a prompt its KV can be used for again. Prompts, KV caches,
spills, drafts, prefill and turns speak to this interface and know no family.

A picture is encoded alone, once, into features: a row for each of its image tokens. A prompt is
computed chunk by chunk on the decoder layers' caches. Where a family can't do that, because its
pictures or its tokens look at what comes after them, `Reuse` says so, and such a prompt is
computed at once: see `Family.why_whole`.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from PIL import Image

from ...models.known_reuse import ReuseKind
from ..kv.prefix import ImageSpan, TokenRun
from ..picture import PictureShape, PictureSize
from .placing import Placing
from .template import ChatTemplate


class Reuse(NamedTuple):
    """What a family can take over from the KV of an earlier prompt."""

    kind: ReuseKind
    """Everything; what follows the last picture; or nothing."""
    reason: str = ""
    """Why not everything, as a phrase."""


class Features(NamedTuple):
    """What the vision half makes of one picture, a row for each image token."""

    embeddings: Any
    """Takes the place of the placeholder tokens' embeddings."""
    deepstack: Sequence[Any] = ()
    """Is added to the hidden states after the first decoder layers, one array a layer."""

    @property
    def nbytes(self) -> int:
        """Memory that they hold."""
        return int(self.embeddings.nbytes + sum(layer.nbytes for layer in self.deepstack))


@dataclass(frozen=True)
class PlacedFeatures:
    """The features of a picture of which a chunk holds tokens, and where its tokens stand."""

    span: ImageSpan
    features: Features


@dataclass(frozen=True)
class Chunk:
    """Consecutive tokens of a prompt, with the pictures that stand among them."""

    prompt: TokenRun
    """All of it."""
    start: int
    """Index of the chunk's first token; all before it are held."""
    end: int
    """Index after its last."""
    pictures: Sequence[PlacedFeatures] = ()
    pixels: Sequence[Image.Image] = ()
    """Of all pictures of a prompt that is computed whole; it has no features then."""

    @property
    def tokens(self) -> Sequence[int]:
        """The chunk's own."""
        return self.prompt.tokens[self.start : self.end]

    @property
    def is_last(self) -> bool:
        """Whether the prompt ends with it, so that the logits after it are wanted."""
        return self.end == len(self.prompt)


class Family(ABC):
    """A loaded model, called as its family wants it. Lives on the MLX thread."""

    reuse: Reuse
    """What can be taken over from earlier prompts."""
    template: ChatTemplate
    """Writes a conversation as the text of a prompt."""
    placing: Placing
    """Turns that text into tokens."""
    fits_by_arithmetic = True
    """Whether `fit` needs no pixels and may be called by any thread."""
    most_pictures = 0
    """In a prompt; 0 for any number."""

    @abstractmethod
    def fit(self, width: int, height: int, budget: int) -> PictureSize:
        """Returns how a picture of this size reaches the model.

        Args:
            width: pixels across.
            height: pixels down.
            budget: most tokens that it shall take; more only where the model takes no fewer.

        Raises:
            ValueError: the model can't take a picture of this shape.
        """

    @abstractmethod
    def shape(self, width: int, height: int) -> PictureShape:
        """Returns how the tokens of a picture lie that has been brought to the size of `fit`."""

    @abstractmethod
    def encode(self, pixels: Image.Image) -> Features:
        """Returns the features of one picture, not yet evaluated.

        Args:
            pixels: at the size of `fit`.
        """

    @abstractmethod
    def encoding_rows(self, shape: PictureShape) -> int:
        """Returns the size of a picture's encoding, in rows that attend to each other."""

    @abstractmethod
    def make_layers(self) -> list[Any]:
        """Returns the empty caches of a prompt as mlx-vlm makes them, one for a decoder layer."""

    @abstractmethod
    def next_position(self, spans: Sequence[ImageSpan], length: int) -> int:
        """Returns the position of the token that follows the first `length` tokens of a run."""

    @abstractmethod
    def extend(self, chunk: Chunk, layers: list[Any]) -> Any:
        """Adds the KV of a chunk's tokens to the layers.

        Args:
            chunk: what follows the tokens that the layers hold.
            layers: the caches, which have not been evaluated when this returns.

        Returns:
            The logits after the chunk's last token, shape (1, vocabulary), not yet evaluated
            either. They cost little only where the chunk is the prompt's last.
        """

    @abstractmethod
    def step(self, token: Any, position: int, layers: list[Any]) -> Any:
        """Returns the logits after one text token, shape (1, vocabulary), not evaluated.

        Args:
            token: shape (1,), possibly not evaluated either.
            position: of the token.
            layers: the caches, to which its KV is added.
        """

    @abstractmethod
    def steps(self, tokens: Sequence[int], position: int, layers: list[Any]) -> Any:
        """Returns the logits after each of some text tokens, shape (1, tokens, vocabulary).

        Args:
            tokens: consecutive ones.
            position: of the first of them.
            layers: the caches, to which their KV is added.
        """

    def find_layers(self) -> None:  # noqa: B027 - for those that hold layers themselves
        """Takes up the model's layers as they are now: some of them were replaced in it."""

    def variant(self, run: TokenRun) -> str:  # noqa: ARG002 - for those whose KV depends on more
        """Returns what all KV of a prompt depends on beside the tokens before each.

        KV is taken over only where this is the same; empty where there is nothing such.
        """
        return ""

    def why_whole(self, prompt: TokenRun, held: int) -> str:  # noqa: ARG002 - for those that must
        """Returns why all that follows a prompt's first `held` tokens is one chunk; else empty."""
        return ""

    def takes_pixels(self, prompt: TokenRun, held: int) -> bool:  # noqa: ARG002 - for those that do
        """Whether that chunk is given the pictures themselves, not their features."""
        return False

    @abstractmethod
    def few_layers(self) -> "Family":
        """Returns the model with as few decoder layers as show what one takes."""

    @abstractmethod
    def encode_little(self, pixels: Image.Image) -> Any:
        """Returns what a small part of the vision half makes of a picture, to measure memory."""
