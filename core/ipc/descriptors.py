"""How many files and connections the core may hold open."""

import resource
from contextlib import suppress
from typing import Final

_WANTED: Final = 8192


def raise_descriptor_limit() -> int:
    """Lets this process open many files, as far as the system allows; returns how many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _WANTED if hard == resource.RLIM_INFINITY else min(hard, _WANTED)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        # macOS refuses more than `kern.maxfilesperproc`, whatever the hard limit.
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            return wanted
        return soft
    return wanted
