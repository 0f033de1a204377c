"""A program that quantises a model with mlx-vlm's own converter; neither core nor app imports it.

Run as `python -m seeshell.core.models.quantising_program SOURCE TARGET BITS`. It writes its
progress to standard output, one JSON object a line: `stage`, and `fraction` from 0 to 1; last
`error` with a sentence if it failed. What mlx-vlm prints goes to standard error.
"""

import sys
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from .side_program import Report, describe_failure, open_report

_GROUP: Final = 64
"""Weights that share a scale: mlx-vlm's own choice for 4 and 8 bits."""

_MIXED: Final = "mixed_4_6"

_WRITING: Final = 0.9
"""How far the work is when all weights are computed and only have to be written."""


def main(arguments: list[str]) -> int:
    """Quantises and returns the exit status.

    Args:
        arguments: the source's folder, the folder to write, and `4`, `8` or `mixed_4_6`.
    """
    source, target, bits = arguments
    report = open_report()
    report(stage="reading", fraction=0.0)
    # Importing takes seconds. The module: the package gives its function of the same name.
    converter = import_module("mlx_vlm.convert")
    _report_weights(converter, report)
    try:
        converter.convert(
            source,
            target,
            quantize=True,
            q_bits=4 if bits == _MIXED else int(bits),
            q_group_size=_GROUP,
            quant_predicate=bits if bits == _MIXED else None,
            trust_remote_code=False,
        )
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RuntimeError) as error:
        report(error=describe_failure(error))
        return 1
    report(stage="done", fraction=1.0)
    return 0


def _report_weights(converter: Any, report: Report) -> None:
    """Has the converter compute the weights one after the other before it writes them.

    Then little more than the result is in memory at any time, and each step can be told.
    """
    import mlx.core as mx
    from mlx.utils import tree_flatten

    save = converter.save_weights

    def compute_and_save(folder: Path, model: Any, **options: Any) -> None:
        weights = [array for _, array in tree_flatten(model.parameters())]
        total, done = sum(array.nbytes for array in weights) or 1, 0
        for array in weights:
            mx.eval(array)
            done += array.nbytes
            report(stage="quantising", fraction=_WRITING * done / total)
        report(stage="writing", fraction=_WRITING)
        del weights
        save(folder, model, **options)

    converter.save_weights = compute_and_save


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
