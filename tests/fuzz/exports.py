"""`python -m tests.fuzz.exports`: kills exports at random moments and looks what they leave.

In its place an export is whole, or what was there before is there still; beside it lies at most
what is hidden. The pictures of a text come before it: whatever a text names is there.
"""

import argparse
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from seeshell.core.settings import find_paths

from ..pages.sample import everything

FORMS: Final = ("html", "markdown", "json", "jsonl")
BEFORE: Final = "what was there before"
_ENDS: Final = {"html": "</html>\n", "markdown": "*\n", "json": "]}\n", "jsonl": "}\n"}
_PICTURE: Final = re.compile(r"out-(?:row-)?pictures/[\w.-]+")


@dataclass(frozen=True)
class Bench:
    """Where exports are written."""

    home: Path
    place: Path

    @property
    def target(self) -> Path:
        return self.place / "out"

    def start(self, form: str) -> "subprocess.Popen[bytes]":
        """Starts to write over whatever is there."""
        return subprocess.Popen(
            [sys.executable, "-m", "tests.pages.write", self.home / "kept.json", self.target, form],
            env=os.environ | {"SEESHELL_HOME": str(self.home)},
            stdout=subprocess.DEVNULL,
        )

    def clear(self, *, has_file: bool) -> None:
        for it in self.place.rglob("*"):
            if it.is_file():
                it.unlink()
        if has_file:
            self.target.write_text(BEFORE)

    def check(self, form: str, *, had_file: bool) -> bool:
        """Returns whether the export is there, after looking at all that is."""
        shown = {it.name for it in self.place.iterdir() if not it.name.startswith(".")}
        assert shown <= {"out", "out-pictures", "out-row-pictures"}, shown
        if not self.target.exists():
            assert not had_file
            return False
        text = self.target.read_text(encoding="utf-8")
        if text == BEFORE:
            assert had_file
            return False
        assert text.endswith(_ENDS[form]), text[-80:]
        for name in _PICTURE.findall(text):
            assert (self.place / name).stat().st_size, name
        return True


def main(arguments: list[str]) -> int:
    """Returns 0 if nothing was ever half there."""
    parser = argparse.ArgumentParser(prog="fuzz-exports")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    chance = random.Random(options.seed)
    written = 0
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder) / "home", Path(folder) / "place")
        bench.place.mkdir()
        kept = [everything(find_paths({"SEESHELL_HOME": str(bench.home)}))]
        (bench.home / "kept.json").write_bytes(msgspec.json.encode(kept))
        longest = max(_time(bench, form) for form in FORMS)
        for number in range(options.kills):
            form, had_file = FORMS[number % len(FORMS)], chance.random() < 0.5
            bench.clear(has_file=had_file)
            process = bench.start(form)
            time.sleep(chance.uniform(longest / 4, longest))
            process.kill()
            process.wait()
            written += bench.check(form, had_file=had_file)
    print(f"{options.kills} exports killed, {written} of them done before: nothing half there.")
    return 0


def _time(bench: Bench, form: str) -> float:
    """Returns how long a whole export takes."""
    bench.clear(has_file=False)
    began = time.monotonic()
    assert bench.start(form).wait() == 0
    assert bench.check(form, had_file=False)
    return time.monotonic() - began


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
