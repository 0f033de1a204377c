"""Where a later prompt can still agree with one: there a model's states are copied.

What can be cut back to any token needs no such points. A state can't: a later prompt goes on from a
copy of it, and what stands between the copy and the first difference is computed again.
"""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from .engine import PromptMessage
from .kv.prefix import TokenRun, common_length
from .prompt import PROBES

if TYPE_CHECKING:
    from .picture import Picture
    from .resident import ResidentModel


def reuse_points(
    resident: "ResidentModel",
    messages: Sequence[PromptMessage],
    pictures: "Sequence[Picture]",
    prompt: TokenRun,
    thinking: bool | None,
) -> tuple[int, ...]:
    """Returns the lengths of a prompt up to which later ones may agree with it, in order.

    These are where the question begins, where its last picture ends, and what the prompt of the
    next question repeats: templates of models that think begin an answer in another way than they
    repeat it.

    Args:
        resident: the model.
        messages: the conversation, its new question last.
        pictures: of all messages, in order.
        prompt: what they make up.
        thinking: as the prompt was built with it.
    """
    if resident.pool.layout.is_trimmable:
        return ()
    (start,) = draft_points(resident, messages, pictures, prompt, thinking)
    last_picture = [span.end for span in prompt.spans if span.start >= start][-1:]
    later = [
        [*messages, PromptMessage.of("assistant", probe), PromptMessage.of("user", probe)]
        for probe in PROBES
    ]
    repeated = _common(resident, later, pictures, prompt, thinking)
    # The last token is computed by itself anyway.
    return tuple(sorted({start, *last_picture, min(repeated, len(prompt) - 1)}))


def draft_points(
    resident: "ResidentModel",
    messages: Sequence[PromptMessage],
    pictures: "Sequence[Picture]",
    draft: TokenRun,
    thinking: bool | None,
) -> tuple[int, ...]:
    """Returns the same of what is known of a prompt whose question is not: where that begins."""
    if resident.pool.layout.is_trimmable:
        return ()
    *before, _ = messages
    count = sum(len(message.images) for message in before)
    others = [[*before, PromptMessage.of("user", probe)] for probe in PROBES]
    return (_common(resident, others, pictures[:count], draft, thinking),)


def _common(
    resident: "ResidentModel",
    prompts: Sequence[Sequence[PromptMessage]],
    pictures: "Sequence[Picture]",
    run: TokenRun,
    thinking: bool | None,
) -> int:
    """Returns how many first tokens a run has in common with all prompts."""
    build = partial(resident.prompts.build, pictures=pictures, thinking=thinking)
    return min(common_length(build(messages), run) for messages in prompts)
