"""What is done to stored conversations, several at once: labelled, deleted, restored, removed."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from ...core.conversation import Attachment
from ...core.messages.library_events import TagsListed, TreeRead
from ...core.messages.library_requests import EmptyBin, LabelConversations, ListTags, ReadTree
from .conversation_list import ConversationList
from .core_link import CoreLink
from .deletions import Deletions

if TYPE_CHECKING:
    from .library_view import LibraryView


class Library:
    """The place of all that is kept; every list hears of what is done here."""

    def __init__(
        self, link: CoreLink, conversations: ConversationList, deletions: Deletions
    ) -> None:
        """Does nothing yet.

        Args:
            link: the way to the core.
            conversations: the lists that are kept up to date.
            deletions: deletes and restores one conversation, also the one on screen.
        """
        self._link = link
        self._conversations = conversations
        self._deletions = deletions
        self._pictures: dict[str, str] = {}

    @property
    def pictures(self) -> Mapping[str, str]:
        """Keys of pictures by the names that they have in the notation."""
        return MappingProxyType(self._pictures)

    def open_view(self) -> "LibraryView":
        """Returns a list of its own, in which words find places; `close_view` ends it."""
        return self._conversations.open_view(self.pictures)

    def close_view(self, view: "LibraryView") -> None:
        """Keeps a list up to date no longer."""
        self._conversations.close_view(view)

    def name_picture(self, picture: Attachment) -> str:
        """Returns what to type for the conversations in which a picture was used."""
        name = f"@{'_'.join(picture.label.split())}"
        same = (it for it in self._pictures if it == name or it.startswith(f"{name}~"))
        known = {it: self._pictures[it] for it in same}
        if picture.key not in known.values():
            name = f"{name}~{len(known) + 1}" if known else name
            self._pictures[name] = picture.key
        else:
            name = next(it for it, key in known.items() if key == picture.key)
        return f"picture:{name}"

    async def tags(self) -> tuple[tuple[str, int], ...]:
        """Returns all tags, the most used first, each with how many conversations have it."""
        reply = await self._link.ask(ListTags())
        return reply.tags if isinstance(reply, TagsListed) else ()

    async def tag(
        self, conversations: Sequence[int], add: Sequence[str], remove: Sequence[str]
    ) -> None:
        """Puts tags on conversations, and takes others off."""
        request = LabelConversations(
            conversations=tuple(conversations), add_tags=tuple(add), remove_tags=tuple(remove)
        )
        await self._link.ask(request)

    async def pin(self, conversations: Sequence[int], *, is_pinned: bool) -> None:
        """Has conversations stand before all others, or no longer."""
        await self._link.ask(
            LabelConversations(conversations=tuple(conversations), is_pinned=is_pinned)
        )

    async def archive(self, conversations: Sequence[int], *, is_archived: bool) -> bool:
        """Takes conversations out of the usual list, or back into it; returns whether it could."""
        request = LabelConversations(conversations=tuple(conversations), is_archived=is_archived)
        return await self._link.ask(request) is not None

    async def delete(self, conversations: Sequence[int]) -> None:
        """Puts conversations into the bin."""
        await _each(conversations, self._deletions.delete)

    async def restore(self, conversations: Sequence[int]) -> None:
        """Takes conversations out of the bin."""
        await _each(conversations, self._deletions.restore)

    async def empty_bin(self, conversations: Sequence[int] = ()) -> None:
        """Removes conversations that are in the bin for good; without any all of them."""
        await self._link.ask(EmptyBin(conversations=tuple(conversations)))

    async def read(self, conversation: int) -> TreeRead | None:
        """Returns a conversation with all its branches; None where it can't be read."""
        reply = await self._link.ask(ReadTree(conversation=conversation))
        return reply if isinstance(reply, TreeRead) else None


async def _each(conversations: Sequence[int], do: Callable[[int], Awaitable[object]]) -> None:
    for conversation in conversations:
        await do(conversation)
