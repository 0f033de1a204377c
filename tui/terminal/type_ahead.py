"""Keys in their order, however fast they come.

Textual hands a key to whatever has the focus when the key arrives, and what an earlier key opens
gets the focus some rounds of messages later. Over a slow line keys come in bursts: what was typed
for the file picker would go into the prompt, and Enter would send it. Here a key that may move the
focus is carried out to its end before anything typed after it is handed on.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Final

from textual.app import App
from textual.binding import ActiveBinding
from textual.dom import DOMNode
from textual.events import Key, Paste
from textual.message import Message
from textual.message_pump import MessagePump
from textual.widget import Widget
from textual.widgets import Input

_REFRESHES: Final = 2
"""Refreshes to wait for: what is made anew takes the focus after one that it asked for itself."""

_QUIET_ROUNDS: Final = 3
"""Rounds of the event loop without a message in the app, after which nothing more is to come."""

_PATIENCE: Final = 1.0
"""Seconds after which what waits is handed on in any case."""

Typed = Key | Paste

MovesFocus = Callable[[ActiveBinding, Widget], bool]
"""Whether the focus may be elsewhere than at a widget after a binding."""

AsChord = Callable[[Key, DOMNode], Key]
"""A key as it acts at a node, where it may type nothing."""


class KeyPassed(Message):
    """Goes the way of a key; the app gets it when all that went this way before is carried out."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class TypeAhead:
    """Hands on what is typed: at once, or once the key before it has moved the focus."""

    def __init__(
        self,
        app: App[Any],
        hand_on: Callable[[Typed], Awaitable[None]],
        moves_focus: MovesFocus,
        as_chord: AsChord,
    ) -> None:
        """Prepares an app's keyboard.

        Args:
            app: tells `note_passed` of every `KeyPassed` that reaches it.
            hand_on: gives an event to what has the focus.
            moves_focus: says which bindings the next key has to wait for.
            as_chord: asked when a key's turn has come, not when it arrives: what acts on it may
                not be there yet.
        """
        self._app = app
        self._give = hand_on
        self._as_chord = as_chord
        self._moves_focus = moves_focus
        self._waiting: deque[Typed] = deque()
        self._next: Typed | None = None
        self._refreshes = 0
        self._key = 0
        self._is_open = True

    async def take(self, event: Typed) -> None:
        """Hands the event on in its turn; called in the app's own."""
        if not self._is_open:
            self._waiting.append(event)
            return
        if self._refreshes_after(event) is None:
            await self._hand_on(event)
            return
        # A priority binding would act before what was typed ahead of it has been read.
        self._is_open = False
        self._next = event
        self._key += 1
        self._follow(self._app.focused or self._app.screen)
        asyncio.get_running_loop().call_later(_PATIENCE, self._open, self._key)

    async def note_passed(self, message: KeyPassed) -> None:
        """Goes on: with the key itself, and then when that has done all it sets going.

        Called in the app's own turn.
        """
        if self._is_open or message.number != self._key:
            return
        if self._next is not None:
            target = self._app.focused or self._app.screen
            refreshes = self._refreshes_after(self._next)
            await self._hand_on_next()
            if refreshes is None:
                await self._hand_on_waiting(self._key)
            else:
                self._refreshes = refreshes
                self._follow(target)
        else:
            # What the key has begun as a worker takes its first step before this is called.
            asyncio.get_running_loop().call_soon(self._await_refresh, self._key, self._refreshes)

    async def _hand_on(self, event: Typed) -> None:
        await self._give(self._acting(event))

    def _acting(self, event: Typed) -> Typed:
        """Returns the event as it acts at what has the focus now."""
        target = self._app.focused or self._app.screen
        return self._as_chord(event, target) if isinstance(event, Key) else event

    def _refreshes_after(self, event: Typed) -> int | None:
        """Returns how many refreshes later the focus is where the event has moved it.

        0 for what acts on an `Input`, but later than text typed behind it would; None for what
        needs no waiting for.
        """
        focused = self._app.focused
        if focused is None:
            return _REFRESHES
        event = self._acting(event)
        if isinstance(event, Paste):
            return None if focused.check_consume_key("a", "a") else _REFRESHES
        if event.is_printable and focused.check_consume_key(event.key, event.character):
            return None
        bound = self._app.screen.active_bindings.get(event.key)
        if bound is None or self._moves_focus(bound, focused):
            return _REFRESHES
        return 0 if isinstance(focused, Input) else None

    def _follow(self, target: MessagePump) -> None:
        """Sends a message the way that a key takes from its target."""
        passed = KeyPassed(self._key)
        if not target.post_message(passed):
            self._app.post_message(passed)

    async def _hand_on_next(self) -> None:
        event, self._next = self._next, None
        if event is not None:
            await self._hand_on(event)

    def _await_refresh(self, key: int, refreshes: int) -> None:
        if not refreshes:
            self._open(key)
        elif self._app.is_running:
            screen = self._app.screen
            screen.call_after_refresh(self._await_quiet, key, refreshes - 1, _QUIET_ROUNDS)

    def _await_quiet(self, key: int, refreshes: int, rounds: int) -> None:
        if self._is_open or key != self._key or not self._app.is_running:
            return
        screen = self._app.screen
        pumps = (self._app, *screen.walk_children(with_self=True))
        is_busy = any(pump.message_queue_size for pump in pumps)
        rounds = _QUIET_ROUNDS if is_busy else rounds - 1
        if rounds:
            asyncio.get_running_loop().call_soon(self._await_quiet, key, refreshes, rounds)
        else:
            self._await_refresh(key, refreshes)

    def _open(self, key: int) -> None:
        if not self._is_open and key == self._key:
            self._app.call_later(self._hand_on_waiting, key)

    async def _hand_on_waiting(self, key: int) -> None:
        if self._is_open or key != self._key:
            return
        await self._hand_on_next()
        self._is_open = True
        while self._waiting and self._is_open:
            await self.take(self._waiting.popleft())
