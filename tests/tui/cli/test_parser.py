import tomllib
from argparse import _SubParsersAction
from importlib import import_module
from pathlib import Path

import pytest

from seeshell.core.setting_rules import find_problem
from seeshell.core.settings import EndpointSettings
from seeshell.tui.cli.command import COMMANDS
from seeshell.tui.cli.help_texts import MODELS_AND_KEYS
from seeshell.tui.cli.parser import _build_parser, parse


def test_no_command_means_the_app() -> None:
    options = parse(["--model", "demo", "-i", "/a.png", "--image", "/b.png", "--chat", "3"])
    assert (options.command, options.model, options.chat) == (None, "demo", 3)
    assert options.image == ["/a.png", "/b.png"]


def test_words_of_a_question_need_no_quotes() -> None:
    assert parse(["ask", "what", "is", "this"]).prompt == ["what", "is", "this"]


def test_pictures_before_and_after_the_command_are_all_kept() -> None:
    assert parse(["-i", "/a", "ask", "-i", "/b", "-i", "-", "what?"]).image == ["/a", "/b", "-"]


def test_parsing_twice_does_not_keep_pictures() -> None:
    parse(["ask", "-i", "a", "what?"])
    assert parse(["ask", "what?"]).image == []


def test_options_before_the_command_count_for_it() -> None:
    options = parse(["--model", "demo", "--chat", "7", "ask", "what?"])
    assert (options.model, options.chat) == ("demo", 7)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--chat", "1", "--continue"],
        ["--chat", "1", "ask", "--continue", "what?"],
        ["--chat", "one"],
        ["ask", "--retry"],
        ["--raw"],
        ["ask", "--chat", "1", "--retry", "what?"],
        ["ask", "--chat", "1", "--retry", "-"],
        ["ask", "--chat", "1", "--retry", "-i", "/a.png"],
        ["-i", "/a.png", "ask", "--continue", "--retry"],
        ["asl", "what?"],
        ["ask", "-i", "", "what?"],
        ["attach", ""],
        ["eval", "a.jsonl", "--limit", "-1"],
    ],
)
def test_wrong_usage_exits_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(arguments)
    assert ended.value.code == 2
    assert "usage: seeshell" in capsys.readouterr().err


def test_a_question_can_come_from_standard_input_alone() -> None:
    options = parse(["ask", "-i", "/a.png"])
    assert (options.prompt, options.raw) == ([], False)
    assert parse(["ask", "--raw", "what?"]).raw


@pytest.mark.parametrize("which", [["--chat", "1"], ["--continue"]])
def test_a_failed_question_needs_no_words(which: list[str]) -> None:
    options = parse(["ask", *which, "--retry"])
    assert (options.retry, options.prompt) == (True, [])
    assert not parse(["ask", *which, "what?"]).retry


def test_a_picture_is_found_from_any_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/me")
    assert parse(["-i", "a.png", "-i", "~/b.png"]).image == [f"{tmp_path}/a.png", "/home/me/b.png"]


def test_the_home_of_a_user_that_is_not_there_is_a_name_like_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    options = parse(["-i", "~nobody-of-that-name/a.png"])
    assert options.image == [f"{tmp_path}/~nobody-of-that-name/a.png"]


@pytest.mark.parametrize(
    "address",
    [
        "ftp://example.org/a.png",
        "s3://bucket/a.png",
        "sftp://me@mac/Pictures/a.png",
        "data:image/png;base64,iVBORw0KGgo=",
    ],
)
def test_an_address_of_another_kind_is_told_apart_from_a_missing_file(
    address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(["ask", "-i", address, "What is this?"])
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert f"{address} is an address that seeshell can't fetch" in told


@pytest.mark.parametrize(
    "address", ["https://example.org/llamas.jpg?w=1#top", "HTTP://example.org/a.png"]
)
def test_an_address_of_the_web_stays_as_it_is(address: str) -> None:
    assert parse(["ask", "-i", address, "What is this?"]).image == [address]
    assert parse(["-i", address]).image == [address]
    assert parse(["attach", address, "-"]).pictures == [address, "-"]


def test_private_addresses_are_allowed_by_an_option_alone() -> None:
    assert not parse(["ask", "what?"]).allows_private
    assert parse(["ask", "--allow-private-addresses", "what?"]).allows_private


@pytest.mark.parametrize(("name", "is_called"), [("a.png", "a.png"), ("/x/b c.png", "b c.png")])
def test_what_standard_input_holds_can_be_given_a_name(name: str, is_called: str) -> None:
    assert parse(["attach", "--name", name, "-"]).name == is_called


@pytest.mark.parametrize("name", ["", "..", "x/", "a\0b"])
def test_a_name_that_no_file_can_have_is_wrong_usage(name: str) -> None:
    with pytest.raises(SystemExit):
        parse(["attach", "--name", name, "-"])


@pytest.mark.parametrize(
    "url", ["file:///a/b%20c.png", "file://localhost/a/b%20c.png", "FILE:/a/b%20c.png"]
)
def test_the_address_of_a_file_of_this_machine_is_its_path(url: str) -> None:
    assert parse(["-i", url]).image == ["/a/b c.png"]


def test_wrong_usage_can_not_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["status", "\x1b]0;title\x07"])
    written = capsys.readouterr().err
    assert "title" in written
    assert written.replace("\n", "").isprintable()


