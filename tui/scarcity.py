"""What the system has run out of: processes, threads, open files or memory."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_ERRNOS: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN})

_NO_THREAD: Final = "can't start new thread"
"""The text of Python's error, which has no type of its own."""


class Scarcity(Exception):
    """Something can't be done now; the text says what is lacking and what to do."""


@contextmanager
def scarcity_named() -> Iterator[None]:
    """Turns errors that say that the system has run out of something into `Scarcity`."""
    try:
        yield
    except MemoryError as error:
        raise _scarcity("no memory is left") from error
    except OSError as error:
        if error.errno not in _ERRNOS:
            raise
        raise _scarcity((error.strerror or str(error)).lower()) from error
    except RuntimeError as error:
        if _NO_THREAD not in str(error):
            raise
        raise _scarcity("no more threads can be started") from error


def _scarcity(reason: str) -> Scarcity:
    return Scarcity(f"{reason}. Close other programs, then try again.")
