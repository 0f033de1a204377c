"""What an evaluation asks: pictures, questions and accepted answers, from files of three kinds.

JSONL     a document a line: picture, question, answers (or answer), and kind if you like
VQAv2     the challenge's questions and annotations
COCO      captions_*.json: the question is the same for every picture
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

import msgspec

from ....core.errors import BadRequest
from ....core.undecodable import UNDECODABLE

FileKind = Literal["jsonl", "vqa", "coco"]

CAPTION_QUESTION: Final = "Describe the picture in one sentence."


class Case(NamedTuple):
    """One picture, what is asked about it, and what is accepted."""

    id: str
    """Names it in its file."""
    picture: Path
    question: str
    accepted: tuple[str, ...]
    kind: str = ""
    """Of which sort the question is, as VQAv2's `number`; empty for none."""


class CaseFile(NamedTuple):
    """The cases of a file."""

    kind: FileKind
    cases: tuple[Case, ...]


def read_cases(
    file: Path, pictures: Path | None, annotations: Path | None, question: str
) -> CaseFile:
    """Returns the cases of a file, in its order.

    Args:
        file: of one of the kinds above.
        pictures: folder of the pictures; by default that of the file.
        annotations: VQAv2's file with the answers.
        question: what is asked where the file has no questions.

    Raises:
        BadRequest: the file can't be read, or is none of these.
    """
    folder = pictures or file.parent
    if file.suffix.lower() in (".jsonl", ".ndjson"):
        return CaseFile("jsonl", tuple(_read_lines(file, folder, question)))
    document = _read_json(file)
    try:
        if "questions" in document:
            return CaseFile("vqa", tuple(_read_vqa(document, annotations, folder)))
        if "images" in document and "annotations" in document:
            return CaseFile("coco", tuple(_read_coco(document, folder, question)))
    except (KeyError, TypeError, ValueError) as error:
        raise BadRequest(f"{file} is not as the challenge writes it: {error!r}.") from error
    raise BadRequest(
        f"{file} holds no rows that are known: take JSONL, VQAv2's questions or COCO's captions."
    )


_Text = str | int | float


class _Row(msgspec.Struct):
    """A line of JSONL."""

    picture: str = ""
    image: str = ""
    """As `picture`; so `answer` is as `answers`."""
    question: str | None = None
    answers: _Text | list[_Text] | None = None
    answer: _Text | list[_Text] | None = None
    kind: _Text | None = None
    id: _Text | None = None

    @property
    def accepted(self) -> tuple[str, ...]:
        """The accepted answers; none where the row has no word of them."""
        given = self.answer if self.answers is None else self.answers
        several = given if isinstance(given, list) else [] if given is None else [given]
        return tuple(map(str, several))


def _read_lines(file: Path, folder: Path, question: str) -> Iterator[Case]:
    # Other ends of lines may stand within a text of JSON.
    for number, line in enumerate(_read_text(file).split("\n"), 1):
        if not line.strip():
            continue
        place = f"Line {number} of {file}"
        try:
            row = msgspec.json.decode(line, type=_Row)
        except UNDECODABLE as error:
            raise BadRequest(f"{place} is no row: {error}.") from error
        picture = row.picture or row.image
        if not picture:
            raise BadRequest(f"{place} names no picture: it needs picture, question and answers.")
        if not row.accepted:
            raise BadRequest(f"{place} has no answer that is accepted: add one as answers.")
        name = str(number if row.id is None else row.id)
        kind = "" if row.kind is None else str(row.kind)
        yield Case(name, folder / picture, row.question or question, row.accepted, kind)


def _read_vqa(
    document: Mapping[str, Any], annotations: Path | None, folder: Path
) -> Iterator[Case]:
    if annotations is None:
        raise BadRequest("VQAv2's answers are in another file: name it by --annotations.")
    told = {it["question_id"]: it for it in _read_json(annotations)["annotations"]}
    subtype = document["data_subtype"]
    for it in document["questions"]:
        answer = told.get(it["question_id"])
        if answer is None:
            continue
        picture = folder / f"COCO_{subtype}_{it['image_id']:012d}.jpg"
        texts = tuple(person["answer"] for person in answer["answers"])
        yield Case(str(it["question_id"]), picture, it["question"], texts, answer["answer_type"])


def _read_coco(document: Mapping[str, Any], folder: Path, question: str) -> Iterator[Case]:
    captions: dict[int, list[str]] = defaultdict(list)
    for it in document["annotations"]:
        captions[it["image_id"]].append(it["caption"])
    for image in document["images"]:
        if texts := captions.get(image["id"]):
            yield Case(str(image["id"]), folder / image["file_name"], question, tuple(texts))


def _read_json(file: Path) -> Mapping[str, Any]:
    try:
        document = json.loads(_read_text(file))
    except ValueError as error:
        raise BadRequest(f"{file} is no JSON: {error}.") from error
    return document if isinstance(document, dict) else {}


def _read_text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", "") or "it is not UTF-8"
        raise BadRequest(f"{file} can't be read: {reason}.") from error
