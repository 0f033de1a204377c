"""Blocks of spilled KV: which tokens they hold, of which model, and how they match a prompt.

A run of tokens is spilled in blocks of a fixed number of tokens. A block names the one before it,
and its own name is the hash of all that it says: runs that begin alike share their first blocks,
and a block that was altered goes by another name than its own.

States can't be cut at a block's end. Each has a block of its own, beside the one in which its last
token lies: it names the same tokens up to there, and can only be used as a whole.
"""

import hashlib
from collections.abc import Iterator, Sequence
from itertools import takewhile, zip_longest
from typing import Final, NamedTuple

import msgspec
from msgspec import Struct

from .prefix import ImageSpan, TokenRun

FORMAT: Final = 5
"""Version of the files; those of another one can't be read."""


class SpillIdentity(Struct, frozen=True):
    """What a KV cache and a model must have in common."""

    source: str
    """What names the model."""
    revision: str
    """Of its files."""
    template: str
    """Hash of the chat template."""
    library: str
    """What computed it, with the versions."""
    number_bytes: int
    """Of a number before any quantisation."""
    pixel_budget: int
    kv_bits: int
    version: int = FORMAT

    def is_outdated_by(self, current: "SpillIdentity") -> bool:
        """Whether this can't come back: the same model, and more than a setting differs."""
        same_settings = msgspec.structs.replace(
            self, pixel_budget=current.pixel_budget, kv_bits=current.kv_bits
        )
        return self.version != current.version or (
            self.source == current.source and same_settings != current
        )


class Block(Struct, frozen=True):
    """Consecutive tokens of a run, with the pictures that start among them."""

    identity: SpillIdentity
    parent: str
    """Name of the block before; empty for the first."""
    start: int
    """Tokens before it."""
    tokens: tuple[int, ...]
    spans: tuple[ImageSpan, ...] = ()
    holds_state: bool = False
    """Whether it is the state after its last token, and not the KV of its tokens."""
    variant: str = ""
    """Of the run: it says which adapter the model had."""

    @property
    def end(self) -> int:
        """Tokens up to its end."""
        return self.start + len(self.tokens)

    @property
    def name(self) -> str:
        """Hash over all that it says."""
        return hashlib.sha256(msgspec.json.encode(self)).hexdigest()[:40]

    def covers(self, other: "Block") -> bool:
        """Whether this holds all of the other block, from the same start."""
        return (
            not (self.holds_state or other.holds_state)
            and (self.identity, self.parent, self.variant)
            == (other.identity, other.parent, other.variant)
            and self.tokens[: len(other.tokens)] == other.tokens
            and tuple(takewhile(lambda span: span.start < other.end, self.spans)) == other.spans
        )

    def matching_length(self, wanted: TokenRun) -> int:
        """Returns how many of the block's first tokens the run has in the same place.

        May end inside an image span.
        """
        if self.variant != wanted.variant:
            return 0
        theirs = wanted.tokens[self.start : self.end]
        pairs = zip(self.tokens, theirs, strict=False)
        length = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        spans = [span for span in wanted.spans if self.start <= span.start < self.end]
        for ours, other in zip_longest(self.spans, spans):
            if ours != other:
                first = min(span.start for span in (ours, other) if span is not None)
                return min(length, first - self.start)
        return length

    def state_block(self, length: int) -> "Block":
        """Returns the block of the state after `length` tokens, which lie in this one."""
        tokens = self.tokens[: length - self.start]
        spans = tuple(span for span in self.spans if span.start < length)
        return msgspec.structs.replace(self, tokens=tokens, spans=spans, holds_state=True)


class Found(NamedTuple):
    """What lies on disk of a prompt."""

    blocks: list[Block]
    length: int
    """Tokens of the prompt; may end within the last block."""
    states: Sequence[Block] = ()
    """Blocks of states after some of these tokens, the longest first."""

    def within(self, length: int) -> "Found":
        """Returns what concerns the first `length` tokens alone."""
        return Found(
            [block for block in self.blocks if block.start < length],
            min(length, self.length),
            [state for state in self.states if state.end <= length],
        )


class StoredTensor(Struct, frozen=True):
    """Where a tensor lies in a block's file, and what its bytes must add up to."""

    type_name: str
    """Of its numbers, as safetensors files say it."""
    shape: tuple[int, ...]
    offset: int
    """Bytes before it in the file."""
    nbytes: int
    checksum: int
    """XXH3 (64 bits) of its bytes."""


class Manifest(Struct, frozen=True):
    """What lies on disk beside a block's tensors; not to be trusted unless its seal is whole."""

    block: Block
    tensors: dict[str, StoredTensor]
    """By name."""
    tensor_bytes: int
    """Of the file of tensors."""
    owners: tuple[int, ...]
    """Conversations that hold all of the block."""
    files: tuple[str, ...]
    """`PromptImage.key` of each of the block's pictures; empty where it is not known."""
    seal: str = ""
    """Hash over all else that it says."""

    @property
    def sealed(self) -> "Manifest":
        """The manifest with the seal that it should have."""
        unsealed = msgspec.json.encode(msgspec.structs.replace(self, seal=""))
        return msgspec.structs.replace(self, seal=hashlib.sha256(unsealed).hexdigest())


def cut_blocks(identity: SpillIdentity, run: TokenRun, block_tokens: int) -> Iterator[Block]:
    """Yields the blocks of a run from its start; all but the last hold `block_tokens`."""
    parent = ""
    for start in range(0, len(run), block_tokens):
        end = min(start + block_tokens, len(run))
        spans = tuple(span for span in run.spans if start <= span.start < end)
        block = Block(
            identity, parent, start, tuple(run.tokens[start:end]), spans, variant=run.variant
        )
        yield block
        parent = block.name
