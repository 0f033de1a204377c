"""`seeshell models`, `show`, `rm` and `quantise`: the command on its standard streams."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from seeshell.core.demo import MODEL_PATH
from seeshell.core.models.known_reuse import KnownReuse, write_known
from seeshell.core.models.progress import LoadProgress
from seeshell.core.settings import Paths
from seeshell.tui.cli import main, models, models_help, models_table
from seeshell.tui.cli.models_progress import ProgressLine

from ...terminal.installed import Installed

KEYS = (
    *("name", "kind", "place", "disk_bytes", "problem", "family", "parameters", "quantisation"),
    *("licence", "context_length", "weights_bytes", "kv_token_bytes", "memory", "picture_tokens"),
    *("picture_bytes", "reuse", "reuse_reason", "is_loaded", "context", "pixel_budget", "advice"),
)
"""As the help promises them."""


class Command:
    """Runs the command in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.said = ""
        """On standard error, by the last run."""

    def __call__(self, *arguments: str, status: int = 0) -> str:
        assert main(["models", *arguments]) == status
        out, self.said = self._capsys.readouterr()
        return out

    def document(self, *arguments: str) -> Any:
        return json.loads(self(*arguments, "--json"))


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(capsys)


@pytest.fixture
def made(paths: Paths) -> Path:
    """A model as `models quantise` would have left it."""
    return Path(shutil.copytree(MODEL_PATH, paths.models_dir / "tiny-4bit"))


def test_the_list_as_json_has_the_promised_keys(run: Command, made: Path) -> None:
    found = run.document()
    assert set(found) == {"usable_bytes", "models"}
    assert [tuple(model) for model in found["models"]] == [KEYS, KEYS]
    assert [model["name"] for model in found["models"]] == ["demo", str(made)]
    assert all(key in models_help.MODELS for key in KEYS)
    demo = found["models"][0]
    assert demo["memory"] == [
        {
            "tokens": 4096,
            "bytes": demo["weights_bytes"] + 4096 * demo["kv_token_bytes"] + demo["picture_bytes"],
        }
    ]
    assert run.document("show", "demo") == demo


@pytest.mark.parametrize("width", [80, 200])
def test_the_list_fits_the_terminal(
    run: Command, made: Path, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    size = shutil.os.terminal_size((width, 24))
    monkeypatch.setattr(models_table, "get_terminal_size", lambda: size)
    lines = run().splitlines()
    assert max(map(len, lines)) <= max(width, len(str(made)) + 2)
    assert len(lines) == (3 if width == 200 else 6)
    for word in ("bfloat16", "apache-2.0", "4k", "MB"):
        assert word in "\n".join(lines)


def test_what_can_not_be_run_is_counted_and_listed_on_demand(run: Command, made: Path) -> None:
    (made / "model.safetensors").unlink()
    assert str(made) not in run()
    assert "1 that can't be run are left out; --all lists them too." in run.said
    assert str(made) in run("--all")
    assert "lacks *.safetensors" in run("show", "tiny")


def test_show_says_the_reuse_that_the_core_found_out(run: Command, paths: Paths) -> None:
    assert "found out when it is loaded first" in run("show", "demo")
    from seeshell.core.models.preflight import identify_folder

    known = KnownReuse("text", "its pictures see each other")
    write_known(paths.cache_dir, identify_folder(MODEL_PATH), known)
    assert "reuse    text: its pictures see each other\n" in run("show", "demo")
    found = run.document("show", "demo")
    assert (found["reuse"], found["reuse_reason"]) == ("text", "its pictures see each other")


def test_a_name_that_is_not_here(run: Command) -> None:
    run("show", "dmeo", status=1)
    assert run.said == "seeshell: There is no model dmeo here; did you mean demo?\n"
    assert json.loads(run("show", "dmeo", "--json", status=1))["error"]["kind"] == "ModelNotFound"


def test_a_server_has_no_files_here(run: Command, paths: Paths) -> None:
    paths.config_file.parent.mkdir(parents=True, exist_ok=True)
    paths.config_file.write_text('[endpoints.big]\nurl = "http://127.0.0.1:9/v1"\n')
    assert run("show", "big").splitlines() == [
        "name     big",
        "place    http://127.0.0.1:9/v1",
    ]
    for command in ("pull", "quantise"):
        run(command, "big", status=1)
        assert (
            run.said == "seeshell: big is a server; name a model of the hub or of this machine.\n"
        )


def test_what_is_not_the_caches_is_not_removed(run: Command, tmp_path: Path) -> None:
    own = Path(shutil.copytree(MODEL_PATH, tmp_path / "own"))
    for name, words in (("demo", "a part of seeshell"), (str(own), "is a folder of yours")):
        run("rm", name, "--yes", status=1)
        assert words in run.said
    assert (own / "config.json").is_file()


def test_a_model_that_was_made_here_is_removed(run: Command, made: Path) -> None:
    run("rm", "tiny", "--yes", status=1)
    assert "did you mean" in run.said
    run("rm", "tiny-4bit", status=1)
    assert "Nobody can be asked here; add --yes" in run.said
    assert run.document("rm", "tiny-4bit", "--yes")["freed_bytes"] > 3_000_000
    assert not made.exists()


def test_a_model_that_the_core_holds_is_not_removed(
    run: Command, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    namesake = made.with_name("tiny-8bit")
    shutil.copytree(MODEL_PATH, namesake)
    loaded = models.Loaded("tiny", str(made), 1)
    monkeypatch.setattr(models, "read_loaded", lambda: loaded)
    run("rm", "tiny-4bit", "--yes", status=1)
    assert "is loaded; free it with `seeshell unload` first" in run.said
    run("rm", "tiny-8bit", "--yes")
    assert made.exists()
    assert not namesake.exists()


def test_the_terminal_is_asked_before_a_model_goes(home: Path, made: Path) -> None:
    for answer, is_left in (("n", True), ("y", False)):
        with Installed(home).open("models", "rm", "tiny") as terminal:
            terminal.wait_for(r"\[y/N\]")
            terminal.press(answer, "enter")
            terminal.wait_for("removed")
            assert terminal.wait_for_exit() == int(is_left)
        assert made.exists() == is_left


def test_quantising_tells_sizes_and_leaves_nothing_half_written(run: Command, paths: Paths) -> None:
    said = run("quantise", "demo", "--bits", "mixed_4_6")
    made = paths.models_dir / "demo-mixed_4_6"
    assert "4.0 MB of weights became 1.9 MB (4 and 6 bits).\n" in said
    assert [it.name for it in paths.models_dir.iterdir()] == [made.name]
    assert run.document("show", made.name)["quantisation"] == "4 and 6 bits"
    run("quantise", "demo", "--bits", "mixed_4_6", status=1)
    assert "is there already" in run.said
    run("quantise", made.name, status=1)
    assert "is quantised already (4 and 6 bits)" in run.said


def test_progress_says_speed_and_what_is_left() -> None:
    now = 100.0

    def clock() -> float:
        return now

    line = ProgressLine(clock)
    assert line.describe(LoadProgress("pull", 0.0)) == "0 %"
    now += 10
    half = line.describe(LoadProgress("pull", 0.5, 4 * 10**9))
    assert half == "50 %, 2.0 GB of 4.0 GB, 200.0 MB/s, 10 s left"
    assert line.describe(LoadProgress("write", 0.9)) == "90 %"
