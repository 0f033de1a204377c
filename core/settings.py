"""Settings: what `config.toml` and the environment say, as frozen values.

Everything else takes what it needs of them as arguments; `current_settings` reads the file again
when it has changed.
"""

import os
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec
import platformdirs
from msgspec import Struct
from msgspec.structs import replace

from .errors import SettingsError
from .generation_options import MOST_TOKENS
from .key_settings import read_keys
from .setting_rules import RULES, check_value, find_problem, rule_of
from .toml_file import read_toml

MODEL_VARIABLE = "SEESHELL_MODEL"
IMAGES_VARIABLE = "SEESHELL_IMAGES"
HOME_VARIABLE = "SEESHELL_HOME"

_UNKNOWN_HOME = f"Your home folder is unknown: set HOME, or {HOME_VARIABLE} to any folder."

ImageProtocol = Literal["auto", "tgp", "kitty", "sixel", "iterm2", "halfblock", "none"]
LineSetting = Literal["auto", "slow", "fast"]
Notification = Literal["bell", "osc9", "osc777", "none"]


class EndpointSettings(Struct, frozen=True):
    """A server with a name: one `[endpoints.NAME]` of `config.toml`."""

    url: str
    """Its address, as `--model` takes it."""
    model: str = ""
    """The server's name for the model; empty to take one that it lists."""
    key_variable: str = ""
    """Name of the environment variable that holds its key; empty for none of its own."""
    context: int = 0
    """Tokens of the model's context; 0 to take what the server says."""
    key_over_http: bool = False
    """Whether its key may be sent over plain http beyond this machine."""


class Settings(Struct, frozen=True):
    """What `config.toml` may hold; every field has a default."""

    model: str = ""
    """Model to load; empty takes Qwen3-VL-4B if it is in the Hugging Face cache, else the demo."""
    adapter: str = ""
    """LoRA adapter that the model answers with: a folder, or the name that `seeshell tune` gave
    it; empty for none."""
    model_folders: tuple[str, ...] = ()
    """Folders of models: each folder below them with a config.json is listed."""
    pixel_budget: int = 1280
    """Most image tokens that one picture may take; larger pictures are scaled down."""
    max_pixels: int = 200_000_000
    """Pictures with more pixels than this are refused before they are decoded."""
    max_tokens: int = MOST_TOKENS
    """Most tokens of one answer."""
    temperature: float | None = None
    """Sampling temperature; unset takes the model's own default."""
    keep_alive: float = 900.0
    """Seconds without work after which the core frees the model, and ends where no client is there;
    0 keeps both for ever. The next turn loads the model again."""
    kv_bits: Literal[0, 4, 8] = 0
    """Bits of a KV cache's number: 8 halves and 4 quarters its memory, at some loss of exactness;
    0 keeps the model's own precision."""
    kv_bytes: int = 0
    """Most memory for the KV caches of all conversations; 0 takes what the machine has to spare
    beside the model."""
    spill_bytes: int = 4 * 2**30
    """Most disk for KV caches that wait there for their conversation; 0 keeps none."""
    theme: str = "dark"
    """Name of a file in `themes/`, without its ending."""
    images: ImageProtocol = "auto"
    """How pictures are drawn; `auto` asks the terminal once."""
    line: LineSetting = "auto"
    """How much is drawn: `slow` draws small pictures and calmer text, `auto` offers that where the
    line to the terminal is found slow."""
    cursor_blink: bool = False
    """Whether the prompt's cursor blinks; each blink costs bytes on the line."""
    notify: Notification = "bell"
    """How the end of an answer is told while the terminal is not in front."""
    mouse: bool = True
    """Whether the mouse is the program's; without it the terminal's own selection works."""
    keys: dict[str, tuple[str, ...]] = {}
    """Keys by the id of their command, as people write them; none leaves a command without one."""
    endpoints: dict[str, EndpointSettings] = {}
    """Servers by name: `--model NAME` asks one."""

    @property
    def key_variables(self) -> tuple[str, ...]:
        """Names of the environment variables that hold the keys of the endpoints."""
        return tuple(it.key_variable for it in self.endpoints.values() if it.key_variable)


