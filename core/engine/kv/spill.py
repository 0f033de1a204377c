"""Writes KV caches to disk and brings them back. Runs on the MLX thread."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import mlx.core as mx

from ..vision import Pictures
from .layout import KvLayout, join_parts, make_room
from .prefix import TokenRun, reusable_length, spans_within
from .spill_block import Block, SpillIdentity, StoredTensor, cut_blocks
from .spill_folder import SpillFolder
from .tensor_file import dtype_of, read_tensor, write_tensors

if TYPE_CHECKING:
    from .branch import Branch

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
        blocks = [block for block in found.blocks if block.end > held]
        whole = self._read(branch, blocks, found.length, len(wanted))
        branch.extend(wanted.tokens[held:whole], wanted.spans)
        # Where a block was damaged, what is left may end inside a picture.
        end = max(held, reusable_length(branch.run, wanted))
        branch.trim(end)
        if end > held:
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

        def save(path: Path) -> dict[str, StoredTensor]:
            arrays = {
                _name(index, part): array
                for index in range(self._layout.layer_count)
                for part, array in enumerate(
                    join_parts(branch.parts(index, block.start, block.end))
                )
            }
            return write_tensors(path, arrays)

        files = tuple(self._pictures.file_of(span.sha256) for span in block.spans)
        return self._folder.store(block, branch.owner, nbytes, save, files)

    def _read(self, branch: "Branch", blocks: list[Block], end: int, prompt_tokens: int) -> int:
        """Appends the blocks' tensors up to `end` to the branch's layers.

        Returns:
            How many of these tokens are as they were written; a damaged block is deleted.
        """
        held = len(branch.tokens)
        stored = self._folder.tensors(blocks[0])
        with ThreadPoolExecutor(thread_name_prefix="spill") as threads:
            reading = []
            for index, layer in enumerate(branch.layers):
                names = sorted(name for name in stored if name.startswith(f"{index}."))
                kinds = [(stored[name].shape, dtype_of(stored[name])) for name in names]
                # The next layer's memory is made ready while those before it are read.
                room = make_room(layer, kinds, end - held, prompt_tokens)
                reading.append(threads.submit(self._fill, room, names, blocks, held))
            damaged = [block for done in reading if (block := done.result())]
        if not damaged:
            return end
        first = min(damaged, key=lambda block: block.start)
        self._folder.drop_damaged(first)
        return max(held, first.start)

    def _fill(
        self, room: list[Any], names: list[str], blocks: list[Block], start: int
    ) -> Block | None:
        """Reads a layer's part of the blocks; neither this nor numpy holds the GIL for long.

        Args:
            room: of each array the bytes of the tokens from `start` on.
            names: of the arrays.
            blocks: what to read, in order.
            start: tokens before the first that is wanted.

        Returns:
            The first block that is not as it was written; what follows it is not read.
        """
        end = start + room[0].shape[-2]
        for block in blocks:
            first, stop = max(block.start, start), min(block.end, end)
            stored = self._folder.tensors(block)
            for target, name in zip(room, names, strict=True):
                try:
                    rows = read_tensor(self._folder.path(block), stored[name])
                except (OSError, ValueError):
                    return block
                rows = rows[..., first - block.start : stop - block.start, :]
                target[..., first - start : stop - start, :] = rows
        return None


def _name(layer: int, part: int) -> str:
    return f"{layer}.{part}"
