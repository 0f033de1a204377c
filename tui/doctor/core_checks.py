"""Checks of settings, core and model: a line each."""

import re
from typing import Final

from .finding import Finding
from .surroundings import Surroundings

_HUB: Final = re.compile(r"[\w.-]+/[\w.-]+")
"""How models of the hub are named."""


def check_settings(around: Surroundings) -> Finding:
    """Says whether the settings can be used."""
    if around.settings_error:
        return Finding("settings", around.settings_error, "poor", "Nothing starts until then.")
    file = around.paths.config_file
    return Finding("settings", str(file) if file.exists() else f"the defaults (no {file})")


def check_core(around: Surroundings) -> Finding:
    """Says whether a core runs."""
    core = around.core
    if around.core_error:
        return Finding("core", around.core_error, "poor", "seeshell stop ends a core that runs.")
    if core is None:
        return Finding("core", "none runs; the app and `seeshell ask` start one")
    return Finding("core", f"{core.version}, process {core.pid}, clients: {core.clients}")


def check_model(around: Surroundings) -> Finding:
    """Says which model answers."""
    core = around.core
    if core is None:
        wanted = around.settings.model
        named = _told(wanted, wanted) if wanted else "Qwen3-VL-4B if it is here, else the demo"
        return Finding("model", f"not loaded; wanted: {named}")
    state = f"{_told(core.source, core.model) or 'none yet'}: {core.state}"
    if core.state == "failed":
        return Finding("model", state, "poor", "seeshell models says what can be loaded.")
    where = "" if core.server else f", {core.active_bytes / 1e9:.2f} GB"
    return Finding("model", state + (where if core.is_loaded else ""))


def _told(source: str, name: str) -> str:
    """Returns what a bug report tells of a model: no folder's name, and no server's."""
    if source.startswith(("http://", "https://")):
        return "one of a server"
    is_public = not source or source == "demo" or _HUB.fullmatch(source)
    return name if is_public else "one of a folder or a named server"
