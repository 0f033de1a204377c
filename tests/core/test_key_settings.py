"""The table `[keys]` of `config.toml`."""

import pytest

from seeshell.core.errors import SettingsError
from seeshell.core.settings import Paths, read_settings


@pytest.mark.parametrize(
    "lines",
    [
        '[keys]\nchat.edit = "f4 f6"\nchat.fork = ""',
        '[keys]\n"chat.edit" = ["f4 f6"]\n"chat.fork" = []',
        '[keys.chat]\nedit = "f4 f6"\nfork = false',
        'keys.chat.edit = "f4 f6"\nkeys.chat.fork = [" "]',
    ],
)
def test_keys_are_read_in_every_form_of_toml(paths: Paths, lines: str) -> None:
    paths.config_file.write_text(lines)
    assert read_settings(paths, {}).keys == {"chat.edit": ("f4 f6",), "chat.fork": ()}


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ('keys = "f4"', "keys is no table: write [keys], and under it"),
        ("[keys]\nchat.edit = 4", "the key of chat.edit in [keys] can't be read: write it as"),
        ("[keys]\nchat.edit = true", "can't be read"),
        ('[keys]\nchat.edit = ["f4", 5]', "can't be read"),
    ],
)
def test_what_is_no_key_is_named(paths: Paths, lines: str, words: str) -> None:
    paths.config_file.write_text(lines)
    with pytest.raises(SettingsError) as refused:
        read_settings(paths, {})
    assert words in str(refused.value)
    assert str(refused.value).endswith(".")
