"""A program that trains a LoRA with mlx-vlm's own trainer; neither core nor app imports it.

Run as `python -m seeshell.core.models.tuning_program TASK`, a JSON object: `model`, `rows` and
`target` are folders, `iterations`, `rank` and `learning_rate` numbers; `saves_memory` has it take
less memory and more time. It writes its progress to
standard output, one JSON object a line: `stage`, `fraction` from 0 to 1 and `loss`; last `error`
with a sentence if it failed. What mlx-vlm prints goes to standard error.
"""

import json
import sys
from importlib import import_module
from typing import Any, Final

from .side_program import describe_failure, open_report

_LONGEST_ROW: Final = 32_768
"""Tokens; longer rows are cut off."""


def main(arguments: list[str]) -> int:
    """Trains and returns the exit status.

    Args:
        arguments: the task.
    """
    task = json.loads(arguments[0])
    report = open_report()
    report(stage="reading the model")
    # Importing takes seconds. The module: the package gives its function of the same name.
    trainer = import_module("mlx_vlm.train")
    callbacks = import_module("mlx_vlm.trainer.common.callbacks")
    _load_as_the_core_does(trainer)

    class Callback(callbacks.TrainingCallback):  # type: ignore[misc, name-defined]
        def on_train_loss_report(self, train_info: dict[str, Any]) -> None:
            fraction, loss = train_info["progress"], train_info["train_loss"]
            report(stage="training", fraction=fraction, loss=loss)

    try:
        trainer.run(*trainer.parse_args(_options(task)), training_callback=Callback())
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RuntimeError) as error:
        report(error=describe_failure(error))
        return 1
    return 0


def _load_as_the_core_does(trainer: Any) -> None:
    """Has the trainer load models as `load_checkpoint` does: without a GPU in float32."""
    import mlx.core as mx

    if mx.default_device().type == mx.DeviceType.gpu:
        return
    # The fused kernels would be compiled by a C++ compiler.
    mx.disable_compile()
    load = trainer._load_model

    def load_widened(task: str, path: str) -> tuple[Any, Any]:
        model, processor = load(task, path)
        model.set_dtype(mx.float32)
        return model, processor

    trainer._load_model = load_widened


def _options(task: dict[str, Any]) -> list[str]:
    """Returns the command line of mlx-vlm's trainer."""
    values = {
        "--model": task["model"],
        "--data": task["rows"],
        "--output-path": task["target"],
        "--iters": task["iterations"],
        "--lora-rank": task["rank"],
        # What comes of it is scaled by 2, whatever the rank.
        "--lora-alpha": 2 * task["rank"],
        "--learning-rate": task["learning_rate"],
        "--steps-per-report": 1,
        # None but the last counts.
        "--steps-per-save": task["iterations"] + 1,
        "--max-seq-length": _LONGEST_ROW,
    }
    options = [str(it) for pair in values.items() for it in pair]
    return [*options, "--train-on-completions", *(["--grad-checkpoint"] * task["saves_memory"])]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
