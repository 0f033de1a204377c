"""mlx-vlm's own server and the installed command: what `make try-servers` does, with one server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from .server import mlx_vlm_server
from .visit import Visit


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory, rambling_checkpoint: Path) -> Iterator[Visit]:
    folder = tmp_path_factory.mktemp("server")
    server = mlx_vlm_server(folder)
    server.start()
    visit = Visit(server, folder / "home", rambling_checkpoint)
    yield visit
    visit.close()


@pytest.mark.parametrize("step", ["chat", "picture", "options", "stop", "error", "restart"])
def test_a_real_server_is_asked_as_a_user_would(visit: Visit, step: str) -> None:
    getattr(visit, step)()
