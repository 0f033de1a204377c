"""A core that would be one of several processes of a model says so and does not start."""

import json
from pathlib import Path

import pytest

from seeshell.core.errors import CoreUnreachable
from seeshell.core.one_process import check_alone


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"MLX_RANK": "0"},
        {"MLX_RANK": "0", "MLX_WORLD_SIZE": "1"},
        {"MLX_RANK": "0", "MLX_HOSTFILE": "/no/such/file"},
        {"OMPI_COMM_WORLD_SIZE": "1", "OMPI_COMM_WORLD_RANK": "0"},
    ],
)
def test_a_process_that_is_alone_starts(environment: dict[str, str]) -> None:
    check_alone(environment)


@pytest.mark.parametrize(
    "environment",
    [
        {"MLX_RANK": "1"},
        {"MLX_RANK": "0", "MLX_WORLD_SIZE": "2"},
        {"OMPI_COMM_WORLD_SIZE": "2", "OMPI_COMM_WORLD_RANK": "0"},
        {"PMI_RANK": "3"},
    ],
)
def test_one_of_several_is_refused_with_what_to_do(environment: dict[str, str]) -> None:
    with pytest.raises(CoreUnreachable, match=r"start it alone.*address of a server"):
        check_alone(environment)


@pytest.mark.parametrize(("hosts", "is_refused"), [(1, False), (2, True)])
def test_the_hosts_of_mlx_launch_are_counted(tmp_path: Path, hosts: int, is_refused: bool) -> None:
    # As its ring backend writes them.
    file = tmp_path / "hosts.json"
    file.write_text(json.dumps([[f"127.0.0.1:{5000 + host}"] for host in range(hosts)]))
    environment = {"MLX_RANK": "0", "MLX_HOSTFILE": str(file)}
    if is_refused:
        with pytest.raises(CoreUnreachable):
            check_alone(environment)
    else:
        check_alone(environment)
