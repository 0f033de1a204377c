"""What the command line asks of the app when it starts."""

from msgspec import Struct

from .draft import DraftPicture


class LaunchOptions(Struct, frozen=True):
    """Options of one start; all may be left out."""

    model: str = ""
    """Model to switch to; empty keeps the one that the core has or would take."""
    adapter: str | None = None
    """Folder of the LoRA adapter for it, or for the model in use; empty for none, None for the
    one that there is, or for none where a model is named."""
    preset: str | None = None
    """Preset that the conversation on screen is to keep; None leaves that as it is."""
    images: tuple[DraftPicture, ...] = ()
    """Pictures to attach to the first message."""
    chat: int | None = None
    """Conversation to open."""
    is_private: bool = False
    """Begin with a private conversation."""
    continue_last: bool = False
    """Open the conversation that changed last, if there is one."""
