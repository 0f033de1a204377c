"""Every error that seeshell raises on purpose, as one tree.

    SeeshellError
    ├── SettingsError            config.toml, presets.toml or an option can't be used
    │   └── PresetNotFound       presets.toml has no preset of that name, or can't be read
    ├── OutputError              standard output takes nothing more
    ├── ImageError               missing, unreadable, no image, truncated or too large
    │   └── PrivateAddress       its address is not on the internet, and nobody has allowed that
    ├── ModelError               a model can't be loaded
    │   ├── ModelNotFound        no such folder, repository or endpoint
    │   ├── ModelUnsupported     text-only, unknown architecture, broken files
    │   ├── ModelTooLarge        the weights don't fit the memory
    │   └── LoadCancelled        the user gave the load up
    ├── TurnError                a turn can't be computed
    │   ├── PromptTooLong        longer than the model's context
    │   ├── OutOfMemory          the memory ran out during prefill or decode
    │   └── EndpointError        the remote endpoint refused, failed or went away
    │       └── PromptRefused    it takes no such prompt, as one with a picture
    ├── TransferError            a file of conversations can't be read or written
    ├── StoreError               the conversations can't be read or written
    │   └── NotStored            no such conversation, message or picture
    └── CoreError                the core can't be used
        ├── CoreUnreachable      it does not run, and could not be started
        ├── CoreDied             it ended while a client was connected
        │   └── ConnectionLost   only the connection ended; the core runs
        ├── CoreVersionMismatch  client and core speak different protocols
        └── BadRequest           the core can't act on a request in its present state
            └── NoWindow         no window of the app takes what is offered

`str(error)` is one sentence for the user that says what to do.
"""


class SeeshellError(Exception):
    """Base of every error raised on purpose; its text is fit to show to the user."""


class SettingsError(SeeshellError):
    """config.toml, presets.toml, a variable or an option holds a value that can't be used."""


class PresetNotFound(SettingsError):
    """There is no preset of that name in presets.toml, or what is written there can't be used."""


class OutputError(SeeshellError):
    """Standard output can't be written: a full disk, or a file that is open for reading only."""


class ImageError(SeeshellError):
    """A file can't be attached as a picture."""


class PrivateAddress(ImageError):
    """A picture's address leads to this machine or a private network, and is not to be asked."""


class ModelError(SeeshellError):
    """A model can't be loaded."""


class ModelNotFound(ModelError):
    """There is no model at that path, repository or endpoint."""


class ModelUnsupported(ModelError):
    """The files are there but no vision-language model can be made of them."""


class ModelTooLarge(ModelError):
    """The weights don't fit the memory of this machine."""


class LoadCancelled(ModelError):
    """The user gave the load up."""


class TurnError(SeeshellError):
    """A turn can't be computed; the conversation keeps the user's message, except as below."""


class PromptTooLong(TurnError):
    """The prompt is longer than the model's context; the conversation stays without the turn."""

    def __init__(self, sentence: str, prompt_tokens: int = 0, context_length: int = 0) -> None:
        """Says it in a sentence.

        Args:
            sentence: for the user.
            prompt_tokens: how long the prompt is; 0 if that is not known.
            context_length: tokens that fit; 0 if that is not known.
        """
        super().__init__(sentence)
        self.prompt_tokens = prompt_tokens
        self.context_length = context_length


class OutOfMemory(TurnError):
    """The memory ran out during prefill or decode."""


class EndpointError(TurnError):
    """The remote endpoint refused the request, failed or went away."""


class PromptRefused(EndpointError):
    """The remote endpoint takes no such prompt, as one with pictures; the turn is given back."""


class TransferError(SeeshellError):
    """A bundle, or another program's file of conversations, can't be read or written."""


class StoreError(SeeshellError):
    """Conversations or pictures can't be read from or written to the disk."""


class NotStored(StoreError):
    """The store holds no such conversation, message or picture."""


class CoreError(SeeshellError):
    """The core process can't be used."""


class CoreUnreachable(CoreError):
    """No core answers on the socket, and none could be started."""


class CoreDied(CoreError):
    """The core ended while this client was connected."""

    def __init__(self, sentence: str, log_tail: str = "") -> None:
        super().__init__(sentence)
        self.log_tail = log_tail
        """The last lines of the core's log, for the user to read."""


class ConnectionLost(CoreDied):
    """The connection ended, but the core still runs: it can be connected to again."""


class CoreVersionMismatch(CoreError):
    """The running core speaks another protocol than this client."""


class BadRequest(CoreError):
    """The core can't act on the request in its present state."""


class NoWindow(BadRequest):
    """No window of the app is there, or none takes what is offered."""
