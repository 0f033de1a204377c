"""Whose environment a turn is computed in: that of the client which submitted it."""

from collections.abc import Collection, Iterable

from ..client_environment import ClientEnvironment
from .subscribers import Subscriber, Subscribers


class Environments:
    """Keeps the environments of clients for their turns, in memory and no longer than these."""

    def __init__(self, subscribers: Subscribers, own: ClientEnvironment) -> None:
        """Keeps none yet.

        Args:
            subscribers: know the environment of each client that is there.
            own: the core's, for turns that no client of it has submitted or resumed.
        """
        self._subscribers = subscribers
        self._own = own
        self._of_turns: dict[str, ClientEnvironment] = {}

    def note(self, turns: Iterable[str], client: Subscriber) -> None:
        """Gives turns the client's environment, except those that have another's already."""
        environment = self.of_client(client)
        for turn in turns:
            self._of_turns.setdefault(turn, environment)

    def of_client(self, client: Subscriber) -> ClientEnvironment:
        """Returns the environment of a client that is there."""
        return self._subscribers.environment_of(client)

    def find(self, turn: str) -> ClientEnvironment:
        """Returns the environment of a turn, whether its client is still there or not."""
        return self._of_turns.get(turn, self._own)

    def keep_only(self, turns: Collection[str]) -> None:
        """Forgets the environments of all other turns."""
        self._of_turns = {turn: it for turn, it in self._of_turns.items() if turn in turns}
