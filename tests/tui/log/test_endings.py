"""What the log shows of answers that are no complete success."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from seeshell.core.conversation import FinishReason, Message, TurnStats, compose
from seeshell.tui.log.look import Look
from seeshell.tui.log.message_view import MessageView
from seeshell.tui.log.palette import Palette
from seeshell.tui.visible import visible

from ... import messages

LEFT_OUT = ["  not part of the context: e edits and", "  asks again, ctrl+r asks again"]


def answer(
    reason: FinishReason | None, text: str = "", thoughts: str = "", error: str = ""
) -> Message:
    message = messages.answer(2, text, reason, error=error)
    return replace(message, parts=compose(text, thoughts=thoughts))


def texts(message: Message, look: Look) -> list[str]:
    return [line.text for line in MessageView(message).lines(look)]


@pytest.mark.parametrize(
    ("message", "lines"),
    [
        pytest.param(
            answer("filtered", "Half", error="It was cut off."),
            ["Half", "It was cut off."],
            id="filtered in mid-text",
        ),
        pytest.param(
            answer("filtered", error="Nothing came."),
            ["Nothing came.", *LEFT_OUT],
            id="filtered at once",
        ),
        pytest.param(
            answer("filtered", thoughts="Hm.", error="Nothing came."),
            ["  Hm.", "Nothing came.", *LEFT_OUT],
            id="filtered in thought",
        ),
        pytest.param(answer("empty", error="It is empty."), ["It is empty."], id="empty"),
        pytest.param(
            answer("thoughts_only", thoughts="Two *lemons*?\nYes.", error="It only thought."),
            ["  Two *lemons*?", "  Yes.", "It only thought."],
            id="thoughts alone, as they were written",
        ),
        pytest.param(
            answer("cancelled", thoughts="Hm."), ["  Hm.", "  stopped"], id="stopped in thought"
        ),
        pytest.param(
            answer("failed", thoughts="Hm.", error="It broke."),
            ["  Hm.", "It broke.", *LEFT_OUT],
            id="failed in thought",
        ),
        pytest.param(
            answer("stop", "Two.", "Hm."),
            ["  thought first: a word", "Two."],
            id="thoughts and an answer",
        ),
        pytest.param(answer(None, thoughts="Hm."), ["  Hm."], id="still thinking"),
    ],
)
def test_each_ending_says_what_happened_and_loses_no_word(
    message: Message, lines: list[str], look: Look
) -> None:
    assert texts(message, look) == ["answer", *lines, ""]


def test_of_long_thoughts_the_end_is_shown(look: Look) -> None:
    thoughts = "\n".join(f"thought {number}" for number in range(10_000))
    shown = texts(answer("thoughts_only", thoughts=thoughts), look)
    assert shown[1] == "  …"
    assert shown[2:-1] == [f"  thought {number}" for number in range(9_989, 10_000)]


def test_thoughts_before_an_answer_are_folded_until_they_are_asked_for(look: Look) -> None:
    stats = TurnStats(thought_tokens=1_200, thought_seconds=3.24)
    message = replace(answer("stop", "Two.", "One and\none."), stats=stats)
    folded = look._replace(shows_receipts=False)
    assert texts(message, folded) == [
        "answer",
        "  thought first: 1,200 tokens, 3.2 s",
        "Two.",
        "",
    ]
    shown = folded._replace(shows_thoughts=True)
    assert texts(message, shown) == ["answer", "  One and", "  one.", "", "Two.", ""]
    for it in (folded, shown):
        assert MessageView(message).height(it) == len(texts(message, it))


def test_thoughts_are_seen_as_they_come_and_folded_once_the_answer_begins(look: Look) -> None:
    view = MessageView(answer(None))
    view.append_thoughts("One ")
    view.append_thoughts("and one.")
    assert [line.text for line in view.lines(look)] == ["answer", "  One and one.", ""]
    view.append("\n\n")
    assert [line.text for line in view.lines(look)] == ["answer", "  One and one.", ""]
    folded = ["answer", "  thought first: 3 words", "Two.", ""]
    view.append("Two.")
    assert [line.text for line in view.lines(look)] == folded
    view.end(answer("stop", "Two.", "One and one."))
    assert [line.text for line in view.lines(look)] == folded


@settings(deadline=None)
@given(thoughts=st.text(max_size=2_000), width=st.integers(10, 100))
def test_thoughts_are_safe_and_take_few_lines(palette: Palette, thoughts: str, width: int) -> None:
    for line in (
        lines := MessageView(answer("empty", thoughts=thoughts)).lines(Look(width, palette))
    ):
        assert line.cells <= width
        assert visible(line.text, keep="") == line.text
    assert len(lines) <= 14


def test_copying_an_answer_without_words_copies_its_thoughts() -> None:
    assert MessageView(answer("thoughts_only", thoughts="Two.\x1b[m")).text == "Two.␛[m"
    assert MessageView(answer("stop", "Yes.", "Hm.")).text == "Yes."


def test_thoughts_that_streamed_are_there_at_the_end(look: Look) -> None:
    view = MessageView(answer(None))
    assert [line.text for line in view.lines(look)] == ["answer", "  …", ""]
    view.end(answer("thoughts_only", thoughts="Two."))
    assert [line.text for line in view.lines(look)] == ["answer", "  Two.", ""]


@pytest.mark.parametrize("then", ["text", "end", "over"])
def test_what_is_waited_for_is_said_until_the_answer_goes_on(look: Look, then: str) -> None:
    view = MessageView(answer(None))
    view.lines(look)
    view.wait_for("The server\x1b is busy.")
    assert [line.text for line in view.lines(look)] == ["answer", "  The server␛ is busy.", ""]
    if then == "text":
        view.append("Two.")
    elif then == "end":
        view.end(answer("stop", "Two."))
    else:
        view.wait_for("")
    assert "busy" not in "".join(line.text for line in view.lines(look))
