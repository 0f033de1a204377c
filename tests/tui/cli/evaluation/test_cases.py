"""Files of questions: JSONL, VQAv2 and COCO, and what is wrong with others."""

import json
from pathlib import Path

import pytest

from seeshell.core.errors import BadRequest
from seeshell.tui.cli.evaluation.cases import Case, CaseFile, read_cases
from seeshell.tui.cli.evaluation.scorers import choose_scorers


def write(folder: Path, name: str, *documents: object) -> Path:
    path = folder / name
    path.write_text("\n".join(json.dumps(it) for it in documents), encoding="utf-8")
    return path


def read(file: Path, pictures: Path | None = None, annotations: Path | None = None) -> CaseFile:
    return read_cases(file, pictures, annotations, "Describe it.")


def test_a_row_of_jsonl_names_picture_question_and_answers(tmp_path: Path) -> None:
    rows = [
        {"picture": "a.png", "question": "Which?", "answers": ["one", 2], "kind": "count"},
        {"id": "x7", "image": "/b.png", "answer": "three"},
    ]
    assert read(write(tmp_path, "q.jsonl", *rows)) == CaseFile(
        "jsonl",
        (
            Case("1", tmp_path / "a.png", "Which?", ("one", "2"), "count"),
            Case("x7", Path("/b.png"), "Describe it.", ("three",)),
        ),
    )


def test_an_answer_may_stand_alone_and_texts_hold_any_ends_of_lines(tmp_path: Path) -> None:
    rows = [{"picture": "a.png", "question": "one\u2028two\x85", "answers": "red"}]
    file = tmp_path / "q.jsonl"
    # As Windows writes it: with a byte order mark, and carriage returns.
    text = "\r\n".join(json.dumps(it, ensure_ascii=False) for it in rows)
    file.write_bytes(f"\ufeff{text}\r\n".encode())
    (case,) = read(file).cases
    assert (case.question, case.accepted) == ("one\u2028two\x85", ("red",))


def test_questions_and_annotations_of_vqa_are_put_together(tmp_path: Path) -> None:
    people = [{"answer_id": number, "answer": "net"} for number in range(10)]
    questions = {
        "data_subtype": "val2014",
        "questions": [
            {"image_id": 458752, "question": "What is this?", "question_id": 458752000},
            {"image_id": 1, "question": "Unanswered?", "question_id": 1000},
        ],
    }
    annotations = {
        "annotations": [
            {"question_id": 458752000, "answer_type": "other", "answers": people},
        ]
    }
    file = write(tmp_path, "questions.json", questions)
    found = read(file, Path("/val2014"), write(tmp_path, "annotations.json", annotations))
    picture = Path("/val2014/COCO_val2014_000000458752.jpg")
    case = Case("458752000", picture, "What is this?", ("net",) * 10, "other")
    assert found == CaseFile("vqa", (case,))
    assert choose_scorers([], found.kind, found.cases) == ["vqa"]


def test_all_captions_of_a_picture_are_accepted(tmp_path: Path) -> None:
    document = {
        "images": [{"id": 5, "file_name": "5.jpg"}, {"id": 6, "file_name": "6.jpg"}],
        "annotations": [{"image_id": 5, "caption": "A dog."}, {"image_id": 5, "caption": "A pup."}],
    }
    found = read(write(tmp_path, "captions.json", document))
    case = Case("5", tmp_path / "5.jpg", "Describe it.", ("A dog.", "A pup."))
    assert found == CaseFile("coco", (case,))


@pytest.mark.parametrize(
    ("name", "document", "sentence"),
    [
        ("q.jsonl", {"answer": "red"}, "Line 1 of .* needs picture, question and answers"),
        ("q.jsonl", {"picture": "a.png"}, "no answer that is accepted"),
        ("q.jsonl", {"picture": 5, "answer": "red"}, r"Expected `str`, got `int` .*picture"),
        ("q.jsonl", {"picture": "a.png", "answer": None}, "no answer that is accepted"),
        ("q.jsonl", {"picture": "a.png", "answers": [{"answer": "x"}]}, r"Line 1 .*answers\[0"),
        ("q.jsonl", {"picture": "a.png", "answers": []}, "no answer that is accepted"),
        ("q.json", {"questions": []}, "name it by --annotations"),
        ("q.json", {"something": 1}, "take JSONL, VQAv2's questions or COCO's captions"),
    ],
)
def test_what_is_no_file_of_questions_is_told(
    tmp_path: Path, name: str, document: object, sentence: str
) -> None:
    with pytest.raises(BadRequest, match=sentence):
        read(write(tmp_path, name, document))


def test_a_row_that_nests_without_end_is_told(tmp_path: Path) -> None:
    file = tmp_path / "q.jsonl"
    file.write_text('{"picture": "a.png", "more": ' + "[" * 100_000)
    with pytest.raises(BadRequest, match=r"Line 1 of .* is no row"):
        read(file)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="can't be read: No such file"):
        read(tmp_path / "nope.jsonl")


def test_the_official_accuracy_needs_several_people() -> None:
    case = Case("1", Path("a.png"), "Which?", ("one",))
    with pytest.raises(BadRequest, match="choose exact or anls"):
        choose_scorers(["vqa"], "jsonl", [case])
