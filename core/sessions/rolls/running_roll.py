"""A roll whose waiting rows are being answered: what is left of it, and how far it is."""

import asyncio
from collections import deque

from msgspec.structs import replace

from ...client_environment import ClientEnvironment
from ...errors import EndpointError, PromptRefused, SeeshellError
from ...generation_options import ConversationChoices
from ...roll import Roll, RollQuestion, RollRow

_MOST_FAILED = 3
"""Rows that may fail one after the other because of their server."""


class RunningRoll:
    """A roll from being started or resumed to its end or stop."""

    def __init__(self, roll: Roll, environment: ClientEnvironment) -> None:
        """Has no row in line yet.

        Args:
            roll: as it is stored.
            environment: of the client that wants it, to reach a server.
        """
        self.summary = replace(roll.summary, is_running=True, problem="")
        self.environment = environment
        self.begun: dict[int, RollRow] = {}
        """Rows that are being prepared or answered, by position."""
        self.computing: set[int] = set()
        """Positions of the rows among these that the engine works on."""
        self.is_stopping = False
        """Whether no row shall be answered any more."""
        self.ended = asyncio.Event()
        self._waiting: deque[RollRow] = deque()
        self._failed_in_a_row = 0

    @property
    def id(self) -> int:
        """Names the roll."""
        return self.summary.id

    @property
    def question(self) -> RollQuestion:
        """What is asked about each picture."""
        return self.summary.question

    @property
    def is_done(self) -> bool:
        """Whether no row waits and none is begun."""
        return not self._waiting and not self.begun

    def take_up(self, roll: Roll) -> None:
        """Puts all rows in line that wait, and counts the others, as they are stored now."""
        stored = roll.summary
        self.summary = replace(self.summary, done=stored.done, failed=stored.failed)
        rows = (it for it in roll.rows if it.state == "waiting" and it.position not in self.begun)
        self._waiting = deque(rows)

    def keep(self, choices: ConversationChoices) -> None:
        """Notes which model answers from now on."""
        question = replace(self.question, choices=choices)
        self.summary = replace(self.summary, question=question)

    def begin(self) -> RollRow | None:
        """Takes the next row out of the line; None where none waits, or it is being stopped."""
        if self.is_stopping or not self._waiting:
            return None
        row = self._waiting.popleft()
        self.begun[row.position] = row
        return row

    def put_back(self, position: int) -> RollRow:
        """Lets a row wait again that was begun; returns it."""
        self.computing.discard(position)
        row = self.begun.pop(position)
        self._waiting.appendleft(row)
        return row

    def end(self, row: RollRow, error: SeeshellError | None) -> None:
        """Counts a row that is done or has failed, and is stored.

        Where a server fails again and again the roll stops: the other rows would fail alike.
        """
        self.computing.discard(row.position)
        del self.begun[row.position]
        summary = self.summary
        if row.state == "done":
            self.summary = replace(summary, done=summary.done + 1)
        else:
            self.summary = replace(summary, failed=summary.failed + 1)
        is_server = isinstance(error, EndpointError) and not isinstance(error, PromptRefused)
        self._failed_in_a_row = self._failed_in_a_row + 1 if is_server else 0
        if self._failed_in_a_row >= _MOST_FAILED:
            self.stop(str(error))

    def stop(self, problem: str = "") -> None:
        """Lets no more rows be begun.

        Args:
            problem: why, one sentence; empty where the user wants it so.
        """
        self.is_stopping = True
        self.summary = replace(self.summary, problem=self.summary.problem or problem)
