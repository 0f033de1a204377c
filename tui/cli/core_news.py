"""News of the core that is of no turn, as a command shows it: of models, and of settings."""

import time

from ...core.messages.events import AnyEvent, Notice
from ...core.messages.model_events import ModelFailed, ModelLoaded, ModelLoading
from ..session.model_status import ModelStatus
from .output import Output


class CoreNews:
    """Shows news on standard error, each sentence about a model once."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self.model = ModelStatus()
        self._announced: set[str] = set()
        """What was told of models."""
        self._unloaded = ""
        """Why the model that is wanted now can't be loaded; the one before it answers."""

    def show_news(self, event: AnyEvent) -> None:
        """Shows what an event says that is of no turn."""
        self.model = self.model.after(event, time.time())
        match event:
            case ModelLoading(model=model, stage=stage, fraction=fraction):
                self._output.progress(f"{model}: {stage} {fraction:.0%}")
            case ModelLoaded(notice=notice):
                self.announce(notice)
            case ModelFailed(sentence=sentence):
                # Where no other model is there, the turn fails with the same words.
                self._unloaded = sentence
            case Notice(sentence=sentence):
                self._output.notice(f"seeshell: {sentence}")
            case _:
                pass

    def announce(self, notice: str) -> None:
        """Tells what the user should know about a model, unless that was told before."""
        if notice and notice not in self._announced:
            self._announced.add(notice)
            self._output.notice(notice)
