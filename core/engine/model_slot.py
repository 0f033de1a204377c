"""The one model in memory: loaded, switched, freed. Lives on the MLX thread.

MLX is imported when the first model is loaded.
"""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from ..boxes import counts_pixels
from ..errors import ModelError, TurnError
from ..models.backends import explain_no_mlx
from ..models.known_reuse import KnownReuse
from ..models.memory import check_memory
from ..models.sources import ModelFiles
from ..stored_pixels import ReadPixels, read_pixels
from .engine import LoadedModel
from .kv.spill_folder import SpillFolder
from .limits import Limits
from .mlx_thread import free_frames
from .past_turns import LOADED_ANEW, PastTurns
from .stop_signal import never

if TYPE_CHECKING:
    from .adapters.lora import Lora
    from .adapters.lora_folder import LoraFolder
    from .loading import Checkpoint
    from .resident import ResidentModel


_NOT_QUANTISED: Final = (
    "kv_bits of config.toml has no effect: MLX can't quantise this model's KV cache here."
)


class _Contents(NamedTuple):
    """What a slot holds, or is to hold."""

    files: ModelFiles
    adapter: "LoraFolder | None"

    def has_adapter_of(self, other: "_Contents") -> bool:
        """Whether both name the same folder, with the same files in it."""
        one, two = self.adapter, other.adapter
        return (one and (one.path, one.digest)) == (two and (two.path, two.digest))

    def fit(self, checkpoint: "Checkpoint") -> "Lora | None":
        """Returns the adapter for the loaded model; None where there is none.

        Raises:
            ModelUnsupported: it was made for another model.
        """
        if self.adapter is None:
            return None
        from .adapters.lora import Lora

        return Lora(self.adapter, checkpoint.model, self.files.name)


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
        self._contents: _Contents | None = None
        """What the resident model was made of."""
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

    def load(self, files: ModelFiles, adapter: str, given_up: threading.Event) -> LoadedModel:
        """Loads a model in place of the one before, which stays or comes back when this fails.

        The one that is there already stays as it is; another adapter is put on it. Where both fit
        the memory, the one before is freed when the new one stands; else before that, and it is
        loaded again should the new one be broken or given up.

        Args:
            files: of the model.
            adapter: folder of what it is to answer with; empty for none.
            given_up: set by whoever does not want it any more.

        Raises:
            ModelError: with one sentence that says what to do.
        """
        try:
            from .memory import memory_limit_bytes
        except ImportError as error:
            raise explain_no_mlx(error) from error
        wanted = _Contents(files, _read_adapter(adapter))
        if self._contents is not None and files == self._contents.files:
            return self._switch_adapter(wanted, given_up)
        limit_bytes = self._limits.memory_bytes or memory_limit_bytes()
        check_memory(files.name, files.needed_bytes, limit_bytes)
        if given_up.is_set():
            raise _given_up(files)
        if self.active_bytes + files.needed_bytes > limit_bytes:
            return self._replace(wanted, limit_bytes, given_up)
        checkpoint = _load(files)
        lora = wanted.fit(checkpoint)
        if given_up.is_set():
            return _describe(files, checkpoint)
        self.free()
        return self._install(wanted, checkpoint, lora, limit_bytes)

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
        self.resident = self._contents = None
        _give_back_memory()

    @property
    def found_out(self) -> tuple[str, KnownReuse] | None:
        """Revision of the model's files and what was found out of it; None without a model."""
        resident, contents = self.resident, self._contents
        if resident is None or contents is None:
            return None
        layout, model = resident.pool.layout, resident.model
        found = KnownReuse(
            reuse=resident.family.reuse.kind,
            reason=resident.family.reuse.reason,
            source=contents.files.source,
            kv_token_bytes=0 if self._limits.kv_bits else layout.token_bytes,
            loaded_bytes=model.weights_bytes,
            pace=resident.picture_pace.found,
        )
        return contents.files.revision, found

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

    def _switch_adapter(self, wanted: _Contents, given_up: threading.Event) -> LoadedModel:
        """Puts another adapter on the model that is there, or takes off the one that it has."""
        resident, before = self.loaded(), self._contents
        is_other = before is not None and not wanted.has_adapter_of(before)
        if is_other and not given_up.is_set():
            # It is compared with the model's own layers, and put back should it not fit.
            worn = resident.adapter
            resident.switch_adapter(None)
            try:
                worn = wanted.fit(resident.checkpoint)
                self._contents = wanted
            finally:
                resident.switch_adapter(worn)
        return resident.model

    def _replace(
        self, wanted: _Contents, limit_bytes: int, given_up: threading.Event
    ) -> LoadedModel:
        before = self._contents
        self.free()
        try:
            checkpoint = _load(wanted.files)
            lora = wanted.fit(checkpoint)
            if given_up.is_set() and before is not None:
                del checkpoint, lora
                raise _given_up(wanted.files)
        except ModelError as error:
            # What it has loaded so far is held by the frames that it passed through.
            free_frames(error)
            _give_back_memory()
            if before is not None:
                checkpoint = _load(before.files)
                self._install(before, checkpoint, before.fit(checkpoint), limit_bytes)
            raise
        return self._install(wanted, checkpoint, lora, limit_bytes)

    def _install(
        self,
        contents: _Contents,
        checkpoint: "Checkpoint",
        lora: "Lora | None",
        memory_bytes: int,
    ) -> LoadedModel:
        from .resident import ResidentModel

        limits = self._limits._replace(memory_bytes=memory_bytes)
        model = _describe(contents.files, checkpoint)
        resident = ResidentModel(
            model, checkpoint, limits, self._open_spills(), self._past, self._read_pixels
        )
        if limits.kv_bits and not resident.pool.layout.bits:
            notice = f"{model.notice} {_NOT_QUANTISED}".strip()
            resident.model = replace(model, notice=notice)
        resident.measure_work()
        if lora is not None:
            resident.switch_adapter(lora)
        self.resident, self._contents = resident, contents
        return resident.model

    def _open_spills(self) -> SpillFolder | None:
        if self._spills is None and self._spills_dir is not None:
            self._spills = SpillFolder(self._spills_dir, self._spill_bytes)
        return self._spills


def _given_up(files: ModelFiles) -> ModelError:
    return ModelError(f"Loading {files.name} was given up.")


def _read_adapter(path: str) -> "LoraFolder | None":
    """Returns what an adapter's folder holds; None where none is named."""
    if not path:
        return None
    from .adapters.lora_folder import read_lora

    return read_lora(path)


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
        boxes_in_pixels=counts_pixels(checkpoint.model_type),
    )
