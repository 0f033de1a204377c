"""Random programs of requests: whatever was asked before, an answer is the one of a cold run.

`make fuzz-sessions` plays many more of them, and `make fuzz-kills` kills the core more often.
"""

from pathlib import Path

import pytest

from seeshell.core.engine.loading import load_checkpoint
from seeshell.core.models.sources import find_model
from seeshell.core.settings import Paths

from ...fuzz import kills
from ...fuzz.mutants import MUTANTS
from ...fuzz.session_player import SessionPlayer
from ...fuzz.session_programs import Request, SessionProgram
from ...fuzz.sessions import play_batch


@pytest.fixture
def player(tmp_path: Path) -> SessionPlayer:
    checkpoint = load_checkpoint(find_model("demo", print))
    return SessionPlayer(checkpoint, "demo", tmp_path)


def test_every_answer_of_random_requests_is_that_of_a_cold_run(player: SessionPlayer) -> None:
    assert play_batch(player, seed=5, count=5) is None
    assert player.answers > 10


@pytest.mark.parametrize(("mutant", "pictures"), [("picture-hash", (0, 1)), ("excerpt", (5, 6))])
async def test_a_mistake_made_on_purpose_is_found(
    player: SessionPlayer,
    monkeypatch: pytest.MonkeyPatch,
    mutant: str,
    pictures: tuple[int, int],
) -> None:
    MUTANTS[mutant](monkeypatch)
    asked = [Request("ask", slot, pictures=(it,)) for slot, it in enumerate(pictures)]
    with pytest.raises(AssertionError):
        await player.play(SessionProgram(asked))


async def test_a_core_that_is_killed_again_and_again_loses_nothing(
    paths: Paths, rambling_checkpoint: Path
) -> None:
    reports: list[str] = []
    await kills.play(paths, rambling_checkpoint, kills=2, seed=2, report=reports.append)
