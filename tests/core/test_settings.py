"""What `config.toml` and the environment say."""

import os
from pathlib import Path

import pytest

from seeshell.core.errors import SettingsError
from seeshell.core.settings import HOME_VARIABLE, Paths, Settings, find_paths, read_settings


def test_without_a_file_all_is_as_it_comes(paths: Paths) -> None:
    assert read_settings(paths, {}) == Settings()


def test_the_environment_wins_over_the_file(paths: Paths) -> None:
    paths.config_file.write_text('model = "demo"\nimages = "none"\nkeep_alive = 5\n')
    assert read_settings(paths, {"SEESHELL_MODEL": ""}) == Settings(
        model="demo", images="none", keep_alive=5.0
    )
    environment = {"SEESHELL_MODEL": "owner/name", "SEESHELL_IMAGES": "tgp"}
    assert read_settings(paths, environment) == Settings(
        model="owner/name", images="tgp", keep_alive=5.0
    )


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ('modle = "demo"', "modle"),
        ('keep_alive = "long"', "keep_alive"),
        ("kv_bits = 5", "kv_bits"),
        ("kv_bytes = -1", "kv_bytes"),
        ('model = ["demo"', "Unclosed"),
    ],
)
def test_what_can_not_be_used_is_named_with_its_place(
    paths: Paths, content: str, word: str
) -> None:
    paths.config_file.write_text(content)
    with pytest.raises(SettingsError, match=word) as refused:
        read_settings(paths, {})
    assert str(refused.value).startswith(f"{paths.config_file}: ")


def test_a_variable_that_can_not_be_used_is_not_blamed_on_the_file(paths: Paths) -> None:
    with pytest.raises(SettingsError, match=r"^SEESHELL_IMAGES: .*bogus.*unset it\.$"):
        read_settings(paths, {"SEESHELL_IMAGES": "bogus"})


def test_a_file_that_can_not_be_read_says_so(paths: Paths) -> None:
    paths.config_file.mkdir(parents=True)
    with pytest.raises(SettingsError, match="can't be read"):
        read_settings(paths, {})


def test_a_data_folder_that_is_the_users_own_link_is_what_it_leads_to(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "data").symlink_to(disk)
    paths = find_paths({HOME_VARIABLE: str(tmp_path / "home")})
    assert paths.data_dir == disk
    assert paths.database.parent == disk
    assert paths.runtime_dir == tmp_path / "home" / "run"


def test_a_link_that_leads_nowhere_or_is_another_users_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = tmp_path / "data"
    link.symlink_to(tmp_path / "nowhere")
    assert find_paths({HOME_VARIABLE: str(tmp_path)}).data_dir == link
    (tmp_path / "nowhere").mkdir()
    monkeypatch.setattr(os, "getuid", lambda: tmp_path.stat().st_uid + 1)
    assert find_paths({HOME_VARIABLE: str(tmp_path)}).data_dir == link


@pytest.mark.parametrize(
    ("home", "sentence"), [("/tmp/\udcff", "not UTF-8"), ("~nobody-of-this-name/x", "Correct it")]
)
def test_a_home_that_can_not_be_used_is_named(home: str, sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence) as refused:
        find_paths({HOME_VARIABLE: home})
    str(refused.value).encode()
