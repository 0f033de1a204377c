"""Values of a roll: one question over many pictures, each answered by itself.

No row knows of another one: its prompt holds the system prompt, its own picture and the question,
as the first turn of a new conversation would. So answers do not depend on the order of the rows.
"""

from typing import Literal

from msgspec import Struct

from .conversation import Attachment, FinishReason, TurnStats
from .excerpt import WHOLE, Excerpt
from .generation_options import NO_CHOICES, NO_OPTIONS, ConversationChoices, GenerationOptions

RowState = Literal["waiting", "running", "done", "failed"]
"""Of these `running` is never on disk: a row is stored as waiting until its answer is."""


class RollPicture(Struct, frozen=True, omit_defaults=True):
    """A picture that a question is asked about, as it was named."""

    path: str
    """Absolute path on the disk that both ends share."""
    name: str = ""
    """To show instead of the path's last part."""
    excerpt: Excerpt = WHOLE
    """What of the file is meant."""
    question: str = ""
    """What is asked about it in place of the roll's question; empty for that."""


class RowAnswer(Struct, frozen=True, omit_defaults=True):
    """What came of a row."""

    text: str = ""
    thoughts: str = ""
    seconds: float = 0.0
    """From when the engine was free for the row to the end of its answer."""
    finish_reason: FinishReason = "stop"
    error: str = ""
    """What went wrong and what to do, one sentence; empty where nothing did."""
    stats: TurnStats | None = None
    model: str = ""
    """Display name of the model that answered."""
    model_source: str = ""
    adapter: str = ""
    """Folder of the adapter that it answered with; empty for none."""

    @property
    def is_complete(self) -> bool:
        """Whether the model was done: it did not fail and was not cut off."""
        return self.finish_reason == "stop"


class RollRow(Struct, frozen=True, omit_defaults=True):
    """One picture of a roll, and what was answered about it."""

    position: int
    """From 0, in the order in which the pictures were given."""
    source: RollPicture
    state: RowState = "waiting"
    picture: Attachment | None = None
    """The stored copy; None until the row was answered, and where the file could not be read."""
    answer: RowAnswer | None = None
    """Of a row that is done or has failed; None for others."""

    @property
    def name(self) -> str:
        """What to call the picture, with what of its file is meant."""
        return (self.source.name or self.source.path.rpartition("/")[2]) + str(self.source.excerpt)


class RollQuestion(Struct, frozen=True, omit_defaults=True):
    """What is asked about each picture, and how it is to be answered."""

    text: str
    options: GenerationOptions = NO_OPTIONS
    """Counts before all that the preset says."""
    choices: ConversationChoices = NO_CHOICES
    """Which model answers, and by which preset; a roll without a model of its own keeps the one
    that answers its first row."""


class RollSummary(Struct, frozen=True, omit_defaults=True):
    """A roll as a list shows it."""

    id: int
    """Names it to this core's clients."""
    question: RollQuestion
    created_at: float
    """Seconds since the epoch."""
    rows: int = 0
    done: int = 0
    failed: int = 0
    is_running: bool = False
    """Whether its waiting rows are being answered; never when a core has just started."""
    problem: str = ""
    """Why it stopped by itself, one sentence; empty where it did not."""

    @property
    def waiting(self) -> int:
        """Rows that have neither an answer nor failed."""
        return self.rows - self.done - self.failed


class Roll(Struct, frozen=True):
    """A roll with all its rows, in order."""

    summary: RollSummary
    rows: tuple[RollRow, ...] = ()
