"""Writes KV caches to disk and brings them back. Runs on the MLX thread."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import mlx.core as mx

from .kv_layout import KvLayout, append_parts, join_parts
from .memory import is_memory_failure
from .prefix import TokenRun, reusable_length, spans_within
from .spill_block import Block, SpillIdentity, cut_blocks
from .spill_folder import SpillFolder
from .vision import Pictures

if TYPE_CHECKING:
    from .branch import Branch

_log = logging.getLogger(__name__)

_LEAST_BLOCK_TOKENS: Final = 64
_MOST_BLOCK_BYTES: Final = 32 * 2**20


class Spills:
    """The spilled KV of one loaded model."""

    def __init__(
        self,
        folder: SpillFolder,
        identity: SpillIdentity,
        layout: KvLayout,
        pictures: Pictures,
        copy_bytes: int,
    ) -> None:
        """Deletes what the folder holds of the model's earlier versions.

        Args:
            folder: where the spills lie, those of other models too.
            identity: of the model.
            layout: of its KV.
            pictures: of the model; they learn which files the spilled ones were made of.
            copy_bytes: memory that a block's copy may take while it is written.
        """
        self._folder = folder
        self._identity = identity
        self._layout = layout
        self._pictures = pictures
        block_bytes = min(copy_bytes, _MOST_BLOCK_BYTES)
        self._block_tokens = max(_LEAST_BLOCK_TOKENS, block_bytes // layout.token_bytes)
        folder.drop_outdated(identity)
        for file, span in folder.pictures(identity):
            pictures.learn(file, span)

    def restore(self, branch: "Branch", wanted: TokenRun) -> None:
        """Extends a branch that holds the start of a prompt by what the disk holds of the rest."""
        held = len(branch.tokens)
        found = self._folder.find(self._identity, wanted)
        if found.length <= held:
            return
        blocks = self._folder.intact([block for block in found.blocks if block.end > held])
        end = min(found.length, blocks[-1].end) if blocks else held
        # Where a block was damaged, what is left may end inside a picture.
        rest = TokenRun(wanted.tokens[:end], spans_within(wanted.spans, end))
        end = reusable_length(rest, wanted)
        if end <= held:
            return
        try:
            self._read(branch, [block for block in blocks if block.start < end], end, len(wanted))
        except (OSError, RuntimeError, LookupError, ValueError) as error:
            if is_memory_failure(error):
                raise
            _log.warning("spilled KV can't be read (%s); it is computed again", error)
            branch.trim(held)
            return
        branch.extend(wanted.tokens[held:end], wanted.spans)
        self._folder.use([block for block in found.blocks if block.start < end])

    def write(
        self,
        branch: "Branch",
        length: int | None = None,
        is_wanted: Callable[[], bool] = lambda: False,
    ) -> bool:
        """Writes what the disk lacks of a branch; returns False where it was interrupted.

        Args:
            branch: stays as it is.
            length: tokens to write; None for all.
            is_wanted: asked before each block whether the thread has something better to do.
        """
        tokens = branch.tokens[:length]
        run = TokenRun(tokens, spans_within(branch.spans, len(tokens)))
        for block in cut_blocks(self._identity, run, self._block_tokens):
            if self._folder.claim(block, branch.owner):
                continue
            if is_wanted():
                return False
            if not self._store(branch, block):
                break
        mx.clear_cache()
        return True

    def forget(self, conversation: int) -> None:
        """Deletes what belongs to this conversation and to no other."""
        self._folder.forget(conversation)

    def _store(self, branch: "Branch", block: Block) -> bool:
        nbytes = self._layout.token_bytes * len(block.tokens)

        def save(path: Path) -> None:
            arrays = {
                _name(index, part): array
                for index in range(self._layout.layer_count)
                for part, array in enumerate(
                    join_parts(branch.parts(index, block.start, block.end))
                )
            }
            mx.save_safetensors(str(path), arrays)

        files = tuple(self._pictures.file_of(span.sha256) for span in block.spans)
        return self._folder.store(block, branch.owner, nbytes, save, files)

    def _read(self, branch: "Branch", blocks: list[Block], end: int, prompt_tokens: int) -> None:
        """Appends the blocks' tensors up to `end` to the branch's layers, one after the other."""
        held = len(branch.tokens)
        files: list[Any] = [mx.load(str(self._folder.tensors(block))) for block in blocks]
        bounds = [
            (max(block.start, held) - block.start, min(block.end, end) - block.start)
            for block in blocks
        ]
        for index, layer in enumerate(branch.layers):
            pieces = []
            for arrays, (first, stop) in zip(files, bounds, strict=True):
                names = sorted(name for name in arrays if name.startswith(f"{index}."))
                pieces.append([arrays.pop(name)[..., first:stop, :] for name in names])
            append_parts(layer, pieces, prompt_tokens)


def _name(layer: int, part: int) -> str:
    return f"{layer}.{part}"
