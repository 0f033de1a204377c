"""`make bench-engine`: `seeshell bench` on random weights that are work enough for a CPU.

About 36 million parameters in the shape of Qwen3-VL with all its parts: an image costs seconds, as
it does with Qwen3-VL-4B on a laptop, so that the ratios to mlx-vlm mean something without a GPU.
"""

import sys
import tempfile
from pathlib import Path

from seeshell.tui.cli import main as seeshell

from ..core.engine.endless import write_endless

_TEXT = {
    "hidden_size": 512,
    "num_hidden_layers": 7,
    "intermediate_size": 1536,
    "num_attention_heads": 8,
    "num_key_value_heads": 4,
    "head_dim": 64,
    "max_position_embeddings": 32_768,
    "rope_scaling": {
        "mrope_interleaved": True,
        "mrope_section": [12, 10, 10],
        "rope_type": "default",
    },
}
_VISION = {
    "depth": 8,
    "hidden_size": 256,
    "intermediate_size": 1024,
    "out_hidden_size": 512,
    "deepstack_visual_indexes": [1, 3, 5],
    "num_position_embeddings": 48 * 48,
}


def main() -> int:
    """Measures with the command line's further options; returns the exit status."""
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / "random weights, 36 M"
        folder.mkdir()
        write_endless(folder, text=_TEXT, vision=_VISION)
        arguments = ["bench", "--model", str(folder), "--compare", "mlx-vlm", *sys.argv[1:]]
        return seeshell(arguments)


if __name__ == "__main__":
    sys.exit(main())
