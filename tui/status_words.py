"""Words for what the model does, how full the context is and how fast answers come."""

from collections.abc import Callable

from ..core.conversation import TurnStats
from ..core.messages.picture_events import PictureFetching
from .session.answer_progress import AnswerProgress
from .session.model_status import Load, ModelStatus
from .sizes import in_bytes

LEAST_SECONDS = 2
"""Shorter waits are shown without their length."""


def model_words(status: ModelStatus) -> str:
    """Returns the model that answers and its adapter; what is to be loaded where there is none."""
    load = short_name(status.load.source) if status.load else ""
    if not status.name:
        return load or short_name(status.wanted)
    return named_with(status.name, status.adapter)


def named_with(model: str, adapter: str) -> str:
    """Returns the name of a model with that of its adapter, if it has one.

    Args:
        model: its name.
        adapter: the adapter's folder; empty for none.
    """
    return f"{model} with {short_name(adapter)}" if adapter else model


def state_words(
    status: ModelStatus, progress: AnswerProgress, conversation: int | None, now: float
) -> str:
    """Returns what is being done, for whoever looks at a conversation.

    Args:
        status: of the core's model.
        progress: of the answer in the conversation.
        conversation: its id; None for a new one.
        now: seconds since the epoch.
    """
    if status.connection == "connecting":
        return "connecting"
    if status.connection != "connected":
        return "not connected" if status.connection == "cut off" else "no core"
    if progress.step in ("idle", "queued") and status.load is not None:
        words = load_words(status.load, names_it=bool(status.name))
        return with_seconds(words, status.load.since, now)
    if progress.step == "idle":
        return _rest_words(status, conversation)
    words = _step_words(status, progress, conversation)
    return with_seconds(words, progress.since, now) if progress.is_wait else words


def with_seconds(words: str, since: float, now: float) -> str:
    """Returns the words for a wait with how long it takes already."""
    seconds = int(now - since)
    if seconds < LEAST_SECONDS:
        return words
    minutes, rest = divmod(seconds, 60)
    return f"{words} · {minutes} min {rest} s" if minutes else f"{words} · {rest} s"


def load_words(load: Load, *, names_it: bool) -> str:
    """Returns how far a model is on its way.

    Args:
        load: what is being loaded.
        names_it: whether another model is named beside these words.
    """
    percent = f" {100 * load.fraction:.0f} %" if load.fraction else ""
    if names_it:
        return f"loading {short_name(load.source)}{percent}"
    return f"{load.stage or 'loading'}{percent}"


def progress_words(progress: AnswerProgress, server: str) -> str:
    """Returns what is being done for an answer that was taken up.

    Args:
        progress: of the answer.
        server: host that answers; empty for a model of this machine.
    """
    words: dict[str, Callable[[], str]] = {
        "starting": lambda: f"waiting for {server}" if server else "preparing",
        "waiting": lambda: f"waiting for {server or 'the server'}",
        "encoding": lambda: _picture_words(progress),
        "prefilling": lambda: f"reading {progress.done:,} of {progress.total:,} tokens",
    }
    return words[progress.step]() if progress.step in words else progress.step


def context_words(stats: TurnStats | None, context_length: int, freed_tokens: int = 0) -> str:
    """Returns how full the context is after an answer; empty while unknown.

    Args:
        stats: of the answer.
        context_length: tokens that fit; 0 while unknown.
        freed_tokens: what was left out since then, less what was taken in again.
    """
    used = stats.context_tokens if stats else 0
    used = max(used - freed_tokens, 0)
    if not context_length:
        return f"{used:,} tokens" if used else ""
    return f"context {100 * used / context_length:.0f} %"


def speed_words(stats: TurnStats | None, progress: AnswerProgress) -> str:
    """Returns how fast the answer comes, or how fast the last one came; empty before the first."""
    if progress.tps:
        return f"{progress.tps:.0f} tokens/s"
    if progress.step != "idle" or stats is None or not stats.generated_tokens:
        return ""
    rate = f" · {stats.generation_tps:.0f} tokens/s" if stats.generation_tps else ""
    return f"{stats.ttft:.2f} s{rate}"


def short_name(source: str) -> str:
    """Returns the part of a model's source that tells it from others; addresses stay whole."""
    if "://" in source:
        address, _, name = source.partition("#")
        return name or address
    return source.rstrip("/").rpartition("/")[2]


def _rest_words(status: ModelStatus, conversation: int | None) -> str:
    if not status.name:
        return "no model" if status.has_failed else "not loaded"
    return "answering elsewhere" if status.serves_another(conversation) else "ready"


def _step_words(status: ModelStatus, progress: AnswerProgress, conversation: int | None) -> str:
    if progress.step != "queued":
        return progress_words(progress, status.server)
    return queue_words(status.answers_before(conversation))


def queue_words(answers: int) -> str:
    """Returns what a question waits for, by the answers of other conversations before its own."""
    if not answers:
        return "queued"
    return "queued behind another answer" if answers == 1 else f"queued behind {answers} answers"


def fetching_words(fetching: PictureFetching) -> str:
    """Returns how far a picture is that comes from the web."""
    if not fetching.total_bytes:
        return f"fetching, {in_bytes(fetching.done_bytes)}"
    share = 100 * fetching.done_bytes / fetching.total_bytes
    return f"fetching, {share:.0f} % of {in_bytes(fetching.total_bytes)}"


def _picture_words(progress: AnswerProgress) -> str:
    if progress.total == 1:
        return "encoding the picture"
    return f"encoding picture {progress.done} of {progress.total}"
