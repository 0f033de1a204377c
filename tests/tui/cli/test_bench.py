"""`seeshell bench`, for real: what each step has to compute and nothing about how long it took."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from seeshell.core.bench.summary import Summary
from seeshell.tui.cli import help_texts
from seeshell.tui.cli.bench_table import format_summary

from ...terminal.installed import Installed

PICTURES = 3
ENCODED = [1, 0, 1, 0, 0, 0, 1, 0, 1]
ENCODED_BY_MLX_VLM = [1, 0, 2, 0, 2, 0, 1, 2, 2]
IMAGE, FOLLOW_UP, NEW_IMAGE, SECOND_FOLLOW_UP, REGENERATE, EDIT, OTHER, BACK, SWAPPED = range(9)


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What one run with the demonstration model prints."""
    installed = Installed(tmp_path_factory.mktemp("home"))
    done = installed.run(
        *("bench", "--runs", "1", "--json", "--compare", "mlx-vlm"),
        *("--image-size", "96", "--pictures", str(PICTURES)),
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def column(steps: list[dict[str, Any]], name: str) -> list[int]:
    return [step[name] for step in steps]


def test_each_step_encodes_only_the_pictures_that_it_adds(figures: dict[str, Any]) -> None:
    assert column(figures["steps"], "encoded") == ENCODED


def test_each_step_prefills_only_what_is_new(figures: dict[str, Any]) -> None:
    prefilled, reused = (column(figures["steps"], name) for name in ("prefilled", "reused"))
    assert prefilled[REGENERATE] == 1
    for step in (FOLLOW_UP, SECOND_FOLLOW_UP, EDIT, BACK):
        assert prefilled[step] < prefilled[IMAGE]
    for before, after in ((IMAGE, FOLLOW_UP), (NEW_IMAGE, SECOND_FOLLOW_UP)):
        assert reused[after] >= reused[before] + prefilled[before]
    assert prefilled[SWAPPED] > prefilled[NEW_IMAGE]


def test_what_is_attached_early_is_encoded_before_it_is_sent(figures: dict[str, Any]) -> None:
    early, late = figures["steps_early"], figures["steps"]
    assert sum(column(early, "encoded")) == 0
    for step in (IMAGE, NEW_IMAGE, OTHER, SWAPPED):
        assert early[step]["prefilled"] < late[step]["prefilled"]


def test_mlx_vlm_takes_the_same_steps(figures: dict[str, Any]) -> None:
    ours, theirs = figures["steps"], figures["compare"]["steps"]
    assert column(theirs, "name") == column(ours, "name")
    totals = [[step["reused"] + step["prefilled"] for step in side] for side in (ours, theirs)]
    assert totals[0] == totals[1]
    assert column(theirs, "encoded") == ENCODED_BY_MLX_VLM


def test_a_conversation_comes_back_from_disk_after_a_restart(figures: dict[str, Any]) -> None:
    restart = figures["restart"]
    assert restart["spilled_bytes"] > 0
    assert restart["encoded"] == 0
    assert restart["prefilled"] < figures["steps"][IMAGE]["prefilled"] < restart["reused"]
    assert restart["opened_ratio"] == pytest.approx(restart["opened"] / restart["warm"])


def test_the_ratios_are_those_of_the_figures_beside_them(figures: dict[str, Any]) -> None:
    theirs = sum(column(figures["compare"]["steps"], "ttft"))
    for ratio, steps in (("ratio_right_before", "steps"), ("ratio_early", "steps_early")):
        assert figures[ratio] == pytest.approx(sum(column(figures[steps], "ttft")) / theirs)
    growth, decode, memory = figures["growth"], figures["decode"], figures["memory"]
    assert growth["ratio"] == pytest.approx(growth["many"] / growth["one"])
    assert growth["alone_ratio"] == pytest.approx(growth["alone_many"] / growth["alone_one"])
    assert growth["floor_ratio"] == pytest.approx(growth["many"] / growth["alone_many"])
    waits = sum(column(figures["steps"], "ttft"))
    assert figures["floor"]["ratio"] == pytest.approx(waits / figures["floor"]["seconds"])
    assert memory["ratio"] == memory["overhead_bytes"] / figures["model"]["weights_bytes"]
    assert decode["ratio"] == pytest.approx(decode["tps"] / figures["compare"]["decode"]["tps"])


def test_the_tables_fit_80_columns_and_hold_every_step(figures: dict[str, Any]) -> None:
    lines = list(format_summary(msgspec.convert(figures, Summary)))
    assert max(map(len, lines)) <= 80
    for number, step in enumerate(figures["steps"], start=1):
        assert any(
            line.startswith(f"{number} {step['name']} ") and f"{step['ttft']:.3f}" in line
            for line in lines
        )


def test_help_names_every_key_of_the_figures(figures: dict[str, Any]) -> None:
    nested = ("model", "machine", "growth", "restart", "memory", "decode", "compare", "floor")
    keys = {*figures, *figures["steps"][0], *(key for name in nested for key in figures[name])}
    assert [key for key in keys if key not in help_texts.BENCH] == []


@pytest.mark.parametrize(
    ("model", "words"),
    [("http://localhost:1/v1", "is an endpoint"), ("./nowhere", "There is no model ./nowhere")],
)
def test_what_cannot_be_measured_gets_one_sentence(model: str, words: str, tmp_path: Path) -> None:
    done = Installed(tmp_path).run("bench", "--model", model, "--runs", "1")
    assert (done.returncode, done.stdout) == (1, "")
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) <= 2


@pytest.mark.parametrize("arguments", [["--runs", "0"], ["--runs", "x"], ["--compare", "other"]])
def test_wrong_numbers_and_names_are_wrong_usage(arguments: list[str], tmp_path: Path) -> None:
    assert Installed(tmp_path).run("bench", *arguments).returncode == 2
