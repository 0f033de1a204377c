"""Values of a conversation: what is stored, what travels, what is shown.

A conversation is a tree: each message has a parent, and the head names the last message of the
branch that is shown. All values are immutable.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final, Literal, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from .excerpt import WHOLE, Excerpt, key_of
from .generation_options import NO_CHOICES, NO_OPTIONS, ConversationChoices, GenerationOptions
from .placed_pictures import read_places, write_places

Role = Literal["user", "assistant"]

FinishReason = Literal[
    "stop", "length", "cancelled", "failed", "filtered", "empty", "thoughts_only"
]
"""Why an answer ended: the model was done, the token limit, the user's stop, an error; a server's
filter cut it off, the model was done without a word, or with nothing but thoughts."""

_UNSUCCESSFUL: Final = ("failed", "filtered", "empty", "thoughts_only")

_CUT_OFF: Final = ("cancelled", "length", "failed", "thoughts_only")

_UNSEEN: Final = ("Zs", "Zl", "Zp", "Cc", "Cf")
"""Unicode's categories of spaces, line ends, controls, and marks such as a zero-width space."""


class TextPart(Struct, frozen=True, tag="text"):
    """A piece of a message's text; an empty one stands before a picture that begins the text."""

    text: str


class ThoughtsPart(Struct, frozen=True, tag="thoughts"):
    """What the model thought before it answered; no part of the message's text or of prompts."""

    text: str


class Attachment(Struct, frozen=True, tag="picture"):
    """A picture in a user message, identified by the bytes of its file and what of it is shown."""

    sha256: str
    """Hexadecimal hash of the file's bytes; also the name of its copy in the store."""
    name: str
    """The file's name where it was picked, for display only."""
    width: int
    """Pixels across, after EXIF orientation."""
    height: int
    """Pixels down, after EXIF orientation."""
    model_width: int = 0
    """Pixels across as the model sees it, within the pixel budget; 0 while no model is loaded."""
    model_height: int = 0
    """Pixels down as the model sees it; 0 while no model is loaded."""
    tokens: int = 0
    """Image tokens it takes in the prompt; 0 while no model is loaded."""
    note: str = ""
    """What was done to the picture when it was read that the user should know, as a phrase."""
    pixel_budget: int = 0
    """Most image tokens that it may take, fixed when it was sent; 0 for what the settings say."""
    is_left_out: bool = False
    """Whether later prompts leave it out; the message shows it still."""
    excerpt: Excerpt = WHOLE
    """What of the file the picture is; its width and height are those of the excerpt."""
    path: str = ""
    """Where the file of a private conversation's picture lies; empty for one that is stored."""

    @property
    def key(self) -> str:
        """Names the picture in requests and in the store."""
        return key_of(self.sha256, self.excerpt)

    @property
    def label(self) -> str:
        """The file's name, and behind it what of the file the picture is."""
        return f"{self.name}{self.excerpt}"


Part = TextPart | ThoughtsPart | Attachment
"""What a message is made of."""


def compose(
    text: str, attachments: Sequence[Attachment] = (), *, thoughts: str = ""
) -> tuple[Part, ...]:
    """Returns the parts of a message: thoughts, then text and pictures in their places."""
    thought = (ThoughtsPart(thoughts),) if thoughts else ()
    pieces = read_places(text, len(attachments))
    rest = (TextPart(it) if isinstance(it, str) else attachments[it] for it in pieces)
    return (*thought, *rest)


def text_of(parts: Iterable[Part]) -> str:
    """Returns all texts, joined; `@2` stands for the second picture if that is in their midst."""
    pieces = (it for it in parts if not isinstance(it, ThoughtsPart))
    return write_places(it.text if isinstance(it, TextPart) else None for it in pieces)


def has_words(text: str) -> bool:
    """Whether a text holds more than white space and characters that nobody sees."""
    return any(unicodedata.category(char) not in _UNSEEN for char in text)


