"""What the model was given of pictures, or would be: asked for once, where nobody knows it yet."""

from ...core.conversation import Attachment
from ...core.pictures.jobs import Fed
from ..session.prices import NO_PRICE, Price, Prices
from .gallery import Slide


class FedSizes:
    """Asks for the sizes at which a model sees pictures, and keeps them."""

    def __init__(self, prices: Prices) -> None:
        self._prices = prices
        self._known: dict[Slide, Fed] = {}

    def find(self, slide: Slide) -> Fed | None:
        """Returns what is known of a picture."""
        return slide.fed or self._known.get(slide)

    async def ask(self, slide: Slide, width: int, height: int) -> Fed | None:
        """Returns what the model would be given of a picture of a size; None without a model."""
        price = await self.price(slide, width, height)
        if not price.model_width:
            return None
        self._known[slide] = Fed(slide.excerpt, price.model_width, price.model_height)
        return self._known[slide]

    async def price(self, slide: Slide, width: int, height: int) -> Price:
        """Returns what a part of a picture would cost, by the size of the part."""
        picture = Attachment("", slide.name, width, height)
        return await self._prices.measure(picture) if width and height else NO_PRICE
