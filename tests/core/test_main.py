"""What a core that starts takes from its command line and its environment."""

from pathlib import Path

import pytest

from seeshell.core.__main__ import _parse, _read_settings
from seeshell.core.settings import Paths


@pytest.mark.parametrize("how", ["option", "variable"])
def test_a_model_in_the_working_directory_keeps_its_place(
    paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    for name in ("mine", "big"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path)
    paths.config_file.write_text('[endpoints.big]\nurl = "http://host"\n')
    for source, told in (("mine", str(tmp_path / "mine")), ("big", "big"), ("a/b", "a/b")):
        arguments = ["--model", source] if how == "option" else []
        monkeypatch.setenv("SEESHELL_MODEL", "other/model" if how == "option" else source)
        assert _read_settings(paths, _parse(arguments)).model == told


def test_how_long_to_stay_is_the_options_before_the_settings(paths: Paths) -> None:
    paths.config_file.write_text("keep_alive = 5\n")
    assert _read_settings(paths, _parse([])).keep_alive == 5.0
    assert _read_settings(paths, _parse(["--keep-alive", "0"])).keep_alive == 0.0
