"""What pictures cost before they are sent, as the core measures them for its model."""

from msgspec import Struct

from ...core.conversation import Attachment
from ...core.errors import SeeshellError
from ...core.messages.picture_events import PictureMeasured
from ...core.messages.picture_requests import MeasurePicture
from ...core.picture_detail import PictureDetail
from .core_link import CoreLink
from .current_model import CurrentModel
from .draft import DraftPicture
from .kept_preset import KeptPreset


class Price(Struct, frozen=True):
    """What one picture costs; all 0 while there is no model that could tell."""

    model_width: int = 0
    """Pixels across as the model sees it."""
    model_height: int = 0
    tokens: int = 0
    seconds: float = 0.0
    """About how long this machine takes for it; 0 while unknown."""
    context_length: int = 0
    """Tokens of the model's context; 0 while unknown."""

    @property
    def share(self) -> float:
        """Part of the context that it fills, from 0; 0 while unknown."""
        return self.tokens / self.context_length if self.context_length else 0.0


NO_PRICE = Price()


class Prices:
    """Asks the core what pictures cost, sent with the preset that counts."""

    def __init__(self, link: CoreLink, model: CurrentModel, preset: KeptPreset) -> None:
        """Asks nothing yet.

        Args:
            link: the way to the core.
            model: has the context that pictures fill.
            preset: says how many pixels of a picture the model sees.
        """
        self._link = link
        self._model = model
        self._preset = preset

    async def measure(self, picture: Attachment, detail: PictureDetail = "normal") -> Price:
        """Returns what a picture of this size costs; nothing where nobody can tell."""
        if not self._link.is_open:
            return NO_PRICE
        request = MeasurePicture(
            attachment=picture, pixel_budget=self._preset.pixel_budget, detail=detail
        )
        try:
            reply = await self._link.request(request)
        except SeeshellError:
            # A core that is away, or a shape that the model can't take: sending tells.
            return NO_PRICE
        if not isinstance(reply, PictureMeasured):
            return NO_PRICE
        return self._price(reply.attachment, reply.seconds)

    def price_of(self, picture: DraftPicture) -> Price:
        """Returns what a picture of a draft costs, as it was measured when it was attached."""
        return self._price(picture.attachment, picture.seconds) if picture.attachment else NO_PRICE

    def _price(self, it: Attachment, seconds: float) -> Price:
        size = (it.model_width, it.model_height)
        return Price(*size, it.tokens, seconds, self._model.status.context_length)
