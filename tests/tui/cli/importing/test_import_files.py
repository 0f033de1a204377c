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
