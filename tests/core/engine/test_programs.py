"""Random conversations: whatever came before, an answer is the one of a cold run."""

from collections.abc import Callable
from typing import Any, NamedTuple

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from seeshell.core.engine.engine import AnswerOptions, PromptImage, PromptMessage
from seeshell.core.engine.resident import PrefillPace

SHORT = AnswerOptions(temperature=0.0, max_tokens=7)
TEXTS = ("What is it?", "and the square?", "\n\nwhy")
PICTURES = (
    ("circle", "red", (64, 64)),
    ("square", "blue", (64, 64)),
    ("circle", "green", (96, 64)),
    ("square", "red", (64, 160)),
)


class Step(NamedTuple):
    """One thing that a user does, and where."""

    action: str
    """`ask` goes on, `edit` asks another question there instead, `again` repeats the last one."""
    conversation: int
    place: int
    """Which question to edit."""
    text: str
    pictures: tuple[int, ...]
    stop_after: int
    """Events until the user stops the answer; 0 lets it end."""


steps = st.builds(
    Step,
    action=st.sampled_from(["ask", "ask", "ask", "edit", "again"]),
    conversation=st.integers(0, 1),
    place=st.integers(0, 3),
    text=st.sampled_from(TEXTS),
    pictures=st.lists(st.integers(0, len(PICTURES) - 1), max_size=2).map(tuple),
    stop_after=st.sampled_from([0, 0, 0, 1, 2, 4]),
)


def questions(messages: list[PromptMessage], step: Step, images: list[PromptImage]) -> Any:
    """Returns the conversation up to the question that the step asks."""
    question = PromptMessage("user", step.text, tuple(images[index] for index in step.pictures))
    if step.action == "ask" or not messages:
        return [*messages, question]
    if step.action == "again":
        return messages[:-1]
    return [*messages[: 2 * (step.place % (len(messages) // 2))], question]


@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(program=st.lists(steps, min_size=2, max_size=6), chunk=st.sampled_from([5, 13, 64]))
def test_every_answer_of_a_random_program_is_that_of_a_cold_run(
    make_asker: Any,
    endless: Any,
    plain_endless: Any,
    same: Any,
    draw: Callable[..., PromptImage],
    program: list[Step],
    chunk: int,
) -> None:
    images = [draw(shape, color, size) for shape, color, size in PICTURES]
    ask = make_asker(endless, memory_bytes=7_000_000)
    ask.resident.pace = PrefillPace(chunk, chunk, chunk)
    conversations: list[list[PromptMessage]] = [[], []]
    for step in program:
        messages = questions(conversations[step.conversation], step, images)
        answer = ask(*messages, options=SHORT, stop_when=stopping(step.stop_after))
        if answer.end.finish_reason == "cancelled":
            cold = plain_endless(*messages, max_tokens=7)
            assert answer.tokens == cold.tokens[: len(answer.tokens)]
        else:
            same(answer, plain_endless(*messages, max_tokens=7))
        conversations[step.conversation] = [*messages, PromptMessage("assistant", answer.text)]


def stopping(after: int) -> Callable[[Any], bool] | None:
    """Returns what stops an answer at its n-th event."""
    if after == 0:
        return None
    seen: list[Any] = []

    def stop(answer: Any) -> bool:
        seen.append(answer)
        return len(seen) >= after

    return stop
