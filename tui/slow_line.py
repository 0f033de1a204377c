"""A slow line to the terminal: drawing less is offered once, and turned on and off by a key."""

from typing import TYPE_CHECKING

from textual import constants, work

from .clipboard.copying_app import CopyingApp
from .line_profile import FAST, SLOW, LineProfile
from .terminal.line_speed import SLOW_SECONDS, LineSpeed

if TYPE_CHECKING:
    from ..core.settings import Settings
    from .chat.chat_screen import ChatScreen
    from .keys.keymap import Keymap
    from .pictures import Pictures
    from .terminal.facts import TerminalFacts
    from .terminal.painter import Painter

_OFFER_SECONDS = 1.0
"""Seconds from the first frame until it is offered to draw less."""
_OFFER_STAYS = 10.0
"""Seconds for which that is offered."""


class SlowLineApp(CopyingApp):
    """An app that draws less where the line to the terminal is slow."""

    settings: "Settings"
    keymap: "Keymap"
    line: LineProfile
    """How much is drawn on the line to the terminal."""
    _chat: "ChatScreen"
    _speed: LineSpeed
    _pictures: "Pictures | None"
    _painter: "Painter"

    @property
    def terminal(self) -> "TerminalFacts":
        """What of the terminal is used."""
        is_forced = self.settings.images != "auto"
        return self.line.terminal(self._whole_terminal, is_forced=is_forced)

    def begin_line(self) -> None:
        """Lets nothing move where drawing less was set; offers it where the line was slow."""
        self._calm_down()
        if self._speed.is_slow:
            self.set_timer(_OFFER_SECONDS, self.offer_slow_line)

    @work(exclusive=True, group="line")
    async def action_turn_line(self) -> None:
        """Draws less from now on, as for a slow line, or everything again."""
        self.line = FAST if self.line.is_slow else SLOW
        self._calm_down()
        self._chat.prompt.cursor_blink = self.line.blinks(self.settings.cursor_blink)
        if self._pictures is not None:
            from .picker import PreviewPane

            await self._pictures.turn_to(self.terminal)
            self._painter.canvas = self._pictures.canvas
            for screen in self.screen_stack:
                for pane in screen.query(PreviewPane):
                    pane.draw_again()
        self._chat.chat.log_view.settle()
        told = "Small pictures and calmer text: {app.slow_line} draws everything again."
        back = "Everything is drawn again; {app.slow_line} draws less."
        self.notify(self.keymap.fill(told if self.line.is_slow else back), markup=False)

    def _calm_down(self) -> None:
        """Lets nothing move by itself on a slow line."""
        self.animation_level = "none" if self.line.is_slow else constants.TEXTUAL_ANIMATIONS

    def offer_slow_line(self) -> None:
        """Offers once to draw less on a line that was found slow."""
        if self.settings.line == "auto" and not self.line.is_slow:
            seconds = self._whole_terminal.round_trip
            how = f" ({1000 * seconds:.0f} ms)" if seconds >= SLOW_SECONDS else ""
            sentence = f"Slow line{how}: {{app.slow_line}} draws less."
            self.notify(self.keymap.fill(sentence), timeout=_OFFER_STAYS, markup=False)
