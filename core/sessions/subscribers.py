"""Who hears which events."""

from collections.abc import Iterator
from typing import Protocol

from ..client_environment import NO_ENVIRONMENT, ClientEnvironment
from ..messages.events import AnyEvent


class Subscriber(Protocol):
    """Whatever takes events without waiting: a connected client's outbox."""

    def put(self, event: AnyEvent) -> None:
        """Takes an event."""


class Subscribers:
    """The connected clients and the conversations that each follows."""

    def __init__(self) -> None:
        self._followed: dict[Subscriber, set[int]] = {}
        self._windows: dict[Subscriber, str] = {}
        self._environments: dict[Subscriber, ClientEnvironment] = {}

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
        self._environments[subscriber] = environment

    def remove(self, subscriber: Subscriber) -> None:
        """It hears nothing more."""
        self._followed.pop(subscriber, None)
        self._windows.pop(subscriber, None)
        self._environments.pop(subscriber, None)

    def window_of(self, subscriber: Subscriber) -> str:
        """Returns what names the client's window; empty for none."""
        return self._windows.get(subscriber, "")

    def environment_of(self, subscriber: Subscriber) -> ClientEnvironment:
        """Returns how the client reaches servers; nothing of one that has gone."""
        return self._environments.get(subscriber, NO_ENVIRONMENT)

    def follow(self, subscriber: Subscriber, conversation: int) -> None:
        """From now on it hears the events of that conversation too."""
        if subscriber in self._followed:
            self._followed[subscriber].add(conversation)

    def publish(self, event: AnyEvent) -> None:
        """Gives an event to every client."""
        for subscriber in self._followed:
            subscriber.put(event)

    def publish_to_followers(
        self, conversation: int, event: AnyEvent, *, but: Subscriber | None = None
    ) -> None:
        """Gives an event to those who follow the conversation."""
        for subscriber, conversations in self._followed.items():
            if conversation in conversations and subscriber is not but:
                subscriber.put(event)
