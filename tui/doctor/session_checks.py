"""Checks of what lies between program and terminal: the line, tmux, the environment."""

from typing import Final

from .finding import Finding
from .surroundings import Surroundings
from .terminal_checks import TMUX_FILE

_LOCALES: Final = ("LC_ALL", "LC_CTYPE", "LANG")


def check_connection(around: Surroundings) -> Finding:
    """Says whether the terminal is here or at the other end of SSH."""
    if around.is_ssh:
        return Finding("connection", "SSH")
    if around.environment.get("MOSH_CONNECTION"):
        return Finding("connection", "mosh, which passes no pictures on: half blocks at most")
    return Finding("connection", "local")


def check_term(around: Surroundings) -> Finding:
    """Says what the environment tells of the terminal."""
    colorterm = around.environment.get("COLORTERM", "")
    found = f"TERM={around.term or 'unset'}, COLORTERM={colorterm or 'unset'}"
    if around.term in {"", "dumb", "unknown"} and around.is_terminal:
        return Finding(
            "TERM", found, "poor", "The app needs a better TERM; seeshell --plain needs none."
        )
    return Finding("TERM", found)


def check_locale(around: Surroundings) -> Finding:
    """Says whether letters beyond ASCII can be shown."""
    name = next((it for it in _LOCALES if around.environment.get(it)), "")
    value = around.environment.get(name, "") if name else ""
    found = f"{name}={value}" if name else "no locale is set"
    if value.lower().replace("-", "").endswith("utf8"):
        return Finding("locale", found)
    if around.is_ssh:
        return Finding(
            "locale",
            found,
            "poor",
            "It names no UTF-8: let SSH bring yours along, or export LC_ALL=C.UTF-8.",
            "/etc/ssh/sshd_config",
            ("AcceptEnv LANG LC_*",),
        )
    return Finding("locale", found, "poor", "It names no UTF-8: export LC_ALL=C.UTF-8.")


def check_tmux(around: Surroundings) -> Finding:
    """Says what tmux lets through."""
    tmux, inner = around.tmux, around.probed.inner
    if tmux is None:
        if around.environment.get("TMUX"):
            return Finding("tmux", "it does not answer", "unknown")
        if inner.is_tmux:
            return Finding("tmux", f"{inner.name}, on your side of SSH", "unknown")
        return Finding("tmux", "none")
    passes = "passes pictures on" if tmux.passes_escapes else "passes no pictures on"
    found = f"tmux {tmux.version}: {passes}, set-clipboard {tmux.clipboard or 'unknown'}"
    if not tmux.passes_escapes and tmux.knows_passthrough:
        return Finding(
            "tmux",
            found,
            "poor",
            "Let programs speak to the terminal around it.",
            TMUX_FILE,
            ("set -g allow-passthrough on",),
        )
    return Finding("tmux", found)


def check_notifications(around: Surroundings) -> Finding:
    """Says how the end of an answer is told, and whether it can be known when to."""
    kind = around.settings.notify
    if kind == "none":
        return Finding("notifications", "off (the setting notify)")
    told = {"bell": "the bell", "osc9": "OSC 9", "osc777": "OSC 777"}[kind]
    found = f"by {told} while the terminal is not in front"
    if around.tmux is not None and not around.tmux.reports_focus:
        return Finding(
            "notifications",
            f"never: tmux does not say whether the terminal is in front ({kind})",
            "poor",
            "Have tmux say so.",
            TMUX_FILE,
            ("set -g focus-events on",),
        )
    return Finding("notifications", found)
