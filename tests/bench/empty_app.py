"""An empty Textual app with one input: the floor for the start of any Textual program."""

from textual.app import App, ComposeResult
from textual.widgets import Input


class EmptyApp(App[None]):
    """Echoes keys and does nothing else."""

    def compose(self) -> ComposeResult:
        """Yields the input."""
        yield Input()


if __name__ == "__main__":
    EmptyApp().run()
