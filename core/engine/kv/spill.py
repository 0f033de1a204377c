"""Writes KV caches to disk and brings them back. Runs on the MLX thread."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import mlx.core as mx

from ..stop_signal import never
from ..vision import Pictures
from .layers import join_parts, make_room
from .layout import KvLayout
from .prefix import TokenRun, first_part, reusable_length
from .snapshot import Snapshot
from .spill_block import Block, Found, SpillIdentity, StoredTensor, cut_blocks
from .spill_folder import SpillFolder
from .state_file import read_snapshot, write_snapshot
from .tensor_file import dtype_of, read_tensor, write_tensors

if TYPE_CHECKING:
    from .branch import Branch

_LEAST_BLOCK_TOKENS: Final = 64
_MOST_BLOCK_BYTES: Final = 32 * 2**20


class _Reading(NamedTuple):
    """What is read back."""

    blocks: list[Block]
    """In order."""
    start: int
    """Tokens before the first that is read."""
    end: int
    """Tokens up to the last."""
    is_stopped: Callable[[], bool]


class _FirstUnread(NamedTuple):
    """Where the reading of a layer ended early."""

    block: Block | None = None
    """The first block that was not read; None where all were."""
    is_damaged: bool = False
    """Whether that is since it is not as it was written."""


class Spills:
    """The spilled KV of one loaded model."""

    def __init__(
        self,
        folder: SpillFolder,
        identity: SpillIdentity,
        layout: KvLayout,
        pictures: Pictures,
        block_tokens: int,
    ) -> None:
        """Deletes what the folder holds of the model's earlier versions.

        Args:
            folder: where the spills lie, those of other models too.
            identity: of the model.
            layout: of its KV.
            pictures: of the model; they learn which files the spilled ones were made of.
            block_tokens: how many a block holds.
        """
        self._folder = folder
        self._identity = identity
        self._layout = layout
        self._pictures = pictures
        self._block_tokens = block_tokens
        folder.drop_outdated(identity)
        for file, span in folder.pictures(identity):
            pictures.add_known(file, span)

    def find(self, wanted: TokenRun) -> Found:
        """Returns what the disk holds of a prompt; where there are states, up to one of them."""
        found = self._folder.find(self._identity, wanted)
        if self._layout.is_trimmable:
            return found
        return found.within(max((state.end for state in found.states), default=0))

    def restore(
        self,
        branch: "Branch",
        wanted: TokenRun,
        capacity: int,
        is_stopped: Callable[[], bool] = never,
    ) -> None:
        """Extends a branch that holds the start of a prompt by what the disk holds of the rest.

        Args:
            branch: is given other buffers.
            wanted: the prompt.
            capacity: tokens that the branch shall have room for.
            is_stopped: asked before each block by the threads that read; what all of them have
                read by then is kept.
        """
        held = len(branch.tokens)
        found = self.find(wanted)
        if found.length <= held:
            return
        blocks = [block for block in found.blocks if block.end > held]
        whole = self._read(branch, _Reading(blocks, held, found.length, is_stopped), capacity)
        branch.extend(wanted.tokens[held:whole], wanted.spans)
        if self._layout.is_trimmable:
            # Where a block was damaged or not read, what is left may end inside a picture.
            branch.trim(max(held, reusable_length(branch.run, wanted)))
        else:
            self._restore_state(branch, held, found.within(whole))
        if len(branch.tokens) > held:
            self._folder.use([block for block in found.blocks if block.start < len(branch.tokens)])

    def _restore_state(self, branch: "Branch", held: int, found: Found) -> None:
        """Gives a branch the longest state that can be read, and cuts it back to there."""
        for block in found.states:
            if block.end <= held:
                break
            try:
                snapshot = read_snapshot(
                    self._folder.path(block), self._folder.tensors(block), block.end
                )
            except (OSError, ValueError):
                self._folder.drop_damaged(block)
            else:
                branch.resume(snapshot)
                self._folder.use([block])
                return
        branch.drop_tokens(held)

    def write(
        self,
        branch: "Branch",
        length: int | None = None,
        is_wanted: Callable[[], bool] = never,
        kept: Iterable[str] = (),
    ) -> bool:
        """Writes what the disk lacks of a branch; returns False where it was interrupted.

        Args:
            branch: stays as it is.
            length: tokens to write; None for all.
            is_wanted: asked before each block whether the thread has something better to do.
            kept: names of blocks that are not deleted to make room.
        """
        for block, snapshot in self._blocks(branch, length):
            if self._folder.claim(block, branch.owner):
                continue
            if is_wanted():
                return False
            if not self._store(branch, block, snapshot, kept):
                break
        mx.clear_cache()
        return True

    def write_all(self, branches: Sequence["Branch"], is_late: Callable[[], bool]) -> None:
        """Writes what the disk lacks of branches, all but their drafts.

        Args:
            branches: the most important first: nothing of it is deleted for those after it.
            is_late: asked before each block whether the time for it is over.
        """
        kept: list[Block] = []
        for branch in branches:
            is_done = self.write(branch, branch.draft_start, is_late, {it.name for it in kept})
            kept += [block for block, _ in self._blocks(branch, branch.draft_start)]
            if not is_done:
                break
        # What is used last is deleted last.
        self._folder.use(kept[::-1])

    def remove_conversation(self, conversation: int) -> None:
        """Deletes what belongs to this conversation and to no other."""
        self._folder.remove_conversation(conversation)

    def keep_only(self, conversations: frozenset[int]) -> None:
        """Deletes what belongs to none of these conversations."""
        self._folder.keep_only(conversations)

    def path(self, block: Block) -> Path:
        """Returns the file of a block's tensors."""
        return self._folder.path(block)

    def _blocks(
        self, branch: "Branch", length: int | None
    ) -> Iterator[tuple[Block, Snapshot | None]]:
        """Yields the blocks of a branch, each followed by those of the states within it."""
        run = first_part(branch.run, len(branch.tokens) if length is None else length)
        snapshots = branch.states_within(len(run))
        for block in cut_blocks(self._identity, run, self._block_tokens):
            yield block, None
            for snapshot in snapshots:
                if block.start < snapshot.length <= block.end:
                    yield block.state_block(snapshot.length), snapshot

    def _store(
        self, branch: "Branch", block: Block, snapshot: Snapshot | None, kept: Iterable[str]
    ) -> bool:
        """Writes a block of tokens, or the snapshot that it is; returns whether there was room."""

        def save(path: Path) -> dict[str, StoredTensor]:
            if snapshot is not None:
                return write_snapshot(path, snapshot)
            arrays = {
                _name(index, part): array
                for index in range(len(branch.caches))
                for part, array in enumerate(
                    join_parts(branch.parts(index, block.start, block.end))
                )
            }
            return write_tensors(path, arrays)

        token_bytes = self._layout.token_bytes * len(block.tokens)
        nbytes = token_bytes if snapshot is None else snapshot.nbytes
        if not self._folder.make_room(block, nbytes, kept):
            return False
        files = tuple(self._pictures.file_of(span.sha256) for span in block.spans)
        return self._folder.store(block, branch.owner, save, files)

    def _read(self, branch: "Branch", reading: "_Reading", capacity: int) -> int:
        """Appends the tensors of blocks to the branch's layers.

        Returns:
            Up to which token all layers hold what was written; a damaged block is deleted.
        """
        stored = self._folder.tensors(reading.blocks[0])
        with ThreadPoolExecutor(thread_name_prefix="spill") as threads:
            layers = []
            for index, layer in enumerate(branch.caches):
                names = sorted(name for name in stored if name.startswith(f"{index}."))
                kinds = [(stored[name].shape, dtype_of(stored[name])) for name in names]
                # The next layer's memory is made ready while those before it are read.
                room = make_room(layer, kinds, reading.end - reading.start, capacity)
                layers.append(threads.submit(self._fill, room, names, reading))
            ends = [layer.result() for layer in layers]
        damaged = [end.block for end in ends if end.block and end.is_damaged]
        if damaged:
            self._folder.drop_damaged(min(damaged, key=lambda block: block.start))
        missing = [end.block.start for end in ends if end.block]
        return max(reading.start, min(missing, default=reading.end))

    def _fill(self, room: list[Any], names: list[str], reading: "_Reading") -> "_FirstUnread":
        """Reads a layer's part of the blocks; neither this nor numpy holds the GIL for long.

        Args:
            room: of each array the bytes of the tokens that are read.
            names: of the arrays.
            reading: what to read.
        """
        for block in reading.blocks:
            if reading.is_stopped():
                return _FirstUnread(block)
            first, stop = max(block.start, reading.start), min(block.end, reading.end)
            stored = self._folder.tensors(block)
            for target, name in zip(room, names, strict=True):
                try:
                    rows = read_tensor(self._folder.path(block), stored[name])
                except (OSError, ValueError):
                    return _FirstUnread(block, is_damaged=True)
                rows = rows[..., first - block.start : stop - block.start, :]
                target[..., first - reading.start : stop - reading.start, :] = rows
        return _FirstUnread()


def spill_block_tokens(copy_bytes: int, token_bytes: int) -> int:
    """Returns how many tokens a block may hold.

    Args:
        copy_bytes: memory that a block's copy may take while it is written.
        token_bytes: of one token's KV.
    """
    return max(_LEAST_BLOCK_TOKENS, min(copy_bytes, _MOST_BLOCK_BYTES) // token_bytes)


def _name(layer: int, part: int) -> str:
    return f"{layer}.{part}"
