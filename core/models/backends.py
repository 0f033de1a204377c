"""What MLX computes with: Metal on macOS, on Linux the one backend that an extra installs."""

import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from ..errors import ModelUnsupported

_PACKAGES: Final = {"cpu": "mlx-cpu", "cuda12": "mlx-cuda-12", "cuda13": "mlx-cuda-13"}
"""By seeshell's extra; on Linux MLX needs one of them, and only one."""

_NVIDIA_DEVICE: Final = Path("/dev/nvidiactl")


@cache
def has_gpu() -> bool:
    """Whether MLX computes on a GPU here; without one half precision is widened to float32."""
    has_cuda = any(map(_is_installed, ("cuda12", "cuda13")))
    return sys.platform == "darwin" or (_NVIDIA_DEVICE.exists() and has_cuda)


def explain_no_mlx(error: ImportError, platform: str = sys.platform) -> ModelUnsupported:
    """Returns the error to raise where MLX can't be imported.

    Args:
        error: what importing it raised.
        platform: as Python names it.
    """
    elsewhere = "or name a model on another machine, such as http://host:8080/v1"
    if platform == "linux" and not any(map(_is_installed, _PACKAGES)):
        return ModelUnsupported(
            "MLX has nothing to compute with: install seeshell with one of its extras, "
            "'seeshell[cpu]', or 'seeshell[cuda12]' or 'seeshell[cuda13]' for an NVIDIA GPU, "
            f"{elsewhere}."
        )
    return ModelUnsupported(
        f"MLX can't be used on this machine ({error}): install seeshell again, {elsewhere}."
    )


def _is_installed(extra: str) -> bool:
    try:
        version(_PACKAGES[extra])
    except PackageNotFoundError:
        return False
    return True