class TurnStats(Struct, frozen=True):
    """What one answer cost: the receipt."""

    prompt_tokens: int = 0
    """Tokens of the whole prompt, image tokens included."""
    reused_tokens: int = 0
    """Of these, tokens whose KV was resident."""
    prefilled_tokens: int = 0
    """Of these, tokens computed for this turn."""
    generated_tokens: int = 0
    """Tokens of the answer, the end token and what it said before it was continued included."""
    images_encoded: int = 0
    """Pictures that went through the vision tower for this turn."""
    images_reused: int = 0
    """Pictures of the prompt that did not."""
    ttft: float = 0.0
    """Seconds from the start of the turn to its first token."""
    prompt_tps: float = 0.0
    """Prefilled tokens a second."""
    generation_tps: float = 0.0
    """Generated tokens a second after the first."""
    peak_bytes: int = 0
    """Peak memory of the engine during the turn."""
    recomputed: str = ""
    """Why something that an earlier turn had computed was computed again; empty if nothing was."""
    left_out_tokens: int = 0
    """About how many tokens the prompt was shorter for what the user had left out of it."""
    ignored_options: str = ""
    """Options that the answer was given without since its server takes none such, as a phrase."""
    ended_early: str = ""
    """Why the answer ended before the model was done or the token limit reached; empty if not."""
    copied_tokens: int = 0
    """Of the generated tokens, those copied from earlier text, where the model agreed."""
    passes: int = 0
    """Passes of the model that the tokens after the first took."""
    thought_tokens: int = 0
    """Of the generated tokens, those with which the model thought before it answered."""
    thought_seconds: float = 0.0
    """From its first token to the first of the answer's text."""
    continued_tokens: int = 0
    """Of the generated tokens, those of the turns before the one that continued the answer: its
    prompt holds them."""
    boxes_in_pixels: bool = False
    """Whether boxes that the model writes as JSON count pixels of the picture as it saw it; else
    they count thousandths."""

    @property
    def context_tokens(self) -> int:
        """What prompt and answer take of the context."""
        return self.prompt_tokens + self.generated_tokens - self.continued_tokens


class Message(Struct, frozen=True):
    """One message of a conversation."""

    id: int
    parent_id: int | None
    """The message before it in its branch; None for the first one."""
    role: Role
    parts: tuple[Part, ...]
    """Texts and pictures, in the order in which they are shown and sent."""
    created_at: float
    """Seconds since the epoch."""
    uuid: str = ""
    """Names the message in every copy of the conversation; made by the store."""
    turn: str = ""
    """Id of the turn that brought it, made by the client: of a question the turn that asked it, of
    an answer the turn that it ends."""
    model: str = ""
    """Display name of the model that answered; empty for user messages."""
    model_source: str = ""
    """What `LoadModel` takes to load that model again."""
    finish_reason: FinishReason | None = None
    error: str = ""
    """What went wrong with the answer and what to do, one sentence; empty for one that is as it
    should be, was stopped, or is cut off at the token limit."""
    stats: TurnStats | None = None
    adapter: str = ""
    """Folder of the adapter that the model answered with; empty for none."""
    is_corrected: bool = False
    """Whether the user has written this answer, in place of one that a model gave."""
    is_left_out: bool = False
    """Whether later prompts leave it out; it is stored and shown still."""
    siblings: tuple[int, ...] = ()
    """Ids of all messages with the same parent, this one included, oldest first."""

    @property
    def text(self) -> str:
        """All texts, as `text_of` says."""
        return text_of(self.parts)

    @property
    def thoughts(self) -> str:
        """All thoughts, joined."""
        return "".join(part.text for part in self.parts if isinstance(part, ThoughtsPart))

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """All pictures, in order."""
        return tuple(part for part in self.parts if isinstance(part, Attachment))

    def with_text(self, text: str) -> "Message":
        """Returns the message with its pictures and this text in place of all else."""
        return replace(self, parts=compose(text, self.attachments))

    @property
    def has_words(self) -> bool:
        """Whether its text says anything."""
        return has_words(self.text)

    @property
    def is_unsuccessful(self) -> bool:
        """Whether this answer is one that one wants to be given again."""
        return self.finish_reason in _UNSUCCESSFUL

    @property
    def drops_question(self) -> bool:
        """Whether no later prompt repeats the question of this answer.

        So where it failed or was filtered before its first word: what brought that about most
        likely lies in the question, and would do the same to every later turn. A question that
        was stopped, or to which the model said nothing, stays: the user asks on.
        """
        return self.finish_reason in ("failed", "filtered") and not self.has_words

    @property
    def can_be_continued(self) -> bool:
        """Whether something cut this answer off after it had begun, so that it can grow."""
        has_begun = self.has_words or has_words(self.thoughts)
        return self.finish_reason in _CUT_OFF and has_begun and not self.is_corrected

    @property
    def is_open(self) -> bool:
        """Whether this is an answer that is still being given."""
        return self.role == "assistant" and not self.finish_reason and not self.error


