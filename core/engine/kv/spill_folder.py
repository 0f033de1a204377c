"""The folder of spilled KV caches: what lies there, how much of it, and whose it is.

A block is a file of tensors and a manifest beside it, both named by the block. The manifest is
written last: tensors without one are leftovers of an interrupted write.
"""

import logging
import os
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from ...private_files import make_private_folder, open_private, wait_for_disk
from .manifest_file import MANIFEST, TENSORS, UNFINISHED, read_manifest, write_manifest
from .prefix import ImageSpan, TokenRun, reusable_length
from .spill_block import Block, Found, Manifest, SpillIdentity, StoredTensor

_log = logging.getLogger(__name__)


class SpillFolder:
    """The blocks in the folder, under a byte budget. Every call may block on the disk.

    No failure of the disk is an error for the caller: what can't be written is computed again.
    """

    def __init__(self, path: Path, limit_bytes: int) -> None:
        """Reads all manifests, no tensors, and deletes what can't be used."""
        self._path = path
        self._limit_bytes = limit_bytes
        self._manifests: OrderedDict[str, Manifest] = OrderedDict()
        self._sizes: dict[str, int] = {}
        self._children: dict[str, set[str]] = {}
        with _logging_failures("Reading the spills"):
            make_private_folder(path)
            self._scan()
            self._make_room(0, frozenset())

    @property
    def nbytes(self) -> int:
        """Disk that all blocks take."""
        return sum(self._sizes.values())

    def path(self, block: Block) -> Path:
        """Returns the file of a block's tensors."""
        return self._path / (block.name + TENSORS)

    def tensors(self, block: Block) -> dict[str, StoredTensor]:
        """Returns what lies in that file, by name."""
        return self._manifests[block.name].tensors

    def drop_outdated(self, identity: SpillIdentity) -> None:
        """Deletes what belonged to the model before its files changed."""
        blocks = [manifest.block for manifest in self._manifests.values()]
        outdated = [block for block in blocks if block.identity.is_outdated_by(identity)]
        for block in outdated:
            self._remove(block.name)
        if outdated:
            _log.info("deleted %d spilled blocks of another version", len(outdated))

    def find(self, identity: SpillIdentity, wanted: TokenRun) -> Found:
        """Returns the longest reusable prefix of a prompt and the blocks that hold it."""
        blocks: list[Block] = []
        states = self._states("", identity, wanted)
        parent = ""
        while best := self._best_child(parent, identity, wanted):
            blocks.append(best)
            if best.matching_length(wanted) < len(best.tokens):
                break
            parent = best.name
            states = [*self._states(parent, identity, wanted), *states]
        tokens = [token for block in blocks for token in block.tokens]
        spans = [span for block in blocks for span in block.spans]
        length = reusable_length(TokenRun(tokens, spans, wanted.variant), wanted)
        return Found(blocks, length, states).within(length)

    def pictures(self, identity: SpillIdentity) -> Iterator[tuple[str, ImageSpan]]:
        """Yields the pictures of known files in a model's blocks, with the files' keys."""
        for manifest in self._manifests.values():
            if manifest.block.identity == identity:
                for file, span in zip(manifest.files, manifest.block.spans, strict=True):
                    if file:
                        yield file, span

    def drop_damaged(self, block: Block) -> None:
        """Deletes a block whose tensors are not what was written, and all that follow it."""
        _log.warning("spilled block %s is damaged; computed again", block.name)
        self._remove(block.name)

    def use(self, blocks: Sequence[Block]) -> None:
        """Notes that blocks were needed just now, the last most: others are deleted before them."""
        held = [block for block in blocks if block.name in self._manifests]
        now = time.time_ns()
        with _logging_failures("Noting the use of a spill"):
            for index, block in enumerate(held):
                self._manifests.move_to_end(block.name)
                # The clock of a file system is too coarse to tell one block from the next.
                os.utime(self._path / (block.name + MANIFEST), ns=(now + index, now + index))

    def claim(self, block: Block, owner: int) -> bool:
        """Makes the conversation an owner of a block; False where the block must be written."""
        name = block.name
        manifest = self._manifests.get(name)
        if manifest is None:
            return any(
                owner in other.owners and other.block.covers(block)
                for other in self._siblings(block)
            )
        if owner not in manifest.owners:
            self._set_owners(name, (*manifest.owners, owner))
        self._manifests.move_to_end(name)
        return True

    def make_room(self, block: Block, nbytes: int, kept: Iterable[str] = ()) -> bool:
        """Deletes the least recently used blocks; returns whether a new one fits then.

        Args:
            block: the new one, whose ancestors are kept.
            nbytes: about how much it takes.
            kept: names of others that are kept.
        """
        return self._make_room(nbytes, self._ancestors(block).union(kept))

    def store(
        self,
        block: Block,
        owner: int,
        save: Callable[[Path], dict[str, StoredTensor]],
        files: tuple[str, ...],
    ) -> bool:
        """Writes a block for which there is room; returns whether it lies there now.

        Args:
            block: what is written; its parent lies there already.
            owner: the conversation that it belongs to.
            save: writes the tensors to a file whose name ends in `.safetensors` and returns where
                they lie.
            files: key of the file of each of its pictures; empty where it is not known.
        """
        unfinished = self._path / (UNFINISHED + block.name + TENSORS)
        with _logging_failures("Spilling"):
            # Again, as it may have been removed, or replaced by a link, since.
            make_private_folder(self._path)
            try:
                os.close(open_private(unfinished, os.O_WRONLY))
                tensors = save(unfinished)
                wait_for_disk(unfinished)
                size = unfinished.stat().st_size
                manifest = Manifest(block, tensors, size, (owner,), files)
                unfinished.replace(self.path(block))
                self._write(block.name, manifest)
            finally:
                unfinished.unlink(missing_ok=True)
            self._drop_covered(block, owner)
            return True
        return False

    def remove_conversation(self, owner: int) -> None:
        """Deletes what belongs to this conversation and to no other."""
        for name, manifest in list(self._manifests.items()):
            self._leave_to(name, tuple(it for it in manifest.owners if it != owner))

    def keep_only(self, owners: frozenset[int]) -> None:
        """Deletes what belongs to none of these conversations."""
        for name, manifest in list(self._manifests.items()):
            self._leave_to(name, tuple(it for it in manifest.owners if it in owners))

    def _scan(self) -> None:
        paths = sorted(self._path.glob("*" + MANIFEST), key=lambda path: path.stat().st_mtime_ns)
        for path in paths:
            manifest = read_manifest(path)
            if manifest is not None:
                self._add(path.stem, manifest, path.stat().st_size)
        # A block without the one before it can never be reached.
        for name, manifest in sorted(self._manifests.items(), key=lambda item: item[1].block.start):
            if manifest.block.parent and manifest.block.parent not in self._manifests:
                self._remove(name)
        for path in self._path.iterdir():
            if path.suffix in (TENSORS, MANIFEST) and path.stem not in self._manifests:
                path.unlink(missing_ok=True)

    def _add(self, name: str, manifest: Manifest, manifest_bytes: int) -> None:
        self._manifests[name] = manifest
        self._sizes[name] = manifest.tensor_bytes + manifest_bytes
        self._children.setdefault(manifest.block.parent, set()).add(name)

    def _siblings(self, block: Block) -> list[Manifest]:
        """Returns all blocks that follow the same parent."""
        return [self._manifests[name] for name in self._children.get(block.parent, ())]

    def _best_child(self, parent: str, identity: SpillIdentity, wanted: TokenRun) -> Block | None:
        best, longest = None, 0
        for name in self._children.get(parent, ()):
            block = self._manifests[name].block
            length = 0 if block.holds_state else block.matching_length(wanted)
            if length > longest and block.identity == identity:
                best, longest = block, length
        return best

    def _states(self, parent: str, identity: SpillIdentity, wanted: TokenRun) -> list[Block]:
        """Returns the states that follow a block and belong to a prompt, the longest first."""
        blocks = (self._manifests[name].block for name in self._children.get(parent, ()))
        states = [
            block
            for block in blocks
            if block.holds_state
            and block.identity == identity
            and block.matching_length(wanted) == len(block.tokens)
        ]
        return sorted(states, key=lambda state: -state.end)

    def _ancestors(self, block: Block) -> frozenset[str]:
        names = set()
        while block.parent in self._manifests:
            names.add(block.parent)
            block = self._manifests[block.parent].block
        return frozenset(names)

    def _make_room(self, nbytes: int, kept: frozenset[str]) -> bool:
        """Deletes the least recently used blocks, each after those that follow it."""
        while self.nbytes + nbytes > self._limit_bytes:
            last = (
                name
                for name in self._manifests
                if name not in kept and not self._children.get(name)
            )
            name = next(last, None)
            if name is None:
                return False
            self._remove(name)
        return True

    def _drop_covered(self, block: Block, owner: int) -> None:
        """Deletes shorter blocks of the same conversation that the new one holds whole."""
        for other in self._siblings(block):
            name = other.block.name
            if name != block.name and other.owners == (owner,) and block.covers(other.block):
                self._remove(name)

    def _remove(self, name: str) -> None:
        """Deletes a block and all that follow it."""
        for child in list(self._children.get(name, ())):
            self._remove(child)
        manifest = self._manifests.pop(name, None)
        if manifest is None:
            return
        del self._sizes[name]
        self._children.pop(name, None)
        self._children[manifest.block.parent].discard(name)
        with _logging_failures("Deleting a spill"):
            for suffix in (MANIFEST, TENSORS):
                (self._path / (name + suffix)).unlink(missing_ok=True)

    def _leave_to(self, name: str, owners: tuple[int, ...]) -> None:
        """Deletes a block that nobody owns any more; else notes whose it is."""
        manifest = self._manifests.get(name)
        if manifest is None or manifest.owners == owners:
            return
        if owners:
            self._set_owners(name, owners)
        else:
            self._remove(name)

    def _set_owners(self, name: str, owners: tuple[int, ...]) -> None:
        manifest = msgspec.structs.replace(self._manifests[name], owners=owners)
        with _logging_failures("Noting the owner of a spill"):
            self._write(name, manifest)

    def _write(self, name: str, manifest: Manifest) -> None:
        """Writes a manifest, whose tensors lie there already."""
        manifest = manifest.sealed
        make_private_folder(self._path)
        size = write_manifest(self._path / (name + MANIFEST), manifest)
        self._add(name, manifest, size)


@contextmanager
def _logging_failures(work: str) -> Iterator[None]:
    """Logs what goes wrong with the disk and lets it rest.

    MLX raises its failures to write as RuntimeError.
    """
    try:
        yield
    except (OSError, RuntimeError, MemoryError) as error:
        _log.warning("%s failed: %s", work, error)
