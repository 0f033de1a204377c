"""What `config.toml` and the environment say."""

import os
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeshell.core.errors import SettingsError
from seeshell.core.setting_rules import RULES
from seeshell.core.settings import (
    HOME_VARIABLE,
    EndpointSettings,
    Paths,
    Settings,
    check_keep_alive,
    find_paths,
    read_settings,
)


def refusal_of(paths: Paths, content: str | bytes) -> str:
    """Returns what is said about a file, which must be one sentence in plain words."""
    content = content.encode() if isinstance(content, str) else content
    paths.config_file.write_bytes(content)
    with pytest.raises(SettingsError) as refused:
        read_settings(paths, {})
    return checked(paths, str(refused.value))


def checked(paths: Paths, sentence: str) -> str:
    assert sentence.startswith(str(paths.config_file))
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert " `$" not in sentence
    return sentence.removeprefix(str(paths.config_file)).removeprefix(": ")


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


def test_an_adapter_is_one_that_was_trained_here_or_a_folder(paths: Paths) -> None:
    (paths.adapters_dir / "cats").mkdir(parents=True)
    for name, folder in (
        ("cats", str(paths.adapters_dir / "cats")),
        ("~/dogs", str(Path.home() / "dogs")),
        ("/lora/birds", "/lora/birds"),
        ("", ""),
    ):
        paths.config_file.write_text(f'adapter = "{name}"\n')
        assert read_settings(paths, {}).adapter == folder


