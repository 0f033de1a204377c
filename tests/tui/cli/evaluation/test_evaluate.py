"""`seeshell eval`, end to end: the installed command, the real core, the demo model."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from seeshell.core.demo import SAMPLES_PATH

from ....terminal.installed import Installed

ROWS = [
    {"picture": "green-star.png", "question": "What color is the star?", "kind": "color"},
    {"picture": "red-circle-blue-square.png", "question": "What is in the picture?", "kind": "all"},
    {"picture": "missing.png", "question": "What is in the picture?", "kind": "all"},
]
ANSWERS = ["The star is green.", "I see a red circle and a blue square.", "Nothing."]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    installed = Installed(tmp_path_factory.mktemp("eval"))
    yield installed
    installed.run("stop")


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    path = tmp_path / "shapes.jsonl"
    rows = [row | {"answers": [answer]} for row, answer in zip(ROWS, ANSWERS, strict=True)]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


def test_answers_are_scored_by_kind_and_what_failed_is_named(
    installed: Installed, questions: Path
) -> None:
    command = ("eval", questions, "--pictures", SAMPLES_PATH)
    done = installed.run(*command)
    assert done.returncode == 1
    assert [line.split()[-2:] for line in done.stdout.splitlines()[2:5]] == [
        ["66.67", "66.67"], ["50.00", "50.00"], ["100.00", "100.00"],
    ]  # fmt: skip
    assert "row 3 of demo failed" in done.stderr
    again = installed.run(*command, "--model", "demo", "--model", "demo", "--json")
    document = json.loads(again.stdout)
    one, other = document["sides"]
    assert one["scores"]["exact"] == pytest.approx(2 / 3)
    assert {kind: it["anls"] for kind, it in one["kinds"].items()} == {"all": 0.5, "color": 1.0}
    assert one["failed"][0]["id"] == "3"
    # The second side asks what the first has asked: nothing is computed twice.
    assert one == other