class Paths(Struct, frozen=True):
    """Where everything lies. Folders are created 0700 by whoever writes into them first."""

    config_file: Path
    data_dir: Path
    """Database and pictures."""
    cache_dir: Path
    """What can be made again."""
    log_file: Path
    runtime_dir: Path
    """Socket and lock."""

    @property
    def presets_file(self) -> Path:
        """What the user writes of presets and templates."""
        return self.config_file.with_name("presets.toml")

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.data_dir / "conversations.sqlite"

    @property
    def pictures_dir(self) -> Path:
        """Copies of attached pictures, named by sha256."""
        return self.data_dir / "pictures"

    @property
    def models_dir(self) -> Path:
        """Models that were made here, by quantising others."""
        return self.data_dir / "models"

    @property
    def adapters_dir(self) -> Path:
        """LoRA adapters that were trained here."""
        return self.data_dir / "adapters"

    @property
    def spills_dir(self) -> Path:
        """KV caches that were put out of memory."""
        return self.cache_dir / "spills"

    @property
    def lock_file(self) -> Path:
        """Held by the one core of this data directory."""
        return self.data_dir / "core.lock"

    @property
    def crash_file(self) -> Path:
        """What the interface leaves when it crashes."""
        return self.log_file.with_name("app-crash.log")

    @property
    def places(self) -> tuple[Path, ...]:
        """All files and folders that the paths name."""
        return (
            self.config_file,
            self.data_dir,
            self.cache_dir,
            self.log_file,
            self.crash_file,
            self.runtime_dir,
        )

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders among these, and those that hold the files."""
        own = (self.data_dir, self.cache_dir, self.runtime_dir)
        return tuple(dict.fromkeys((self.config_file.parent, self.log_file.parent, *own)))

    def adapter(self, name: str) -> str:
        """Returns the folder of an adapter, absolute; empty for none.

        Args:
            name: of one that was trained here, or a folder.
        """
        if not name:
            return ""
        own = self.adapters_dir / name
        if "/" not in name and own.is_dir():
            return str(own)
        return str(Path(os.path.abspath(os.path.expanduser(name))))  # noqa: PTH100, PTH111

    def picture(self, sha256: str) -> Path:
        """Where the copy of a picture lies."""
        return self.pictures_dir / sha256[:2] / sha256


def find_paths(environment: Mapping[str, str]) -> Paths:
    """Returns the places to use: below `SEESHELL_HOME` if set, else where the platform says.

    Where the data or the runtime folder is a link that the user has made, it is what that leads to.

    Raises:
        SettingsError: the name of a place can't be written as text, or begins with an unknown user
            or in a working directory that was deleted.
    """
    paths = _name_paths(environment)
    for place in paths.places:
        if not place.is_absolute():
            raise SettingsError(_UNKNOWN_HOME)
        try:
            os.fspath(place).encode()
        except UnicodeEncodeError as error:
            sentence = f"The name {os.fspath(place)!a} is not UTF-8: choose another place."
            raise SettingsError(sentence) from error
    return replace(
        paths,
        data_dir=_follow_own_link(paths.data_dir),
        runtime_dir=_follow_own_link(paths.runtime_dir),
    )


def _name_paths(environment: Mapping[str, str]) -> Paths:
    home = environment.get(HOME_VARIABLE)
    if home:
        try:
            root = Path(home).expanduser().absolute()
        except RuntimeError as error:
            raise SettingsError(f"{HOME_VARIABLE}: {error} Correct it or unset it.") from error
        except FileNotFoundError as error:
            raise SettingsError(
                f"{HOME_VARIABLE} is a folder of the working directory, which was deleted: change "
                "to another one, or give the full path."
            ) from error
        return Paths(
            root / "config.toml",
            root / "data",
            root / "cache",
            root / "core.log",
            root / "run",
        )
    try:
        return _platform_paths()
    except RuntimeError as error:
        raise SettingsError(_UNKNOWN_HOME) from error


def _platform_paths() -> Paths:
    dirs = platformdirs.PlatformDirs("seeshell", appauthor=False)
    with warnings.catch_warnings():
        # Where XDG_RUNTIME_DIR is not set there is another place, which is no news to the user.
        warnings.simplefilter("ignore")
        runtime_dir = dirs.user_runtime_path
    return Paths(
        dirs.user_config_path / "config.toml",
        dirs.user_data_path,
        dirs.user_cache_path,
        dirs.user_log_path / "core.log",
        runtime_dir,
    )


def _follow_own_link(folder: Path) -> Path:
    """Returns the folder that a link of the user's own leads to; any other path as it is."""
    try:
        is_own_link = folder.is_symlink() and folder.lstat().st_uid == os.getuid()
        return Path(os.path.realpath(folder)) if is_own_link and folder.is_dir() else folder
    except OSError:
        return folder


def read_settings(paths: Paths, environment: Mapping[str, str]) -> Settings:
    """Returns the settings of `config.toml`, overridden by `SEESHELL_MODEL` and `SEESHELL_IMAGES`.

    Of several that are wrong the first is named.

    Raises:
        SettingsError: the file can't be read, or holds an unknown name or a wrong value.
    """
    values = read_toml(paths.config_file)
    if problem := find_problem(values):
        raise SettingsError(f"{paths.config_file}: {problem}")
    values["adapter"] = paths.adapter(str(values.get("adapter", "")))
    if "keys" in values:
        values["keys"] = read_keys(values["keys"])
    for field, variable in (("model", MODEL_VARIABLE), ("images", IMAGES_VARIABLE)):
        if value := environment.get(variable):
            if problem := check_value(
                variable, rule_of(field, value), value, "correct it or unset it."
            ):
                raise SettingsError(problem)
            values[field] = value
    return msgspec.convert(values, Settings)


def check_keep_alive(seconds: float) -> float:
    """Returns the value of `--keep-alive` if the setting could be that.

    Raises:
        SettingsError: it could not.
    """
    if problem := check_value("--keep-alive", RULES["keep_alive"], seconds, "correct it."):
        raise SettingsError(problem)
    return seconds
