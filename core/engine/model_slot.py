"""The one model in memory: loaded, switched, freed. Lives on the MLX thread.

MLX is imported when the first model is loaded.
"""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ModelError, TurnError
from ..images import ReadPixels, read_pixels
from ..models.known_reuse import KnownReuse
from ..models.memory import check_memory
from ..models.sources import ModelFiles
from .backends import explain_no_mlx
from .engine import LoadedModel
from .kv.spill_folder import SpillFolder
from .limits import Limits
from .mlx_thread import free_frames
from .past_turns import LOADED_ANEW, PastTurns
from .stop_signal import never

if TYPE_CHECKING:
    from .loading import Checkpoint
    from .resident import ResidentModel


class ModelSlot:
    """Holds a model or none, and what outlives it: its spills and the past turns."""

    def __init__(
        self,
        limits: Limits,
        spills_dir: Path | None,
        spill_bytes: int,
        read_pixels: ReadPixels = read_pixels,
    ) -> None:
        """Makes an empty slot.

        Args:
            limits: what its models may take.
            spills_dir: where KV caches wait that are out of memory; None for nowhere.
            spill_bytes: most disk that they take there.
            read_pixels: decodes pictures.
        """
        self._limits = limits
        self._read_pixels = read_pixels
        self._spills_dir = spills_dir
        self._spill_bytes = spill_bytes
        self._spills: SpillFolder | None = None
        self._files: ModelFiles | None = None
        """Of the resident model."""
        self._past = PastTurns()
        self.resident: ResidentModel | None = None
        """The model with its caches; any thread may ask for what it holds."""

    @property
    def active_bytes(self) -> int:
        """Memory that weights, KV caches and features hold."""
        resident = self.resident
        return 0 if resident is None else resident.active_bytes

    def loaded(self) -> "ResidentModel":
        """Returns the model.

        Raises:
            TurnError: there is none.
        """
        if self.resident is None:
            raise TurnError("No model is loaded; choose one first.")
        return self.resident

    def load(self, files: ModelFiles, given_up: threading.Event) -> LoadedModel:
        """Loads a model in place of the one before, which stays or comes back when this fails.

        The one that is there already stays as it is. Where both fit the memory, the one before is
        freed when the new one stands; else before that, and it is loaded again should the new one
        be broken or given up.

        Args:
            files: of the model.
            given_up: set by whoever does not want it any more.

        Raises:
            ModelError: with one sentence that says what to do.
        """
        if self.resident is not None and files == self._files:
            return self.resident.model
        try:
            from .memory import memory_limit_bytes
        except ImportError as error:
            raise explain_no_mlx(error) from error
        limit_bytes = self._limits.memory_bytes or memory_limit_bytes()
        check_memory(files.name, files.needed_bytes, limit_bytes)
        if given_up.is_set():
            raise _given_up(files)
        if self.active_bytes + files.needed_bytes > limit_bytes:
            return self._replace(files, limit_bytes, given_up)
        checkpoint = _load(files)
        if given_up.is_set():
            return _describe(files, checkpoint)
        self.free()
        return self._install(files, checkpoint, limit_bytes)

    def free(self, is_late: Callable[[], bool] = never) -> None:
        """Frees the model once its KV caches are on disk.

        Args:
            is_late: asked again and again whether the time for writing is over.
        """
        if self.resident is None:
            return
        self.resident.spill(is_late)
        self.resident.free_caches()
        self._past.mark_lost(LOADED_ANEW)
        self.resident = self._files = None
        _give_back_memory()

    @property
    def found_out(self) -> tuple[str, KnownReuse] | None:
        """Revision of the model's files and what was found out of it; None without a model."""
        resident, files = self.resident, self._files
        if resident is None or files is None:
            return None
        layout, model = resident.pool.layout, resident.model
        found = KnownReuse(
            reuse=resident.family.reuse.kind,
            reason=resident.family.reuse.reason,
            source=files.source,
            kv_token_bytes=0 if self._limits.kv_bits else layout.token_bytes,
            loaded_bytes=model.weights_bytes,
        )
        return files.revision, found

    def evict(self, is_wanted: Callable[[], bool]) -> bool:
        """Returns whether the KV caches are under their budget; False where it was interrupted."""
        return self.resident is None or self.resident.pool.shrink_to_budget(is_wanted)

    def forget(self, conversation: int) -> bool:
        """Returns whether the conversation is gone; False where its KV is in use."""
        self._past.remove_conversation(conversation)
        if self.resident is not None:
            self.resident.drafts.drop(conversation)
            return self.resident.pool.drop_conversation(conversation)
        if spills := self._open_spills():
            spills.remove_conversation(conversation)
        return True

    def keep_only(self, conversations: frozenset[int]) -> None:
        """Frees the KV of all other conversations, in memory and on disk."""
        self._past.keep_only(conversations)
        if self.resident is not None:
            self.resident.drafts.keep_only(conversations)
            self.resident.pool.keep_only(conversations)
        elif spills := self._open_spills():
            spills.keep_only(conversations)

    def _replace(
        self, files: ModelFiles, limit_bytes: int, given_up: threading.Event
    ) -> LoadedModel:
        before = self._files
        self.free()
        try:
            checkpoint = _load(files)
            if given_up.is_set() and before is not None:
                del checkpoint
                raise _given_up(files)
        except ModelError as error:
            # What it has loaded so far is held by the frames that it passed through.
            free_frames(error)
            _give_back_memory()
            if before is not None:
                self._install(before, _load(before), limit_bytes)
            raise
        return self._install(files, checkpoint, limit_bytes)

    def _install(
        self, files: ModelFiles, checkpoint: "Checkpoint", memory_bytes: int
    ) -> LoadedModel:
        from .resident import ResidentModel

        limits = self._limits._replace(memory_bytes=memory_bytes)
        model = _describe(files, checkpoint)
        resident = ResidentModel(
            model, checkpoint, limits, self._open_spills(), self._past, self._read_pixels
        )
        resident.measure_work()
        self.resident, self._files = resident, files
        return model

    def _open_spills(self) -> SpillFolder | None:
        if self._spills is None and self._spills_dir is not None:
            self._spills = SpillFolder(self._spills_dir, self._spill_bytes)
        return self._spills


def _given_up(files: ModelFiles) -> ModelError:
    return ModelError(f"Loading {files.name} was given up.")


def _load(files: ModelFiles) -> "Checkpoint":
    from .loading import load_checkpoint

    return load_checkpoint(files)


def _give_back_memory() -> None:
    from .memory import give_back_memory

    give_back_memory()


def _describe(files: ModelFiles, checkpoint: "Checkpoint") -> LoadedModel:
    from .prompt import PromptBuilder

    return LoadedModel(
        name=files.name,
        source=files.source,
        context_length=checkpoint.context_length,
        weights_bytes=checkpoint.weights_bytes,
        notice=files.notice,
        reuse=checkpoint.family.reuse.kind,
        reuse_reason=checkpoint.family.reuse.reason,
        can_think=PromptBuilder(checkpoint.family).can_think,
    )
