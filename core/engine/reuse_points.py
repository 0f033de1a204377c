"""Where a later prompt can still agree with one: there a model's states are copied.

What can be cut back to any token needs no such points. A state can't: a later prompt goes on from a
copy of it, and what stands between the copy and the first difference is computed again.
"""

from collections.abc import Sequence
from dataclasses import replace
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
) -> tuple[int, ...]:
    """Returns the lengths of a prompt up to which later ones may agree with it, in order.

    These are the points of its draft, and what the prompt of a later question repeats: templates of
    models that think begin an answer in another way than they repeat it.

    Args:
        resident: the model.
        messages: the conversation, its new question last.
        pictures: of all messages, in order.
        prompt: what they make up.
    """
    points = draft_points(resident, messages, pictures)
    if resident.pool.layout.is_trimmable:
        return points
    build = resident.prompts.build
    later = (
        build(
            [*messages, PromptMessage.of("assistant", probe), PromptMessage.of("user", probe)],
            pictures,
        )
        for probe in PROBES
    )
    repeated = min(common_length(run, prompt) for run in later)
    # The last token is computed by itself anyway.
    return tuple(sorted({*points, min(repeated, len(prompt) - 1)}))


def draft_points(
    resident: "ResidentModel",
    messages: Sequence[PromptMessage],
    pictures: "Sequence[Picture]",
) -> tuple[int, ...]:
    """Returns the lengths of a prompt whose question is not known yet, as `reuse_points` does.

    These are where the question begins, and where its last picture ends.
    """
    if resident.pool.layout.is_trimmable:
        return ()
    *before, question = messages
    count = sum(len(message.images) for message in before)
    bare = replace(question, parts=question.parts[-1:])
    begun = resident.prompts.build_draft([*before, bare], pictures[:count])
    draft = resident.prompts.build_draft(messages, pictures)
    return tuple(sorted({len(begun), len(draft)}))
