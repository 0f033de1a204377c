"""An export made a bundle, so that the core reads bundles alone."""

from pathlib import Path
from typing import NamedTuple

from .... import __version__
from ....core.conversation import Attachment
from ....core.errors import TransferError
from ....core.transfer.bundle_reader import BundleReader
from ....core.transfer.bundle_writer import BundleWriter
from ....core.transfer.checked import read_conversation
from .collected import Collected
from .recognised import BUNDLE, recognise


class Prepared(NamedTuple):
    """A file that the core can take in, and what is in it."""

    bundle: Path
    format: str
    """The program that it comes from, or `bundle`."""
    conversations: int
    messages: int
    pictures: int
    """Places in messages where a picture stands."""
    left_out: tuple[str, ...]
    """What could not be taken, one sentence each."""


def prepare(path: Path, folder: Path) -> Prepared:
    """Returns an export as a bundle.

    Args:
        path: a file, or an unpacked export's folder.
        folder: where the bundle is written to, unless the file is one.

    Raises:
        TransferError: it can't be read, or nobody knows what it is.
    """
    found = recognise(path)
    if found.origin == BUNDLE:
        return Prepared(path.absolute(), BUNDLE, 0, 0, 0, ())
    bundle = folder / "import.seeshell"
    with BundleWriter(bundle, f"seeshell {__version__}") as writer:
        out = Collected(found.origin, writer)
        found.read(out)
        writer.finish()
    return Prepared(
        bundle, found.origin, out.conversations, out.messages, out.pictures, out.left_out
    )


def look_into(prepared: Prepared) -> Prepared:
    """Returns what is in a bundle that nobody has read yet, with what the core would leave out."""
    if prepared.format != BUNDLE:
        return prepared
    messages = pictures = conversations = 0
    left_out = []
    with BundleReader(prepared.bundle) as bundle:
        for uuid in bundle.conversations:
            try:
                kept = read_conversation(uuid, bundle.read_conversation(uuid))
            except TransferError as error:
                left_out.append(str(error))
                continue
            conversations += 1
            messages += len(kept.messages)
            parts = (part for message in kept.messages for part in message.parts)
            pictures += sum(isinstance(part, Attachment) for part in parts)
    return prepared._replace(
        conversations=conversations,
        messages=messages,
        pictures=pictures,
        left_out=tuple(left_out),
    )
