"""Asks real servers through the installed command: chat, picture, stop, error, a server's death.

    python -m tests.servers [--transformers PROGRAM]

PROGRAM is `transformers` in an environment of its own, of 5.6 GB. What it was tried with:

    pip install torch==2.14.1 torchvision==0.29.1 transformers==5.23.0 accelerate \\
        fastapi uvicorn pydantic openai rich typer python-multipart

For each server the same is done as a user would do it; whatever goes wrong is told with what the
command said, and the exit status is 1.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from ..cramped import CONTEXT
from ..rambling import write_rambling_model
from .server import mlx_vlm_server, transformers_serve
from .visit import Visit, Wrong


def main() -> int:
    """Visits every server; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.servers", description=__doc__)
    parser.add_argument("--transformers", type=Path, help="the program `transformers`")
    options = parser.parse_args()
    problems = 0
    with tempfile.TemporaryDirectory(prefix="seeshell-servers-") as name:
        folder = Path(name)
        rambling = folder / "rambling"
        write_rambling_model(rambling)
        servers = [
            mlx_vlm_server(folder),
            mlx_vlm_server(folder, has_apc=True),
            mlx_vlm_server(folder, context=CONTEXT),
        ]
        if options.transformers:
            servers.append(transformers_serve(folder, options.transformers))
        for number, server in enumerate(servers):
            print(server.name, flush=True)
            server.start()
            visit = Visit(server, folder / f"home-{number}", rambling)
            try:
                problems += _do_all(visit)
            finally:
                visit.close()
    return 1 if problems else 0


def _do_all(visit: Visit) -> int:
    """Returns how many of the visit's steps went wrong."""
    problems = 0
    for step in visit.steps:
        print(f" {step.__name__}", flush=True)
        try:
            step()
            print("  right", flush=True)
        except Wrong as wrong:
            problems += 1
            print(f"  WRONG {wrong}", flush=True)
    return problems


if __name__ == "__main__":
    sys.exit(main())
