import pytest
from msgspec.structs import replace

from seeshell.core.conversation import Message
from seeshell.tui.log.look import Look
from seeshell.tui.log.message_view import MessageView
from seeshell.tui.log.transcript import KEPT_LINES, START, Position, Transcript

from ...messages import answer, opened, question


def message(number: int, lines: int) -> Message:
    text = "\n".join(f"{number}.{line}" for line in range(lines))
    return question(number, text)


@pytest.fixture
def transcript() -> Transcript:
    """Messages of 3, 7, 12 and 3 lines, heading and gap included."""
    return Transcript(MessageView(message(n, lines)) for n, lines in enumerate((1, 5, 10, 1)))


def shown(transcript: Transcript, start: Position, count: int, look: Look) -> list[str]:
    return [row.line.text for row in transcript.page(start, count, look)]


def test_a_page_runs_over_messages(transcript: Transcript, look: Look) -> None:
    assert shown(transcript, Position(0, 1), 4, look) == ["0.0", "", "you", "1.0"]


def test_walking_counts_lines_and_stays_within_the_text(transcript: Transcript, look: Look) -> None:
    assert transcript.walk(START, 4, look) == Position(1, 1)
    assert transcript.walk(Position(3, 0), -13, look) == Position(1, 6)
    assert transcript.walk(Position(1, 3), -100, look) == START
    assert transcript.walk(START, 100, look) == Position(3, 2)


def test_the_last_page_ends_with_the_last_line(transcript: Transcript, look: Look) -> None:
    start = transcript.last_page(5, look)
    assert shown(transcript, start, 9, look) == ["2.9", "", "you", "3.0", ""]
    assert transcript.last_page(100, look) == START


def test_only_what_is_looked_at_is_rendered(transcript: Transcript, look: Look) -> None:
    transcript.page(transcript.last_page(5, look), 5, look)
    assert [view.kept_lines for view in transcript.views] == [0, 0, 12, 3]


def test_heights_become_exact_when_rendered(look: Look) -> None:
    view = MessageView(answer(1, "- a\n\n\n\n\n- b"))
    transcript = Transcript([view])
    assert transcript.tops(look) != [0, 5]
    transcript.lines(0, look)
    assert transcript.tops(look) == [0, 5]


def test_a_distance_from_the_top_leads_to_a_line(transcript: Transcript, look: Look) -> None:
    transcript.page(START, 100, look)
    assert transcript.find(0, look) == START
    assert transcript.find(11, look) == Position(2, 1)
    assert transcript.find(1000, look) == Position(3, 2)


def test_an_empty_transcript_has_no_rows(look: Look) -> None:
    empty = Transcript()
    assert empty.page(empty.last_page(5, look), 5, look) == []
    assert empty.find(3, look) == START


def test_what_stands_below_a_message_can_be_dropped(transcript: Transcript, look: Look) -> None:
    transcript.cut_below(9)
    assert len(transcript.views) == 4
    transcript.cut_below(1)
    assert shown(transcript, transcript.last_page(3, look), 9, look) == ["1.3", "1.4", ""]
    transcript.cut_below(None)
    assert transcript.views == []


def test_a_messages_new_view_takes_the_place_of_its_old_one(transcript: Transcript) -> None:
    again, other = MessageView(message(1, 2)), MessageView(message(7, 1))
    transcript.put(again)
    transcript.put(other)
    assert [view.message.id for view in transcript.views] == [0, 1, 2, 3, 7]
    assert transcript.index_of(1) == transcript.views.index(again) == 1


def test_lines_out_of_view_are_forgotten_oldest_first(look: Look) -> None:
    lines = KEPT_LINES // 3
    transcript = Transcript(MessageView(message(number, lines)) for number in range(6))
    for number in range(6):
        transcript.lines(number, look)
    transcript.release(transcript.page(START, 5, look))
    assert [view.kept_lines > 0 for view in transcript.views] == [True, *[False] * 3, True, True]


def test_an_open_answer_keeps_its_lines(look: Look) -> None:
    long = MessageView(answer(9, "x\n" * KEPT_LINES, reason=None))
    transcript = Transcript([long, MessageView(message(1, 1))])
    transcript.lines(0, look)
    transcript.release(transcript.page(Position(1, 0), 5, look))
    assert long.kept_lines > KEPT_LINES


def test_an_answer_names_its_model_where_it_differs_from_the_one_before(look: Look) -> None:
    first, second = answer(2, "A", model="small"), answer(4, "B", model="small")
    adapted = replace(answer(6, "C", model="small"), adapter="/adapters/cats")
    messages = [question(1, "1"), first, question(3, "2"), second, question(5, "3"), adapted]
    transcript = Transcript(MessageView(it) for it in messages)
    transcript.put(MessageView(question(7, "4")))
    transcript.put(MessageView(opened(8)))
    lines = shown(transcript, START, 100, look)
    assert [it for it in lines if it.startswith("answer")] == [
        "answer",
        "answer",
        "answer  small with cats",
        "answer",
    ]
    # Of one that streams it is known when it ends.
    transcript.views[-1].append("D")
    transcript.page(START, 100, look)
    transcript.views[-1].end(answer(8, "D", model="big"))
    assert "answer  big" in shown(transcript, START, 100, look)