def test_every_setting_has_a_rule() -> None:
    assert {*RULES, "endpoints", "keys"} == set(Settings.__struct_fields__)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("max_tokens = 0", "max_tokens is 0, but must be a whole number from 1 to 2,147,483,647: "),
        ("max_tokens = -5", "max_tokens is -5, but must be a whole number"),
        ("max_tokens = 1.5", "max_tokens is 1.5, but must be a whole number"),
        ("max_tokens = true", "max_tokens is true, but must be a whole number"),
        ('max_tokens = "lots"', 'max_tokens is "lots", but must be a whole number'),
        ("max_tokens = 99999999999999999999", "max_tokens is too large a number, but"),
        (f"max_tokens = 0x{'f' * 9000}", "max_tokens is too large a number, but"),
        ("pixel_budget = 0", "pixel_budget is 0, but must be a whole number from 1 to 65,536"),
        ("pixel_budget = -1", "pixel_budget is -1"),
        ("pixel_budget = 65537", "pixel_budget is 65537"),
        ("pixel_budget = [1]", "pixel_budget is a list"),
        ("max_pixels = 0", "max_pixels is 0, but must be a whole number from 1"),
        ("max_pixels = 2026-01-01", "max_pixels is a date or a time"),
        ("temperature = -0.1", "temperature is -0.1, but must be a number from 0 to 2"),
        ("temperature = 2.1", "temperature is 2.1"),
        ("temperature = nan", "temperature is not a number, but must be a number from 0 to 2"),
        ("temperature = false", "temperature is false"),
        ("keep_alive = inf", "keep_alive is infinite, but must be a number of seconds from 0"),
        ("keep_alive = -inf", "keep_alive is infinite"),
        ("keep_alive = nan", "keep_alive is not a number"),
        ("keep_alive = -1", "keep_alive is -1"),
        ('keep_alive = "15 min"', 'keep_alive is "15 min"'),
        ("keep_alive = {}", "keep_alive is a table"),
        ("kv_bits = 5", "kv_bits is 5, but must be 0, 4 or 8"),
        ("kv_bits = 8.0", "kv_bits is 8.0"),
        ("kv_bits = false", "kv_bits is false"),
        ("kv_bytes = -1", "kv_bytes is -1, but must be a whole number of bytes from 0"),
        ('spill_bytes = "4GB"', 'spill_bytes is "4GB", but must be a whole number of bytes'),
        ("model = 7", "model is 7, but must be text in quotation marks"),
        ('model = "a\\u0000b"', "model is a text of 3 characters, but must be text"),
        (f'model = "{"m" * 5000}"', "model is a text of 5,000 characters"),
        ('model = "http://me:sk-secret@h/v1"', "model must be an address such as"),
        ('model = "localhost:0"', "model must be an address such as"),
        ("theme = []", "theme is a list"),
        (
            'images = "png"',
            'images is "png", but must be "auto", "tgp", "kitty", "sixel", "iterm2", "halfblock" '
            'or "none"',
        ),
        ("images = true", "images is true"),
        ("cursor_blink = 1", "cursor_blink is 1, but must be true or false"),
        ('cursor_blink = "yes"', 'cursor_blink is "yes"'),
    ],
)
def test_a_wrong_value_is_named_with_the_range(paths: Paths, content: str, sentence: str) -> None:
    said = refusal_of(paths, content)
    assert said.startswith(sentence)
    assert said.endswith(": correct it or delete the line.")
    assert "sk-secret" not in said


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ('modle = "demo"', "there is no setting modle; model is meant perhaps: "),
        ("Max-Tokens = 5", "there is no setting Max-Tokens; max_tokens is meant perhaps: "),
        ("max_token = 5", "there is no setting max_token; max_tokens is meant perhaps: "),
        ("temprature = 1", "there is no setting temprature; temperature is meant perhaps: "),
        ("colour = 5", "there is no setting colour: correct it"),
        ('"" = 5', "there is no setting '': correct it"),
        ('"\\u001b[2J\\n" = 5', "there is no setting '\\x1b[2J\\n': correct it"),
        (f"{'x' * 900} = 5", f"there is no setting '{'x' * 40}...': correct it"),
        ('[big]\nurl = "http://h"', "there is no table [big]: write [endpoints.big]"),
        ('[endpoint.big]\nurl = "http://h"', "there is no table [endpoint]: write [endpoints.big]"),
        ("[endpoint]\nbig = 3", "there is no table [endpoint]: write [endpoints.NAME]"),
        ('url = "http://h"', "url belongs to one server: write [endpoints.NAME] above it"),
        ('key_variable = "K"', "key_variable belongs to one server: write [endpoints.NAME]"),
        (
            '[endpoints.big]\nurl = "http://h"\napi_key = "sk-secret"',
            "[endpoints.big] has no setting api_key; key_variable is meant perhaps: ",
        ),
        (
            '[endpoints.big]\nAPI_BASE = "http://h"',
            "[endpoints.big] has no setting API_BASE; url is meant perhaps: ",
        ),
        ('endpoint_key_variable = "K"', "endpoint_key_variable is no setting any more"),
        ("endpoints = 5", "endpoints is no table: write [endpoints.NAME]"),
        ('[[endpoints]]\nurl = "http://h"', "endpoints is no table"),
        ('endpoints.big = "http://h"', "endpoints.big is no table: write [endpoints.big]"),
        ("[endpoints.big]", "[endpoints.big] lacks its server: write url ="),
        ('[endpoints.big]\nulr = "http://h"', "[endpoints.big] has no setting ulr; url is meant"),
        ('[endpoints.big]\nkey = "sk-secret"', "[endpoints.big] has no setting key"),
        (
            "[endpoints.big]\nmax_tokens = 5",
            "max_tokens is no setting of [endpoints.big]: write it",
        ),
        ("[endpoints.big]\nurl = 5", "url in [endpoints.big] must be an address such as"),
        ('[endpoints.big]\nurl = "host/v1"', "url in [endpoints.big] must be an address"),
        ('[endpoints.big]\nurl = "https://a:sk-secret@h"', "url in [endpoints.big] must be"),
        ('[endpoints.big]\nurl = "https://h?k=sk-secret"', "url in [endpoints.big] must be"),
        ('[endpoints.big]\nkey_variable = "sk-secret"', "key_variable in [endpoints.big] must be"),
        ("[endpoints.big]\nkey_over_http = 1", "key_over_http in [endpoints.big] is 1, but"),
        ("[endpoints.big]\ncontext = -1", "context in [endpoints.big] is -1, but must be a whole"),
        ("[endpoints.big]\nmodel = true", "model in [endpoints.big] is true, but must be text"),
        ('[endpoints.demo]\nurl = "http://h"', "the name of [endpoints.demo] is the built-in"),
        ('[endpoints."a/b"]\nurl = "http://h"', "the name of [endpoints.'a/b'] would be read as"),
        ('[endpoints."a#b"]\nurl = "http://h"', "the name of [endpoints.'a#b'] would be read as"),
        ('[endpoints.".a"]\nurl = "http://h"', "the name of [endpoints.'.a'] would be read as"),
        ('[endpoints."h:80"]\nurl = "http://h"', "the name of [endpoints.'h:80'] looks like an"),
        ('[endpoints." "]\nurl = "http://h"', "the name of [endpoints.' '] is empty"),
        ('[endpoints.""]\nurl = "http://h"', "the name of [endpoints.''] is empty"),
    ],
)
def test_what_there_is_not_is_named_with_what_there_is(
    paths: Paths, content: str, sentence: str
) -> None:
    said = refusal_of(paths, content)
    assert said.startswith(sentence)
    assert "sk-secret" not in said


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ('theme = "dark"\nmodel = ["demo"', ", line 2: Unclosed array: correct it"),
        ('theme = "dark"\nmodel = demo', ", line 2: This is no value; text needs quotation marks"),
        ("cursor_blink = True", ", line 1: This is no value; text needs quotation marks, and yes"),
        ("model = \u201cdemo\u201d", ", line 1: These quotation marks are none of TOML's"),
        ("model = \xabdemo\xbb", ", line 1: These quotation marks are none of TOML's"),
        ("\u2018model\u2019 = 1", ", line 1: These quotation marks are none of TOML's"),
        ('# \u2028\nmodel = "it\u2019s" x', ", line 2: Expected newline"),
        ("model = demo # \u201ca\u201d", ", line 1: This is no value; text needs quotation marks"),
        ('model = "demo\nmax_tokens = 1', ", line 1: The quotation mark at the end is missing"),
        ("[endpoints.\u0628]", ", line 1: A name with other characters than A to Z"),
        ("theme", ", line 1: Expected '=' after a key"),
        ("max_tokens = 1\nmax_tokens = 2", ", line 2: This name has a value already"),
        ('[endpoints.a]\nurl="http://h"\n[endpoints.a]', ", line 3: This name has a value already"),
        (f"max_tokens = {'9' * 5000}", "A number has too many digits: correct it"),
        (f"model = {'[' * 10000}", "nested too deeply"),
        (b'\n\ntheme = "d\xfcster"', ", line 3: this is not UTF-8, but Latin-1 perhaps: save"),
        ('model = "demo"'.encode("utf-16"), "is written in UTF-16: save it as UTF-8."),
        ('model = "demo"'.encode("utf-16-be"), ", line 1: there is a NUL byte"),
        (b"# fine\nmodel = 1\0", ", line 2: there is a NUL byte"),
        (bytes(range(1, 256)), ", line 2: this is not UTF-8"),
        (b"\x7fELF\x02\x01\x01\0\0", ", line 1: there is a NUL byte"),
        (b"#" * (1 << 20) + b"\n", "is larger than 1 MB"),
    ],
)
def test_what_is_no_toml_is_named_with_its_line(
    paths: Paths, content: str | bytes, sentence: str
) -> None:
    assert sentence in refusal_of(paths, content)


