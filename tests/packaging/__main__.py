"""Builds the wheel, installs it in a clean environment and answers a question with it.

What is tested is what users get: the tree's own files are out of reach from where this runs.
"""

import json
import os
import subprocess
import sys
import tempfile
import venv
import zipfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CONSTRAINTS = ROOT / "constraints.txt"
BACKEND = "[cpu]" if sys.platform == "linux" else ""


def main() -> None:
    """Runs the check; an exception is a failure."""
    with tempfile.TemporaryDirectory(prefix="seeshell-wheel-") as name:
        folder = Path(name)
        say("building the source archive, and the wheel from it")
        wheel = build(folder / "dist")
        check_contents(wheel)
        say("installing the wheel in a clean environment")
        command = install(wheel, folder / "venv")
        say("asking the installed command")
        check_command(command, folder)
    say("the wheel works")


def build(folder: Path) -> Path:
    """Returns the wheel, built from the source archive as an installer would."""
    run([sys.executable, "-m", "build", "--outdir", folder, ROOT])
    (wheel,) = folder.glob("*.whl")
    return wheel


def check_contents(wheel: Path) -> None:
    """Compares the wheel with what the tree says belongs in it."""
    packed = set(zipfile.ZipFile(wheel).namelist())
    expected = {f"seeshell/{path}" for path in tracked("core", "tui", "themes")}
    expected |= set(tracked("seeshell/*.py", "seeshell/py.typed"))
    missing = sorted(expected - packed)
    assert not missing, f"missing in the wheel: {', '.join(missing)}"
    manual = {name for name in packed if name.endswith(".data/data/share/man/man1/seeshell.1")}
    assert manual, "no manual page in the wheel"
    extra = sorted(n for n in packed - expected - manual if ".dist-info/" not in n)
    assert not extra, f"not meant to be in the wheel: {', '.join(extra)}"
    for kind in (".py", ".tcss", ".toml", "model/model.safetensors", "samples/"):
        assert any(kind in name for name in packed), f"no {kind} in the wheel"
    model = sum(
        i.compress_size for i in zipfile.ZipFile(wheel).infolist() if "/model/" in i.filename
    )
    assert model <= 4_000_000, f"the demonstration model takes {model:,} bytes, more than 4 MB"
    say(f"{wheel.name}: {len(packed)} files, {wheel.stat().st_size / 1e6:.2f} MB")


def tracked(*patterns: str) -> list[str]:
    """Returns the files under version control that match."""
    return output(["git", "-C", ROOT, "ls-files", "--", *patterns]).split()


def install(wheel: Path, folder: Path) -> Path:
    """Returns the command that the wheel installs."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    run([python, "-m", "pip", "install", "--quiet", "--quiet", "--disable-pip-version-check",
         "--constraint", CONSTRAINTS, f"seeshell{BACKEND} @ {wheel.as_uri()}"])  # fmt: skip
    return folder / "bin" / "seeshell"


def check_command(command: Path, folder: Path) -> None:
    """Asks for the version, then a question about a sample that the wheel brought."""
    environment = {name: value for name, value in os.environ.items() if "PYTHON" not in name}
    environment |= {"SEESHELL_HOME": str(folder / "home"), "SEESHELL_MODEL": "demo"}
    assert output([command, "--version"], environment, folder).startswith("seeshell ")
    python = command.with_name("python")
    where = "import seeshell.core.demo as demo; print(demo.SAMPLES_PATH)"
    samples = Path(output([python, "-c", where], environment, folder).strip())
    assert ROOT not in samples.parents
    picture = min(samples.glob("*.png"))
    try:
        question = [command, "ask", "--json", "-i", picture, "what is in the picture?"]
        answer = json.loads(output(question, environment, folder))
    finally:
        run([command, "stop"], environment, folder)
    assert answer["finish_reason"] == "stop", answer
    say(f"{picture.name}: {answer['text']}")


def output(
    argv: Sequence[str | Path], environment: dict[str, str] | None = None, folder: Path = ROOT
) -> str:
    """Returns what the program prints."""
    return subprocess.run(
        argv,
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=folder,
    ).stdout


def run(
    argv: Sequence[str | Path], environment: dict[str, str] | None = None, folder: Path = ROOT
) -> None:
    """Runs the program; shows what it wrote if it failed."""
    done = subprocess.run(
        argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment,
        cwd=folder, check=False,
    )  # fmt: skip
    if done.returncode:
        print(done.stdout)
        raise SystemExit(f"wheel: {argv[0]} failed with status {done.returncode}")


def say(sentence: str) -> None:
    """Reports progress."""
    print(f"wheel: {sentence}", flush=True)


if __name__ == "__main__":
    main()
