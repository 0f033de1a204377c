"""Rows of a roll as `ask --each` prints them: lines of JSON, a CSV table, or plain text."""

import csv
import io
import json
from collections.abc import Sequence
from typing import Any, Final, Protocol

import msgspec

from ...core.boxes import PlacedMark, find_marks_in
from ...core.conversation import Attachment
from ...core.roll import RollQuestion, RollRow, RowAnswer
from .output import Output
from .told_marks import describe_marks

_COLUMNS: Final = ("name", "answer", "seconds", "finish_reason", "error", "path")


class RowFormat(Protocol):
    """Prints rows that are done or have failed, one after the other."""

    def begin(self) -> None:
        """Prints what stands above the rows."""

    def add(self, row: RollRow) -> None:
        """Prints a row."""


class JsonLines:
    """One JSON document a line."""

    def __init__(self, output: Output, roll: int, question: RollQuestion) -> None:
        self._output = output
        self._roll = roll
        self._has_schema = question.options.schema is not None

    def begin(self) -> None:
        """Prints nothing."""

    def add(self, row: RollRow) -> None:
        """Prints a row; its keys are listed in the help."""
        answer = row.answer or RowAnswer()
        document: dict[str, object] = {
            "row": row.position + 1,
            "name": row.name,
            "path": row.source.path,
            "text": answer.text,
            "thoughts": answer.thoughts,
            "seconds": round(answer.seconds, 4),
            "finish_reason": answer.finish_reason,
            "error": answer.error,
            "model": answer.model,
            "roll": self._roll,
            "attachment": msgspec.to_builtins(row.picture),
            "boxes": describe_marks(_marks_of(row.picture, answer)),
            "stats": msgspec.to_builtins(answer.stats),
        }
        if self._has_schema:
            document["value"] = read_value(answer)
        self._output.line(document)


class CsvTable:
    """A header and one record a row; what a schema names stands in columns of its own."""

    def __init__(self, output: Output, question: RollQuestion) -> None:
        self._output = output
        self._names = _names_of(question.options.schema)

    def begin(self) -> None:
        """Prints the header."""
        # No reader of tables tells two columns of one name apart.
        own = [f"value.{name}" if name in _COLUMNS else name for name in self._names]
        self._write([*_COLUMNS, *own])

    def add(self, row: RollRow) -> None:
        """Prints a record."""
        answer = row.answer or RowAnswer()
        value = read_value(answer) if self._names else None
        cells = value if isinstance(value, dict) else {}
        self._write(
            [
                row.name,
                answer.text,
                f"{answer.seconds:.4f}",
                answer.finish_reason,
                answer.error,
                row.source.path,
                *(_cell(cells.get(name)) for name in self._names),
            ]
        )

    def _write(self, cells: Sequence[str]) -> None:
        line = io.StringIO()
        csv.writer(line, lineterminator="\n").writerow(cells)
        self._output.write(line.getvalue())


class PlainRows:
    """Name and answer; further lines of an answer are indented."""

    def __init__(self, output: Output) -> None:
        self._output = output

    def begin(self) -> None:
        """Prints nothing."""

    def add(self, row: RollRow) -> None:
        """Prints an answer, and on standard error what went wrong."""
        answer = row.answer or RowAnswer()
        if answer.text or not answer.error:
            text = answer.text.rstrip().replace("\n", "\n    ")
            self._output.write(f"{row.name}: {text}\n")
        if answer.error:
            is_named = answer.error.startswith(row.name)
            self._output.notice(
                f"seeshell: {answer.error if is_named else f'{row.name}: {answer.error}'}"
            )


class SilentRows:
    """Prints nothing: the rows are read when all have ended."""

    def begin(self) -> None:
        """Prints nothing."""

    def add(self, row: RollRow) -> None:
        """Prints nothing."""


def _marks_of(picture: Attachment | None, answer: RowAnswer) -> tuple[PlacedMark, ...]:
    return find_marks_in(picture, answer.text, answer.stats) if picture else ()


def read_value(answer: RowAnswer) -> Any:
    """Returns what an answer by a schema says as JSON; None where it is cut off."""
    try:
        return json.loads(answer.text)
    except ValueError:
        return None


def _names_of(schema: str | None) -> list[str]:
    """Returns the properties of a schema's object, in its order; none of another schema."""
    document = json.loads(schema) if schema else {}
    properties = document.get("properties") if isinstance(document, dict) else None
    return list(properties) if isinstance(properties, dict) else []


def _cell(value: object) -> str:
    """Returns a value as a cell: texts as they are, nothing for null, all else as JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
