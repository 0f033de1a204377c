"""Who hears which events."""

import asyncio
import itertools
from collections.abc import Iterator
from typing import NamedTuple, Protocol

from ..client_environment import NO_ENVIRONMENT, ClientEnvironment
from ..messages.events import AnyEvent
from ..private_ids import is_private


class Subscriber(Protocol):
    """Whatever takes events without waiting: a connected client's outbox."""

    def put(self, event: AnyEvent) -> None:
        """Takes an event."""


class RollNumber(NamedTuple):
    """What is followed where that is a roll; a conversation is followed by its bare id."""

    id: int


Followed = int | RollNumber
"""A conversation or a roll."""


class ChangedConversations:
    """Conversations that lists show in another way now, of which clients are still to be told."""

    def __init__(self) -> None:
        self._ids: dict[int, None] = {}
        self._are_there = asyncio.Event()

    def add(self, *conversations: int) -> None:
        """Notes that lists show these in another way, or no more."""
        self._ids |= dict.fromkeys(conversations)
        self._are_there.set()

    def put_back(self, *conversations: int) -> None:
        """Notes these once more, to be taken with the next that changes."""
        self._ids |= dict.fromkeys(conversations)

    async def take(self) -> tuple[int, ...]:
        """Waits for conversations that have changed; returns and forgets them."""
        await self._are_there.wait()
        self._are_there.clear()
        taken = tuple(self._ids)
        self._ids.clear()
        return taken


class Subscribers:
    """The connected clients, and the conversations and rolls that each follows."""

    def __init__(self) -> None:
        self._followed: dict[Subscriber, set[Followed]] = {}
        self._windows: dict[Subscriber, str] = {}
        self._names: dict[Subscriber, str] = {}
        self._numbers = itertools.count(1)
        self._environments: dict[Subscriber, ClientEnvironment] = {}
        self._used: dict[Subscriber, None] = {}
        """The clients with a window, the one used last at the end."""
        self.changed = ChangedConversations()
        """What `LibraryNews` tells every client of."""

    def __iter__(self) -> Iterator[Subscriber]:
        return iter(self._followed)

    def __len__(self) -> int:
        return len(self._followed)

    def add(
        self,
        subscriber: Subscriber,
        window: str = "",
        environment: ClientEnvironment = NO_ENVIRONMENT,
    ) -> None:
        """From now on it hears what every client hears.

        Args:
            subscriber: the client.
            window: names its window; empty for none.
            environment: how it reaches servers.
        """
        self._followed[subscriber] = set()
        self._windows[subscriber] = window
        self._names[subscriber] = window or f"client {next(self._numbers)}"
        self._environments[subscriber] = environment
        if window:
            self._used[subscriber] = None

    def remove(self, subscriber: Subscriber) -> None:
        """It hears nothing more."""
        self._followed.pop(subscriber, None)
        self._windows.pop(subscriber, None)
        self._names.pop(subscriber, None)
        self._environments.pop(subscriber, None)
        self._used.pop(subscriber, None)

    def note_use(self, subscriber: Subscriber) -> None:
        """Counts the client's window as the one used last, if it has one."""
        if subscriber in self._used:
            del self._used[subscriber]
            self._used[subscriber] = None

    def windows_by_use(self) -> tuple[Subscriber, ...]:
        """Returns the clients that have a window, the one used last first."""
        return tuple(reversed(self._used))

    def window_of(self, subscriber: Subscriber) -> str:
        """Returns what names the client's window; empty for none."""
        return self._windows.get(subscriber, "")

    def holder_of(self, subscriber: Subscriber) -> str:
        """Returns what names the client's window, or where it has none the client itself."""
        return self._names.get(subscriber, "")

    def other_of_window(self, subscriber: Subscriber) -> Subscriber | None:
        """Returns another client of the same window; None if there is none."""
        name = self.holder_of(subscriber)
        others = (it for it, its in self._names.items() if its == name and it is not subscriber)
        return next(others, None)

    def environment_of(self, subscriber: Subscriber) -> ClientEnvironment:
        """Returns how the client reaches servers; nothing of one that has gone."""
        return self._environments.get(subscriber, NO_ENVIRONMENT)

    def follow(self, subscriber: Subscriber, followed: Followed) -> None:
        """From now on it hears the events of that conversation or roll too."""
        if subscriber in self._followed:
            self._followed[subscriber].add(followed)

    def unfollow(self, subscriber: Subscriber, followed: Followed) -> None:
        """From now on it does not hear the events of that conversation or roll."""
        self._followed.get(subscriber, set()).discard(followed)

    def is_followed(self, followed: Followed) -> bool:
        """Whether any client follows the conversation or roll."""
        return any(followed in it for it in self._followed.values())

    def private_of(self, subscriber: Subscriber) -> list[int]:
        """Returns the private conversations that a client follows."""
        followed = self._followed.get(subscriber, set())
        return [it for it in followed if isinstance(it, int) and is_private(it)]

    def publish(self, event: AnyEvent) -> None:
        """Gives an event to every client."""
        for subscriber in self._followed:
            subscriber.put(event)

    def publish_to_followers(
        self, followed: Followed, event: AnyEvent, *, but: Subscriber | None = None
    ) -> None:
        """Gives an event to those who follow the conversation or roll."""
        for subscriber, all_followed in self._followed.items():
            if followed in all_followed and subscriber is not but:
                subscriber.put(event)