def test_a_file_of_100_mb_is_not_read_whole(paths: Paths) -> None:
    with paths.config_file.open("wb") as file:
        file.truncate(100_000_000)
    with pytest.raises(SettingsError, match="larger than 1 MB"):
        read_settings(paths, {})


def test_a_mark_of_the_byte_order_is_passed_over(paths: Paths) -> None:
    paths.config_file.write_text('model = "demo"\r\n', encoding="utf-8-sig")
    assert read_settings(paths, {}).model == "demo"


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda path: path.mkdir(), "is a folder"),
        (lambda path: path.symlink_to(path.parent / "nowhere"), "leads nowhere"),
        (lambda path: path.symlink_to(path), "can't be read"),
        (lambda path: os.mkfifo(path), "no regular file"),
        (lambda path: path.symlink_to("/dev/zero"), "no regular file"),
    ],
)
def test_what_is_no_file_says_so(paths: Paths, make: Any, word: str) -> None:
    make(paths.config_file)
    with pytest.raises(SettingsError, match=word) as refused:
        read_settings(paths, {})
    checked(paths, str(refused.value))


def test_a_file_that_may_not_be_read_says_so(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    # Root may read everything.
    with monkeypatch.context() as patch:
        patch.setattr("seeshell.core.toml_file.os.open", refuse)
        with pytest.raises(SettingsError, match="may not be read: change its permissions"):
            read_settings(paths, {})


def test_endpoints_are_read(paths: Paths) -> None:
    paths.config_file.write_text(
        '[endpoints.big]\nurl = "https://h/v1"\nmodel = "m"\nkey_variable = "BIG_KEY"\n'
        'context = 8192\nkey_over_http = true\n[endpoints."my box"]\nurl = "localhost:1234"\n'
    )
    settings = read_settings(paths, {})
    assert settings.endpoints == {
        "big": EndpointSettings("https://h/v1", "m", "BIG_KEY", 8192, key_over_http=True),
        "my box": EndpointSettings("localhost:1234"),
    }
    assert settings.key_variables == ("BIG_KEY",)


SOME_VALUES = st.recursive(
    st.one_of(
        st.booleans(),
        st.integers(),
        st.integers(0, 9),
        st.floats(),
        st.text(max_size=9),
        st.sampled_from(["demo", "auto", "http://h", "K"]),
        st.datetimes(),
    ),
    lambda values: st.one_of(
        st.lists(values, max_size=2), st.dictionaries(st.text(max_size=4), values, max_size=2)
    ),
    max_leaves=4,
)
ENDPOINTS = st.dictionaries(
    st.one_of(st.text(max_size=5), st.sampled_from(["big", "demo", "a/b"])),
    st.dictionaries(
        st.sampled_from([*EndpointSettings.__struct_fields__, "key"]), SOME_VALUES, max_size=3
    ),
    max_size=2,
)
DOCUMENTS = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(Settings.__struct_fields__, SOME_VALUES)
    | {"endpoints": st.one_of(ENDPOINTS, SOME_VALUES), "Model": SOME_VALUES},
)


