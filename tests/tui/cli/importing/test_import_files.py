"""`seeshell import`, end to end: what it prints, and what is in the store afterwards."""

import json
from pathlib import Path

import pytest

from seeshell.core.settings import Paths
from seeshell.tui.cli import main

from .chatgpt_export import conversations, write_export


def test_files_are_taken_in_once_and_what_is_left_out_is_said(
    paths: Paths, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    export = str(write_export(tmp_path / "export.zip", conversations()))
    assert main(["import", "--dry-run", export]) == 0
    told = capsys.readouterr()
    assert told.out == (
        f"{export}: chatgpt, 2 conversations with 11 messages and 3 pictures; nothing is stored.\n"
    )
    assert "custom instructions; put them into a preset." in told.err
    assert not paths.database.exists()
    (tmp_path / "other.json").write_text("{}")
    assert main(["import", str(tmp_path / "other.json"), export]) == 1
    told = capsys.readouterr()
    assert told.out == f"{export}: chatgpt, 2 conversations added.\n"
    assert "comes from no program that seeshell knows" in told.err
    assert main(["import", "--json", export]) == 0
    (again,) = json.loads(capsys.readouterr().out)["files"]
    assert (again["added"], again["extended"], again["known"]) == ([], [], 2)
    assert len([it for it in paths.pictures_dir.rglob("*") if it.is_file()]) == 3


def test_what_seeshell_exports_as_json_is_taken_in_again(
    paths: Paths, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    export = str(write_export(tmp_path / "export.zip", conversations()))
    assert main(["import", export]) == 0
    document, one = tmp_path / "all.json", tmp_path / "one.json"
    assert main(["export", "--all", "--format", "json", "-o", str(document)]) == 0
    capsys.readouterr()
    assert main(["show", "1", "--json"]) == 0
    one.write_text(capsys.readouterr().out)
    assert main(["import", "--json", str(document), str(one)]) == 0
    several, single = json.loads(capsys.readouterr().out)["files"]
    assert (several["format"], several["added"], several["known"]) == ("seeshell", [], 2)
    assert (single["format"], single["known"]) == ("seeshell", 1)
    assert main(["import", str(one)]) == 0
    assert capsys.readouterr().out.endswith("0 conversations added, 1 was here already.\n")


@pytest.mark.parametrize("text", ['{"conversations": [{"uuid": "a"', '[{"mapping": {', '{"uuid'])
def test_a_file_that_is_still_being_written_is_said_to_be_damaged(
    paths: Paths, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    (tmp_path / "half.json").write_text(text)
    assert main(["import", str(tmp_path / "half.json")]) == 1
    (sentence,) = capsys.readouterr().err.splitlines()
    assert "half.json is damaged" in sentence
    assert not paths.database.exists()
