"""What a bug report needs to say of program and machine."""

import os
import platform
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from ... import __version__
from .finding import Finding
from .surroundings import Surroundings

_BACKENDS: Final = {"mlx-metal": "Metal", "mlx-cuda": "CUDA", "mlx-cpu": "the CPU"}
"""Packages that bring one."""


def program_facts(around: Surroundings) -> Iterator[Finding]:
    """Yields version, system, backend and memory."""
    python = ".".join(map(str, sys.version_info[:3]))
    yield Finding("version", f"seeshell {__version__}, Python {python}")
    yield Finding("system", f"{_system()}, {platform.machine()}, {os.cpu_count()} CPU cores")
    yield Finding(
        "backend", f"mlx {_version('mlx')} on {_backend()}, mlx-vlm {_version('mlx-vlm')}"
    )
    held = (
        f"; the core's model holds {around.core.active_bytes / 1e9:.2f} GB" if around.core else ""
    )
    yield Finding("memory", f"{_memory_bytes() / 1e9:.1f} GB{held}")


def _system() -> str:
    if sys.platform == "darwin":
        return f"macOS {platform.mac_ver()[0]}"
    return f"{platform.system()} {platform.release()}"


def _backend() -> str:
    found = [name for package, name in _BACKENDS.items() if _version(package) != "?"]
    if sys.platform == "darwin":
        return "Metal"
    return found[0] if found else "the CPU"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "?"


def _memory_bytes() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