def read_any(paths: Paths, content: bytes) -> None:
    paths.config_file.write_bytes(content)
    try:
        assert isinstance(read_settings(paths, {}), Settings)
    except SettingsError as error:
        checked(paths, str(error))


@given(document=DOCUMENTS)
def test_any_document_gives_settings_or_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, document: dict[str, Any]
) -> None:
    read_any(any_paths(tmp_path_factory), write_toml(document).encode())


@given(content=st.one_of(st.binary(), st.text().map(str.encode)))
def test_any_bytes_give_settings_or_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    read_any(any_paths(tmp_path_factory), content)


def any_paths(factory: pytest.TempPathFactory) -> Paths:
    return find_paths({HOME_VARIABLE: str(factory.getbasetemp())})


def write_toml(value: Any, *, is_top: bool = True) -> str:
    """Returns a value as TOML; tables inside others stand on one line."""
    match value:
        case dict():
            pairs = [f"{write_toml(k)} = {write_toml(v, is_top=False)}" for k, v in value.items()]
            return "\n".join(pairs) if is_top else "{" + ", ".join(pairs) + "}"
        case list():
            return "[" + ", ".join(write_toml(it, is_top=False) for it in value) + "]"
        case str():
            # JSON's escapes are TOML's, but for a delete character.
            return msgspec.json.encode(value).decode().replace("\x7f", "\\u007f")
        case bool():
            return str(value).lower()
        case int() | float():
            return repr(value)
    return str(value.isoformat())


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"SEESHELL_IMAGES": "bogus"}, r'^SEESHELL_IMAGES is "bogus", but must be "auto", .*'),
        ({"SEESHELL_IMAGES": "None"}, r'^SEESHELL_IMAGES is "None", but'),
        ({"SEESHELL_MODEL": "a\nb"}, r"^SEESHELL_MODEL is a text of 3 characters, but must be"),
        ({"SEESHELL_MODEL": "\udcff"}, r"^SEESHELL_MODEL is a text of 1 characters, but must"),
        ({"SEESHELL_MODEL": "m" * 5000}, r"^SEESHELL_MODEL is a text of 5,000 characters"),
        ({"SEESHELL_MODEL": "https://me:pass@h"}, r"^SEESHELL_MODEL must be an address such as"),
    ],
)
def test_a_variable_that_can_not_be_used_is_not_blamed_on_the_file(
    paths: Paths, environment: dict[str, str], sentence: str
) -> None:
    with pytest.raises(SettingsError, match=sentence) as refused:
        read_settings(paths, environment)
    assert str(refused.value).endswith(": correct it or unset it.")


@pytest.mark.parametrize("seconds", [-1.0, float("nan"), float("inf"), 1e300])
def test_the_cores_option_is_checked_like_the_setting(seconds: float) -> None:
    with pytest.raises(SettingsError, match=r"^--keep-alive is .* a number of seconds from 0 to"):
        check_keep_alive(seconds)
    assert check_keep_alive(0.5) == 0.5


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


def test_without_a_home_folder_one_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def find_nobody(_: int) -> None:
        raise KeyError

    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pwd.getpwuid", find_nobody)
    with pytest.raises(SettingsError, match=f"set HOME, or {HOME_VARIABLE} to any folder"):
        find_paths({})
    monkeypatch.setenv("HOME", "not/absolute")
    with pytest.raises(SettingsError, match="Your home folder is unknown"):
        find_paths({})


def test_a_home_in_a_working_directory_that_was_deleted_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    with pytest.raises(SettingsError, match=f"^{HOME_VARIABLE} is a folder of the working dir"):
        find_paths({HOME_VARIABLE: "mine"})
    assert find_paths({HOME_VARIABLE: str(tmp_path)}).data_dir == tmp_path / "data"
