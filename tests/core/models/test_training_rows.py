"""Which answers of a conversation are learned, and what stands before them."""

from pathlib import Path

from msgspec.structs import replace

from seeshell.core.conversation import Attachment, Message, compose
from seeshell.core.models.training_rows import find_rows

from ...messages import answer, question

PICTURE = Attachment(sha256="aa", name="a.png", width=8, height=8)


def learned(*messages: Message) -> list[str]:
    return [row.messages[-1].text for row in find_rows(messages)]


def corrected(number: int, text: str) -> Message:
    return replace(answer(number, text, reason=None), is_corrected=True)


def test_every_complete_answer_is_learned_with_what_stands_before_it() -> None:
    rows = list(
        find_rows(
            [question(1, "What?", PICTURE), answer(2, "A."), question(3, "And?"), answer(4, "B.")],
            "Be brief.",
        )
    )
    asked = {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "What?"}]}
    said = {"role": "assistant", "content": "A."}
    system = {"role": "system", "content": "Be brief."}
    first, second = (row.as_document({("aa", 0): Path("/p/aa.png")}) for row in rows)
    assert first == {"messages": [system, asked, said], "images": ["/p/aa.png"]}
    assert second["messages"][:3] == [system, asked, said]
    assert second["messages"][-1] == {"role": "assistant", "content": "B."}


def test_corrected_answers_alone_are_learned_where_there_are_some() -> None:
    assert learned(
        question(1, "a"), answer(2, "No."), question(3, "b"), corrected(4, "Yes."),
    ) == ["Yes."]  # fmt: skip


def test_what_failed_or_is_left_out_is_neither_learned_nor_asked() -> None:
    out = replace(question(5, "c"), is_left_out=True), replace(answer(6, "C"), is_left_out=True)
    messages = [
        question(1, "a"), answer(2, "A, cut", "length"),
        question(3, "b"), answer(4, "", "failed", error="It broke."),
        *out,
        question(7, "d"), answer(8, "D"),
    ]  # fmt: skip
    (row,) = find_rows(messages)
    assert [it.text for it in row.messages] == ["d", "D"]


def test_pictures_that_are_left_out_and_thoughts_are_not_learned() -> None:
    gone = replace(PICTURE, is_left_out=True)
    told = replace(answer(2), parts=compose("A.", thoughts="Hm."))
    (row,) = find_rows([question(1, "What?", gone), told])
    assert row.pictures == ()
    assert row.as_document({})["messages"] == [
        {"role": "user", "content": [{"type": "text", "text": "What?"}]},
        {"role": "assistant", "content": "A."},
    ]
