"""Plays programs on the engine, each answer beside the one of a cold run through mlx-vlm."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from seeshell.core.engine.decoding.row_check import RowCheck
from seeshell.core.engine.engine import PromptImage, PromptMessage
from seeshell.core.engine.kv.spill_folder import SpillFolder
from seeshell.core.engine.loading import Checkpoint
from seeshell.core.engine.prefill_ahead import PrefillAhead
from seeshell.core.engine.prefill_pace import PrefillPace
from seeshell.core.engine.resident import make_layout
from seeshell.core.errors import OutOfMemory
from seeshell.core.generation_options import GenerationOptions
from seeshell.core.placed_pictures import read_places

from ..core.engine.asking import (
    AlwaysGains,
    Answer,
    Asker,
    Plain,
    assert_about_same,
    assert_same,
    assert_same_logits,
    draw_shape,
    make_asker,
    sheet_image,
)
from .programs import CONVERSATIONS, EXCERPTS, KV_BITS, KV_TOKENS, PICTURES, Program, Step

_SHORT, _LONG = (GenerationOptions(temperature=0.0, max_tokens=tokens) for tokens in (7, 40))
"""Where there is a limit of KV, answers grow until they reach it."""

_FEATURES_BYTES: Final = 40_000
"""Little, so that programs evict features on their own too."""

_SPARE_TOKENS: Final = 2
"""By which an answer's KV grows: several times in an answer, so that it evicts and ends there."""

_TOLERANCE: Final = {8: 0.05, 4: 0.2}
"""Of logits, by the bits of quantised KV."""

_SPILLED_BLOCK_TOKENS: Final = 24
"""Short, so that a conversation has several blocks and pictures lie across their bounds."""

Messages = list[PromptMessage]


@dataclass
class Player:
    """Plays one program after the other on one model."""

    checkpoint: Checkpoint
    folder: Path
    """For pictures and spills."""
    answers: int = 0
    """Answers compared so far."""
    cold: dict[Any, Answer] = field(default_factory=dict)
    """Cold answers by what was asked: programs ask the same again and again."""

    def __post_init__(self) -> None:
        self._plain = Plain(self.checkpoint)
        self.checks = {bits: RowCheck() for bits in KV_BITS}
        """What is known of passes of several rows, by the bits of the KV."""
        sheet = sheet_image(self.folder)
        self._images = [
            *(draw_shape(self.folder, *picture) for picture in PICTURES),
            *(replace(sheet, excerpt=excerpt) for excerpt in EXCERPTS),
        ]

    def play(self, program: Program) -> None:
        """Plays the program on a fresh engine.

        Raises:
            AssertionError: an answer is not the one of a cold run.
        """
        shutil.rmtree(self.folder / "spills", ignore_errors=True)
        game = _Game(self, program)
        for step in program.steps:
            game.take(step)

    def failure(self, program: Program) -> str:
        """What is wrong with the program's answers; empty if nothing is."""
        try:
            self.play(program)
        except Exception as error:  # noqa: BLE001 - whatever it is, the program failed
            return f"{type(error).__name__}: {error}"
        return ""

    def images(self, step: Step) -> tuple[PromptImage, ...]:
        """The pictures that a step shows."""
        return tuple(self._images[index] for index in step.pictures)

    def compare(self, messages: Messages, answer: Answer, program: Program) -> None:
        """Makes sure that the answer is the one of a cold run, as far as it came."""
        self.answers += 1
        cold = self._cold(messages, program)
        assert answer.end is not None
        is_cut = answer.end.finish_reason == "cancelled" or answer.end.stats.ended_early
        if program.kv_bits and answer.logits is not None:
            assert_about_same(answer, cold, _TOLERANCE[program.kv_bits])
        elif not is_cut:
            assert_same(answer, cold)
        elif answer.logits is not None:
            assert_same_logits(answer, cold)
            assert answer.tokens == cold.tokens[: len(answer.tokens)]

    def _cold(self, messages: Messages, program: Program) -> Answer:
        """What mlx-vlm answers or, with quantised KV, an engine that has seen nothing else."""
        options = options_of(program)
        asked = tuple((message.role, message.text, message.images) for message in messages)
        key = program.kv_bits, options.max_tokens, asked
        if key not in self.cold:
            if program.kv_bits:
                ask = make_asker(self.checkpoint, kv_bits=program.kv_bits)
                ask.resident.ahead.is_allowed = False
                self.cold[key] = ask(*messages, options=options)
            else:
                self.cold[key] = self._plain(*messages, max_tokens=options.max_tokens)
        return self.cold[key]


def options_of(program: Program) -> GenerationOptions:
    """How a program's questions are answered."""
    return _SHORT if program.kv_tokens == KV_TOKENS[0] else _LONG