TurnKind = Literal["submit", "edit", "regenerate", "continue"]
"""A question after all others, one in place of another, a question answered again, or an answer
that was cut off and goes on."""

ASKING_KINDS: Final = ("submit", "edit")
"""Kinds of turns that bring a question of their own."""


class QueuedTurn(Struct, frozen=True):
    """A turn that is stored and waits to be computed."""

    id: str
    """Made by the client, unique: what is sent again under the same id is stored once."""
    kind: TurnKind
    question: Message
    """The user's message. A submitted one gets its parent when its turn is taken."""
    options: GenerationOptions = NO_OPTIONS
    """How its answer is to be given, before all that the preset says."""


class Queue(NamedTuple):
    """The turns of a conversation that wait."""

    turns: tuple[QueuedTurn, ...] = ()
    """In the order in which they will be taken."""
    is_paused: bool = False
    """Whether they wait for the user; never while there are none."""


class Queued(NamedTuple):
    """A turn that was submitted."""

    conversation: int
    turn: QueuedTurn
    is_new: bool
    """Whether it was stored now; otherwise it is known already, and may have been taken since."""


class StartedTurn(NamedTuple):
    """A question on disk with the answer that was opened below it."""

    id: str
    """The turn's."""
    conversation: int
    question: Message
    answer: Message
    """Without parts yet; one that is continued has those of before, and their stats."""
    head_before: int | None
    """Message that the conversation's head named before; None if the turn made the conversation."""
    updated_before: float
    """When the conversation had changed last before."""
    added: tuple[int, ...] = ()
    """Ids of the messages that the turn added, parents first."""
    options: GenerationOptions = NO_OPTIONS
    """How the answer is to be given, before all that the preset says."""
    choices: ConversationChoices = NO_CHOICES
    """The conversation's."""
    kind: TurnKind = "submit"


class ConversationSummary(Struct, frozen=True):
    """A conversation as a list shows it."""

    id: int
    """Names it to this core's clients."""
    title: str
    """The user's title, else the start of the first message; one line."""
    created_at: float
    updated_at: float
    message_count: int
    """Messages of all branches, the ones that are not shown included; without queued ones."""
    uuid: str = ""
    """Names it in every copy; made by the store."""
    choices: ConversationChoices = NO_CHOICES
    """Which model answers in it, and how."""
    tags: tuple[str, ...] = ()
    """Sorted, each once."""
    is_pinned: bool = False
    is_archived: bool = False
    is_private: bool = False
    """Whether it is in the core's memory alone and gone when it is closed."""


class Conversation(Struct, frozen=True):
    """A conversation with the messages of the branch that its head names, oldest first."""

    summary: ConversationSummary
    messages: tuple[Message, ...] = ()
    queue: tuple[QueuedTurn, ...] = ()
    """Turns that wait, in the order in which they will be taken."""
    is_paused: bool = False
    """Whether these wait for `ResumeQueue`, and not only for the engine."""
