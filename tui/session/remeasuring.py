"""Measures the pictures in the prompt again when something else counts for them."""

from .broadcast import Broadcast
from .current_model import CurrentModel
from .deliveries import Deliveries
from .events import AnswerEnded, ModelChanged, PresetChanged, SessionEvent
from .kept_preset import KeptPreset
from .shown_unsent import ShownUnsent


class Remeasuring:
    """Has them show what they will cost with the model and the preset that count from now on."""

    def __init__(
        self,
        events: Broadcast,
        model: CurrentModel,
        preset: KeptPreset,
        unsent: ShownUnsent,
        deliveries: Deliveries,
    ) -> None:
        """Listens for what changes the cost.

        Args:
            events: tell of another model, another preset and each answer.
            model: what the pictures are measured for.
            preset: says how many pixels the model sees.
            unsent: has the pictures in the prompt.
            deliveries: does the work in the background.
        """
        self._model = model
        self._preset = preset
        self._unsent = unsent
        self._deliveries = deliveries
        self._measured_for = ("", "", 0)
        """Model, adapter and pixel budget that count; without a model nothing is measured."""
        events.listen(PresetChanged, self._measure_again)
        events.listen(ModelChanged, self._measure_again)
        events.listen(AnswerEnded, self._measure_again)

    def _measure_again(self, event: SessionEvent) -> None:
        """Measures the pictures unless nothing has changed.

        Each answer may have measured how fast this machine is.
        """
        status, budget = self._model.status, self._preset.pixel_budget
        before = self._measured_for
        # Also without a model: what is attached then is measured once there is one again.
        self._measured_for = (status.name, status.adapter, budget)
        is_other = bool(status.name) and before != self._measured_for
        if isinstance(event, AnswerEnded) or is_other:
            self._deliveries.start(self._unsent.measure_again(budget))
