"""What the core is told of the model that a command line names."""

from pathlib import Path

import pytest

from seeshell.core.errors import SettingsError
from seeshell.core.ipc.core_process import absolute_source

NAMES = {"big", "my box"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with folders of all names."""
    for name in ("demo", "big", "model", "owner/name", "host:80", "~nobody-of-that-name"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "file").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "owner"))
    return tmp_path


@pytest.mark.parametrize(
    "source",
    [
        "",
        "demo",
        "big",
        "big#model",
        "my box",
        "host:80",
        "http://host/v1#big",
        "somebody/model",
        "https://huggingface.co/somebody/model?library=mlx",
        "nothing",
        "./nothing",
        "../nothing",
        "file",
        "~nobody-of-this-name/model",
        "m" * 5000,
        "a\0b",
        "/root/" * 900,
    ],
)
def test_what_is_no_folder_or_has_another_meaning_stays(source: str) -> None:
    assert absolute_source(source, NAMES) == source


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("./demo", "demo"),
        ("./big", "big"),
        ("model", "model"),
        ("model/", "model"),
        ("owner/name", "owner/name"),
        ("./host:80", "host:80"),
        ("~/name", "owner/name"),
        ("~nobody-of-that-name", "~nobody-of-that-name"),
        (".", ""),
    ],
)
def test_a_folder_becomes_its_full_path(folder: Path, source: str, place: str) -> None:
    assert absolute_source(source, NAMES) == str(folder / place)


def test_a_folder_gives_way_only_to_names_that_there_are(folder: Path) -> None:
    assert absolute_source("big") == str(folder / "big")


@pytest.mark.parametrize("source", ["http://me:password@host/v1", "localhost:0", "https://"])
def test_an_address_that_can_not_be_used_gets_no_further(source: str) -> None:
    with pytest.raises(SettingsError, match="write http://host:port/v1#name") as refused:
        absolute_source(source)
    assert "me:password" not in str(refused.value)


@pytest.mark.parametrize("source", [".", "./model", "../model"])
def test_a_working_directory_that_was_deleted_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    monkeypatch.chdir(folder / "model")
    (folder / "model").rmdir()
    with pytest.raises(SettingsError, match=r"^The working directory, in which .* was deleted:"):
        absolute_source(source)
    for elsewhere in ("demo", "owner/name", "/models/x", "big"):
        assert absolute_source(elsewhere, NAMES) == elsewhere
