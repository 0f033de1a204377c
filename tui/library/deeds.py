"""What keys do with conversations of a list: asks what has to be asked, and has it done."""

from collections.abc import Sequence

from textual.widget import Widget

from ..keys.bindings import fill_keys
from ..session.library import Library
from ..session.listed_conversations import ListedConversation
from ..session.session import ChatSession
from ..visible import visible_line


class Deeds:
    """Acts upon one conversation or several; the list hears of it from the core."""

    def __init__(self, widget: Widget, session: ChatSession) -> None:
        """Does nothing yet.

        Args:
            widget: above whose screen questions are asked.
            session: asks the core.
        """
        self._widget = widget
        self._session = session

    @property
    def _library(self) -> Library:
        return self._session.library

    async def rename(self, row: ListedConversation) -> None:
        """Asks for another title."""
        from ..dialogs import AskLine

        asked = AskLine("Title", row.summary.title)
        if title := await self._widget.app.push_screen_wait(asked):
            await self._session.conversations.rename(row.summary.id, title)

    async def delete(self, rows: Sequence[ListedConversation]) -> None:
        """Puts conversations into the bin, or removes those that are there for good.

        Asks first where that stops an answer, or can't be undone.
        """
        binned = [it for it in rows if it.row.deleted_at]
        if binned:
            if await self._confirm(f"Remove {_named(binned)} for good?"):
                await self._library.empty_bin(_ids(binned))
            return
        answering = [it for it in rows if it.state == "answering"]
        private = [it for it in rows if it.summary.is_private]
        question = f"{_named(answering)} is being answered. Stop the answer and delete it?"
        for_good = f"Remove {_named(private)} for good? What is private lies in no bin."
        if (not answering or await self._confirm(question)) and (
            not private or await self._confirm(for_good)
        ):
            await self._library.delete(_ids([it for it in rows if not it.is_deleted]))

    async def restore(self, rows: Sequence[ListedConversation]) -> None:
        """Takes conversations out of the bin."""
        await self._library.restore(_ids([it for it in rows if it.is_deleted]))

    async def empty_bin(self) -> None:
        """Removes all that is in the bin for good, once that is confirmed."""
        if await self._confirm("Remove all that is in the bin for good?"):
            await self._library.empty_bin()

    async def pin(self, rows: Sequence[ListedConversation]) -> None:
        """Pins conversations; those that are all pinned are so no longer."""
        is_pinned = not all(it.summary.is_pinned for it in rows)
        await self._library.pin(_ids(rows), is_pinned=is_pinned)

    async def archive(self, rows: Sequence[ListedConversation]) -> None:
        """Archives conversations; those that are all archived come back."""
        is_archived = not all(it.summary.is_archived for it in rows)
        if not await self._library.archive(_ids(rows), is_archived=is_archived):
            return
        told = f"{_named(rows)}: archived. is:archived lists the archive."
        back = f"{_named(rows)}: out of the archive."
        self._widget.notify(told if is_archived else back, markup=False)

    async def tag(self, rows: Sequence[ListedConversation]) -> None:
        """Asks for the tags that conversations have in common; what is left out is taken off."""
        from ..dialogs import AskLine

        known = [tag for tag, _ in await self._library.tags()]
        common = set.intersection(*(set(it.summary.tags) for it in rows))
        placeholder = f"such as {', '.join(known[:6])}" if known else "such as holiday, work"
        asked = AskLine(
            f"Tags of {_named(rows)}, with commas between",
            ", ".join(sorted(common)),
            placeholder,
            may_be_empty=True,
        )
        answer = await self._widget.app.push_screen_wait(asked)
        if answer is not None:
            wanted = {" ".join(it.split()) for it in answer.split(",")} - {""}
            if wanted != common:
                await self._library.tag(
                    _ids(rows), sorted(wanted - common), sorted(common - wanted)
                )

    async def export(self, rows: Sequence[ListedConversation]) -> None:
        """Asks in which form and where to, and writes conversations there."""
        from ..ask_export import export_conversations

        if rows:
            await export_conversations(self._widget, _ids(rows), rows[0].summary.title)

    async def _confirm(self, question: str) -> bool:
        from ..dialogs import Confirm

        asked = Confirm(fill_keys(self._widget, question))
        is_wanted: bool = await self._widget.app.push_screen_wait(asked)
        return is_wanted


def _ids(rows: Sequence[ListedConversation]) -> list[int]:
    return [it.summary.id for it in rows]


def _named(rows: Sequence[ListedConversation]) -> str:
    """Returns the title of one conversation, or how many there are."""
    if len(rows) == 1:
        return f"“{visible_line(rows[0].summary.title)}”"
    return f"{len(rows):,} conversations"