class _Game:
    """One program being played."""

    def __init__(self, player: Player, program: Program) -> None:
        self._player = player
        self._program = program
        self._messages: list[Messages] = [[] for _ in range(CONVERSATIONS)]
        self._ends: list[list[Messages]] = [[] for _ in range(CONVERSATIONS)]
        self._ask = self._load()

    def take(self, step: Step) -> None:
        """Does what the step says and compares the answer, if there is one."""
        resident = self._ask.resident
        slot = step.conversation
        match step.action:
            case "prepare":
                self._prepare(step)
            case "evict":
                resident.free_caches()
            case "spill":
                resident.spill()
                resident.free_caches()
            case "restart":
                resident.spill()
                self._ask = self._load()
            case "forget":
                resident.drafts.drop(slot + 1)
                resident.pool.drop_conversation(slot + 1)
                self._messages[slot] = []
                self._ends[slot] = []
            case "fork":
                kept = self._messages[slot][: 2 * step.place]
                self._messages[(slot + 1) % CONVERSATIONS] = kept
            case _:
                self._answer(step)

    def _load(self) -> Asker:
        ask = self._make_asker(SpillFolder(self._player.folder / "spills", 10_000_000))
        ask.resident.pace = PrefillPace(*3 * [self._program.chunk])
        return ask

    def _make_asker(self, spills: SpillFolder | None = None) -> Asker:
        program, checkpoint = self._program, self._player.checkpoint
        layout = make_layout(checkpoint, program.kv_bits)
        kv_bytes = layout.nbytes(program.kv_tokens) if program.kv_tokens else 0
        ask = make_asker(
            checkpoint,
            spills,
            kv_bits=program.kv_bits,
            # Copies of states take their part of the limit.
            kv_bytes=kv_bytes if layout.is_trimmable else 2 * kv_bytes,
            spare_tokens=_SPARE_TOKENS,
            features_bytes=_FEATURES_BYTES,
            block_tokens=_SPILLED_BLOCK_TOKENS,
        )
        # As much as can be is decoded ahead, and what is found of that is kept over restarts.
        ask.resident.ahead.gain = AlwaysGains()
        ask.resident.ahead.check = self._player.checks[program.kv_bits]
        return ask

    def _prepare(self, step: Step) -> None:
        draft = PromptMessage.of("user", "", self._player.images(step))
        preparation = PrefillAhead(self._ask.resident, step.conversation + 1)
        if step.stop_after:
            family = self._ask.resident.family
            extend = _stopping(family.extend, step.stop_after, preparation.stop.set)
            family.extend = extend  # type: ignore[method-assign]
        messages = [*self._messages[step.conversation], draft]
        with self._refusing(messages):
            preparation.run(messages)
        self._ask.resident.family.__dict__.pop("extend", None)

    def _answer(self, step: Step) -> None:
        slot = step.conversation
        messages = self._question(step)
        with self._refusing(messages):
            answer = self._ask(
                *messages,
                options=options_of(self._program),
                stop_when=_after(step.stop_after),
                conversation=slot + 1,
            )
            self._ask.resident.pool.shrink_to_budget()
            self._player.compare(messages, answer, self._program)
            self._messages[slot] = [*messages, PromptMessage.of("assistant", answer.text)]
            self._ends[slot].append(self._messages[slot])

    @contextmanager
    def _refusing(self, messages: Messages) -> Iterator[None]:
        """Lets the engine refuse messages that are too long for one that holds nothing else, too.

        The conversation then stays as it was.
        """
        try:
            yield
        except OutOfMemory as error:
            with suppress(OutOfMemory):
                self._make_asker()(*messages, options=_SHORT)
                raise AssertionError("an engine that holds nothing has room for it") from error

    def _question(self, step: Step) -> Messages:
        """The conversation up to the question that the step asks."""
        messages = self._messages[step.conversation]
        ends = self._ends[step.conversation]
        images = self._player.images(step)
        pieces = [it for it in read_places(step.text, len(images)) if it != ""]
        question = PromptMessage(
            "user", tuple(it if isinstance(it, str) else images[it] for it in pieces)
        )
        if step.action == "revert" and ends:
            return [*ends[step.place % len(ends)], question]
        if step.action == "again" and messages:
            return messages[:-1]
        if step.action == "edit" and messages:
            return [*messages[: 2 * (step.place % (len(messages) // 2))], question]
        return [*messages, question]


def _after(count: int) -> Callable[[Answer], bool] | None:
    """What stops an answer at its n-th event; None for nothing."""
    if count == 0:
        return None
    seen: list[Answer] = []

    def stop(answer: Answer) -> bool:
        seen.append(answer)
        return len(seen) >= count

    return stop


def _stopping(extend: Callable[..., Any], chunks: int, stop: Callable[[], None]) -> Any:
    """What computes chunks as `extend` does and asks to stop with the n-th."""
    left = iter(range(chunks - 1))

    def extend_and_stop(*arguments: Any) -> Any:
        if next(left, None) is None:
            stop()
        return extend(*arguments)

    return extend_and_stop
