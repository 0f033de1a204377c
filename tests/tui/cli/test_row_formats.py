"""Rows of a roll as they are printed."""

import csv
import io
import json

import pytest

from seeshell.core.generation_options import GenerationOptions
from seeshell.core.roll import RollPicture, RollQuestion, RollRow, RowAnswer
from seeshell.tui.cli.output import Output
from seeshell.tui.cli.row_formats import CsvTable, PlainRows


@pytest.fixture
def out() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def output(out: io.StringIO) -> Output:
    return Output(as_json=False, out=out, err=io.StringIO())


def row(text: str) -> RollRow:
    return RollRow(0, RollPicture("/scans/a.png"), "done", answer=RowAnswer(text))


def test_a_property_called_like_a_column_gets_another_name(
    output: Output, out: io.StringIO
) -> None:
    value = {"name": "Lee", "total": 3}
    schema = {"type": "object", "properties": {key: {} for key in value}}
    options = GenerationOptions(schema=json.dumps(schema))
    table = CsvTable(output, RollQuestion("Who, and how much?", options))
    table.begin()
    table.add(row(json.dumps(value)))
    (record,) = csv.DictReader(io.StringIO(out.getvalue()))
    assert (record["name"], record["value.name"], record["total"]) == ("a.png", "Lee", "3")


def test_an_answer_without_a_word_has_its_line_too(output: Output, out: io.StringIO) -> None:
    PlainRows(output).add(row(""))
    assert out.getvalue() == "a.png: \n"
