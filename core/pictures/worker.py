"""The program that reads pictures: `python -P -m seeshell.core.pictures.worker SECONDS`.

It does one job at a time, as `jobs.py` says, from standard input to standard output. SIGXCPU ends
it when decoding a picture takes more seconds of computing. It ends when its input ends, which it
does with its parent, however that ends. It imports neither MLX nor Textual and stays at about 25
MB, but for a page that it keeps for the next part: after a job that left it larger it ends.
"""

import resource
import signal
import sys
from typing import Final

import msgspec

from ..errors import SeeshellError, StoreError
from .copying import copy_picture
from .jobs import CopyJob, Failed, Finished, Job, PixelsJob, ThumbnailJob
from .memory import held_bytes, limit_memory, memory_limit
from .parent import LONGEST_SECONDS, Parent
from .resizing import resize_picture
from .shrinking import shrink_picture

_GROWN_BYTES: Final = 150 * 2**20
"""A worker that holds more after a job ends, and gives all of it back."""


def serve(parent: Parent) -> None:
    """Does every job until there are no more, or until too much memory is held."""
    for job in parent.jobs():
        limit_memory(memory_limit(job.max_pixels))
        signal.alarm(LONGEST_SECONDS)
        payload = b""
        reply: Finished | Failed
        try:
            reply, payload = carry_out(job, parent)
        except SeeshellError as error:
            # A path need not be text.
            sentence = str(error).encode(errors="replace").decode()
            reply = Failed(sentence, isinstance(error, StoreError))
        parent.guard.stop()
        signal.alarm(0)
        is_last = held_bytes() - parent.kept.held_bytes > _GROWN_BYTES
        parent.tell(msgspec.structs.replace(reply, is_last=is_last), payload)
        if is_last:
            return


def carry_out(job: Job, parent: Parent) -> tuple[Finished, bytes]:
    """Returns what came of the job.

    Raises:
        ImageError: the picture can't be read.
        StoreError: its copy can't be written.
    """
    match job:
        case CopyJob():
            return copy_picture(job, parent), b""
        case PixelsJob():
            return resize_picture(job, parent)
        case ThumbnailJob():
            return shrink_picture(job, parent)


def main() -> None:
    """Serves standard input and output; the parent, not a key, ends this process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What a decoder leaves when it crashes may be gigabytes.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    serve(Parent(sys.stdin.buffer, sys.stdout.buffer, int(sys.argv[1])))


if __name__ == "__main__":
    main()
