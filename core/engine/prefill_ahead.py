"""Computes ahead what a turn will need, while its question is being typed. On the MLX thread."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from .engine import PromptMessage
from .kv.prefix import TokenRun
from .memory_guard import guarded_memory
from .picture import Picture
from .prefill import Prefill, start_over
from .resident import ResidentModel
from .reuse_points import draft_points
from .stop_signal import StopSignal
from .turn import check_length

_ANY_TOKEN = -1
"""What follows a draft: no token of the draft itself has to be computed for its logits."""


@dataclass
class PrefillAhead:
    """A prompt whose question, the last message, is not known yet but for its pictures."""

    resident: ResidentModel
    conversation: int
    stop: StopSignal = field(default_factory=StopSignal)
    """Set by anyone who has something more urgent to do; what was computed by then stays."""
    thinking: bool | None = None
    """As the turn's options will have it: templates may write it at the start of a prompt."""

    def run(self, messages: Sequence[PromptMessage]) -> None:
        """Encodes and prefills what is known of the prompt.

        Raises:
            TurnError, ImageError: why a turn of this prompt could not be computed.
        """
        self._tokens = 0
        with guarded_memory(self.resident, lambda: self._tokens):
            self._prepare(messages)
        if not self.stop.is_set():
            self.resident.pictures.drop_pixels()

    def _prepare(self, messages: Sequence[PromptMessage]) -> None:
        images = (image for message in messages for image in message.images)
        pictures = self.resident.pictures.look_up(images, self.stop.check)
        if pictures is None or not self.resident.pool.layout.is_kept:
            return
        run = self.resident.prompts.build_draft(messages, pictures, thinking=self.thinking)
        self.resident.note_reuse()
        self._tokens = len(run)
        check_length(run, self.resident.checkpoint.context_length)
        self.resident.drafts.replace(self.conversation, run)
        if not self.stop.is_set() and not self.resident.pool.touch(run):
            points = draft_points(self.resident, messages, pictures, run, self.thinking)
            self._extend(run, pictures, points)

    def _extend(self, run: TokenRun, pictures: Sequence[Picture], points: Sequence[int]) -> None:
        wanted = replace(run, tokens=[*run.tokens, _ANY_TOKEN])
        pool, stopped = self.resident.pool, self.stop.is_set
        with pool.acquire(wanted, 0, owner=self.conversation, is_stopped=stopped) as branch:
            start_over(self.resident.family, run, branch)
            self.resident.drafts.record(self.conversation, run, branch, len(branch.tokens))
            prefill = Prefill(self.resident, run, pictures, self.stop, points=points)
            prefill.run(branch, lambda _: None)
