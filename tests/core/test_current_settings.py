"""A settings file that changes while the core runs."""

import os
from pathlib import Path

import pytest

from seeshell.core.current_settings import CurrentSettings, SettingsChange
from seeshell.core.settings import EndpointSettings, Paths, Settings

NOTHING = SettingsChange()


def test_without_a_change_nothing_is_read(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    paths.config_file.write_text("max_tokens = 5\n")
    current = CurrentSettings(paths, Settings(max_tokens=5))
    monkeypatch.setattr("seeshell.core.current_settings.read_settings", None)
    assert current.look() == NOTHING


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("max_tokens = 7", "max_tokens", 7),
        ("temperature = 0.5", "temperature", 0.5),
        ("keep_alive = 0", "keep_alive", 0.0),
        ('model = "demo"', "model", "demo"),
        (
            '[endpoints.big]\nurl = "http://h"',
            "endpoints",
            {"big": EndpointSettings("http://h")},
        ),
    ],
)
def test_what_counts_from_the_next_turn_is_taken_over(
    paths: Paths, line: str, name: str, value: object
) -> None:
    current = CurrentSettings(paths, Settings())
    heard: list[Settings] = []
    current.listeners.append(heard.append)
    paths.config_file.write_text(line)
    assert current.look() == SettingsChange(frozenset({name}))
    assert getattr(current.now, name) == value
    assert heard == [current.now]
    assert current.look() == NOTHING


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("pixel_budget = 9", "pixel_budget has changed in config.toml: it counts once"),
        ("max_pixels = 9", "max_pixels has changed"),
        ("kv_bits = 8", "kv_bits has changed"),
        ("kv_bytes = 8", "kv_bytes has changed"),
        ("spill_bytes = 8", "spill_bytes has changed"),
        (
            "kv_bits = 8\npixel_budget = 9\nkv_bytes = 1",
            "pixel_budget, kv_bits and kv_bytes have changed in config.toml: they count once",
        ),
        ("max_tokens = 0", "max_tokens is 0, but must be"),
        ("max_tokens", "line 1: Expected '=' after a key"),
    ],
)
def test_what_does_not_count_yet_is_told_once(paths: Paths, text: str, sentence: str) -> None:
    current = CurrentSettings(paths, Settings())
    paths.config_file.write_text(text)
    [told] = current.look().notices
    assert sentence in told
    assert told.endswith(".")
    assert (current.look(), current.now) == (NOTHING, Settings())


@pytest.mark.parametrize("line", ['theme = "light"', 'images = "none"', "cursor_blink = true"])
def test_what_the_app_reads_when_it_starts_is_nothing_to_the_core(paths: Paths, line: str) -> None:
    current = CurrentSettings(paths, Settings())
    paths.config_file.write_text(line)
    assert current.look() == NOTHING


def test_what_the_command_line_said_stays_until_the_file_says_something_else(paths: Paths) -> None:
    paths.config_file.write_text('model = "a/b"\nkeep_alive = 5\n')
    current = CurrentSettings(paths, Settings(model="demo", keep_alive=1.0))
    paths.config_file.write_text('model = "a/b"\nkeep_alive = 5\nmax_tokens = 3\n')
    assert current.look().names == {"max_tokens"}
    assert current.now == Settings(model="demo", keep_alive=1.0, max_tokens=3)
    paths.config_file.write_text('model = "c/d"\n')
    assert current.look().names == {"model", "max_tokens", "keep_alive"}
    assert current.now == Settings(model="c/d")


def test_a_file_that_is_mended_counts_from_then_on(paths: Paths) -> None:
    paths.config_file.write_text("max_tokens = 5\n")
    current = CurrentSettings(paths, Settings(max_tokens=5))
    paths.config_file.write_bytes(b"max_tokens = 6 \xff\n")
    assert current.look().notices
    paths.config_file.write_text("max_tokens = 6\n")
    assert current.look() == SettingsChange(frozenset({"max_tokens"}))


def test_a_file_that_goes_takes_its_settings_along(paths: Paths) -> None:
    paths.config_file.write_text('max_tokens = 5\nmodel = "demo"\n')
    current = CurrentSettings(paths, Settings(max_tokens=5, model="demo"))
    paths.config_file.unlink()
    change = current.look()
    assert change.names == {"max_tokens", "model"}
    assert current.now == Settings()
    assert change.notices[0].startswith("config.toml names no model any more: the one in use")


def test_a_change_that_is_taken_back_before_a_restart_leaves_nothing_to_tell(
    paths: Paths,
) -> None:
    current = CurrentSettings(paths, Settings())
    paths.config_file.write_text("kv_bits = 8\n")
    assert current.look().notices
    paths.config_file.write_text("# kv_bits = 8\n")
    assert current.look() == NOTHING


def test_a_change_that_keeps_size_and_time_is_seen_by_the_new_file(
    paths: Paths, tmp_path: Path
) -> None:
    paths.config_file.write_text("max_tokens = 5\n")
    current = CurrentSettings(paths, Settings(max_tokens=5))
    before = paths.config_file.stat()
    new = paths.config_file.with_name("new")
    new.write_text("max_tokens = 6\n")
    os.utime(new, ns=(before.st_atime_ns, before.st_mtime_ns))
    new.replace(paths.config_file)
    assert current.look().names == {"max_tokens"}


def test_a_file_that_broke_before_the_first_look_is_told(paths: Paths) -> None:
    paths.config_file.write_text("max_tokens = ?\n")
    current = CurrentSettings(paths, Settings(max_tokens=5))
    assert current.look().notices
    assert current.look() == NOTHING