def test_help_names_every_key_of_the_documents() -> None:
    import msgspec

    from seeshell.core.conversation import Attachment, TurnStats
    from seeshell.core.messages.events import CoreStatus
    from seeshell.tui.cli import help_texts

    for struct, told in ((TurnStats, help_texts.ASK), (Attachment, help_texts.ASK)):
        for field in msgspec.structs.fields(struct):
            assert field.name in told
    for field in msgspec.structs.fields(CoreStatus):
        assert field.name in help_texts.STATUS or field.name == "reply_to"


def test_a_working_directory_that_was_deleted_is_told_where_it_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert parse(["-i", "/a.png", "-i", "-"]).image == ["/a.png", "-"]
    with pytest.raises(SystemExit) as ended:
        parse(["-i", "a.png"])
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert "the working directory, in which a.png would be, was deleted: change to" in told


def test_the_settings_in_the_help_can_be_copied_into_the_file() -> None:
    table = MODELS_AND_KEYS[MODELS_AND_KEYS.index("  [endpoints") :].split("\n\n")[0]
    values = tomllib.loads(table)
    assert find_problem(values) == ""
    assert [*values["endpoints"]["NAME"]] == [*EndpointSettings.__struct_fields__]


def test_options_of_the_answer_are_read_and_what_is_not_given_is_left_open() -> None:
    from seeshell.core.generation_options import NO_OPTIONS, GenerationOptions
    from seeshell.tui.cli.answer_options import read_answer_options

    assert read_answer_options(parse(["ask", "?"])) == NO_OPTIONS
    given = parse(
        [
            "ask",
            "--system",
            "",
            "--temperature",
            "0",
            "--top-p",
            "0.9",
            "--top-k",
            "40",
            "--min-p",
            "0.1",
            "--repetition-penalty",
            "1.1",
            "--presence-penalty",
            "0.5",
            "--seed",
            "7",
            "--max-tokens",
            "9",
            "--pixel-budget",
            "64",
            "--no-thinking",
            "--thinking-budget",
            "5",
            "--preset",
            "terse",
            "?",
        ]
    )
    assert read_answer_options(given) == GenerationOptions(
        system="",
        temperature=0.0,
        top_p=0.9,
        top_k=40,
        min_p=0.1,
        repetition_penalty=1.1,
        presence_penalty=0.5,
        seed=7,
        max_tokens=9,
        pixel_budget=64,
        thinking=False,
        thinking_budget=5,
    )
    assert given.preset == "terse"
    assert parse(["--preset", "a", "ask", "?"]).preset == "a"


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--temperature", "3", "3 is not a number from 0 to 2"),
        ("--temperature", "nan", "nan is not a number"),
        ("--top-k", "1.5", "1.5 is not a whole number from 0"),
        ("--repetition-penalty", "0", "0 is not a number above 0 and up to 10"),
        ("--seed", "x", "x is not a whole number"),
    ],
)
def test_an_option_of_the_answer_that_cant_be_used_is_named(
    capsys: pytest.CaptureFixture[str], option: str, value: str, words: str
) -> None:
    with pytest.raises(SystemExit):
        parse(["ask", option, value, "?"])
    assert f"argument {option}: {words}" in capsys.readouterr().err


def test_each_command_that_is_accepted_can_be_carried_out() -> None:
    commands = next(it for it in _build_parser()._actions if isinstance(it, _SubParsersAction))
    assert set(COMMANDS) == set(commands.choices)
    for place in COMMANDS.values():
        module, _, name = place.partition(":")
        assert callable(getattr(import_module(f"seeshell.tui.cli.{module}"), name))
