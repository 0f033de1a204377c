"""Rolls on disk, without the loop ever waiting for the disk."""

from collections.abc import Collection, Sequence

from ..conversation import Conversation
from ..generation_options import ConversationChoices
from ..roll import Roll, RollPicture, RollQuestion, RollRow, RollSummary
from .store_thread import StoreThread
from .stored_rolls import StoredRolls


class RollArchive:
    """The rolls of the archive, on the store's thread.

    Raises:
        NotStored: from every method that names a roll or a row, if it is not there; nothing was
            changed.
        StoreError: from every method, when the disk does not let it work.
    """

    def __init__(self, thread: StoreThread, rolls: StoredRolls) -> None:
        self._run = thread.run
        self._rolls = rolls

    async def start(
        self, uuid: str, question: RollQuestion, pictures: Sequence[RollPicture]
    ) -> Roll:
        """Stores a roll; returns the one that has this uuid already if there is one."""
        return await self._run(self._rolls.start, uuid, question, pictures)

    async def list_all(self) -> list[RollSummary]:
        """Returns all rolls, newest first."""
        return await self._run(self._rolls.list_all)

    async def read(self, roll: int) -> Roll:
        """Returns a roll with all its rows."""
        return await self._run(self._rolls.read, roll)

    async def keep_model(self, roll: int, choices: ConversationChoices) -> None:
        """Says which model, adapter and preset a roll keeps."""
        await self._run(self._rolls.keep_model, roll, choices)

    async def end_row(self, roll: int, row: RollRow) -> None:
        """Stores a row that is done or has failed, with its answer and picture at once."""
        await self._run(self._rolls.end_row, roll, row)

    async def reset_rows(self, roll: int, positions: Collection[int], but: Collection[int]) -> Roll:
        """Lets rows wait again, those that failed where none is named; returns the roll."""
        return await self._run(self._rolls.reset_rows, roll, positions, but)

    async def remove(self, roll: int) -> None:
        """Removes a roll for good."""
        await self._run(self._rolls.remove, roll)

    async def fork(self, roll: int, position: int) -> Conversation:
        """Makes a conversation of a row that has an answer; returns that."""
        return await self._run(self._rolls.fork, roll, position)
