"""Random programs: whatever came before, an answer is the one of a cold run.

`make fuzz-engine` plays many more of them.
"""

from pathlib import Path
from typing import Any

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from seeshell.core.engine.loading import Checkpoint, load_checkpoint
from seeshell.core.models.sources import find_model

from ...fuzz.mutants import MUTANTS
from ...fuzz.player import Player
from ...fuzz.programs import PROGRAMS, Program, Step
from .endless import SHAPES, write_endless

DECEIVED_BY = {
    "picture-hash": [Step("ask", 0, pictures=(0,)), Step("ask", 1, pictures=(1,))],
    "excerpt": [Step("ask", 0, pictures=(5,)), Step("ask", 1, pictures=(6,))],
    "positions": [Step("ask", 0, pictures=(2,)), Step("ask", 0)],
    "deepstack": [Step("ask", 0, pictures=(2,))],
}
"""The shortest programs that show a mistake."""


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    folder = write_endless(tmp_path_factory.mktemp("small"), **SHAPES["small"])
    return load_checkpoint(find_model(str(folder), print))


@pytest.fixture(params=["demo", "endless", "small"])
def player(request: pytest.FixtureRequest, tmp_path: Path) -> Player:
    return Player(request.getfixturevalue(request.param), tmp_path)


def test_every_answer_of_a_random_program_is_that_of_a_cold_run(player: Player) -> None:
    @hypothesis.seed(3)
    @settings(
        max_examples=6,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.nested_given],
    )
    @given(PROGRAMS)
    def check(program: Program) -> None:
        player.play(program)

    check()
    assert player.answers > 10


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_mistake_made_on_purpose_is_found(
    endless: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mutant: str
) -> None:
    player = Player(endless, tmp_path)
    program = Program(DECEIVED_BY[mutant], chunk=13)
    assert not player.failure(program)

    MUTANTS[mutant](monkeypatch)

    assert "first logits differ" in player.failure(program)


def test_excerpts_of_one_file_in_a_conversation_over_spills_and_restarts(player: Player) -> None:
    player.play(
        Program(
            [
                Step("ask", 0, pictures=(5, 6)),
                Step("ask", 0, text="more", pictures=(7,)),
                Step("edit", 0, pictures=(6, 5)),
                Step("spill"),
                Step("ask", 1, pictures=(7,)),
                Step("restart"),
                Step("ask", 0, pictures=(8,)),
                Step("restart"),
                Step("edit", 0, place=1, pictures=(9,)),
                Step("prepare", 2, pictures=(6,)),
                Step("ask", 2, pictures=(5,)),
            ],
            chunk=13,
        )
    )


def test_pictures_in_the_midst_of_the_text(player: Player) -> None:
    player.play(
        Program(
            [
                Step("ask", 0, text="is @2 like @1?", pictures=(0, 2)),
                Step("edit", 0, text="is @1 like @2?", pictures=(0, 2)),
                Step("prepare", 0, pictures=(1,)),
                Step("ask", 0, text="and @1", pictures=(1,)),
                Step("restart"),
                Step("again", 0),
            ],
            chunk=5,
        )
    )


def test_stop_edit_and_revert_with_pictures_of_the_same_size(player: Player) -> None:
    player.play(
        Program(
            [
                Step("ask", 0, pictures=(0, 2), stop_after=3),
                Step("edit", 0, text="other", pictures=(1, 2)),
                Step("revert", 0, place=0),
                Step("edit", 0, pictures=(0, 2)),
                Step("ask", 0, text="more", pictures=(1,)),
            ],
            chunk=5,
        )
    )
