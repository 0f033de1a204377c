"""Which colour, shape or place a question is about, fit for the picture it is asked of."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from training.answers import Asked, is_unambiguous
from training.world import COLOURS, LAYOUTS, PLACES, SHAPES, Place, Scene


@dataclass(frozen=True, slots=True)
class Words:
    """Draws the words of questions."""

    rng: random.Random
    crossed_share: float
    """How often the colour and the shape of a pair are those of two figures."""

    def sample(self, asked: Asked, scene: Scene) -> Asked:
        """The same kind of question with other words, fit for that scene."""
        blank = replace(asked, colour="", shape="", place=None)
        match asked.kind:
            case "colour" | "where" | "box":
                return replace(blank, shape=self._sample_unique(scene, "shape"))
            case "which":
                return replace(blank, colour=self._sample_unique(scene, "colour"))
            case "where pair" | "box pair":
                pairs = [self.sample_pair(scene) for _ in range(8)]
                pairs = [pair for pair in pairs if is_unambiguous(scene.matching(*pair))]
                colour, shape = pairs[0] if pairs else self._absent_pair(scene)
                return replace(blank, colour=colour, shape=shape)
            case "exists pair" | "compare pair":
                colour, shape = self.sample_pair(scene)
                return replace(blank, colour=colour, shape=shape)
            case "exists" | "count shape" | "compare" | "boxes shape":
                return replace(blank, shape=self.sample_pair(scene)[1])
            case "exists colour" | "count colour" | "boxes colour":
                return replace(blank, colour=self.sample_pair(scene)[0])
            case "at":
                return replace(blank, place=self._sample_place(scene))
        return blank

    def sample_pair(self, scene: Scene, scenes: Sequence[Scene] = ()) -> tuple[str, str]:
        """A colour and a shape: half of the time both of one figure, else near misses.

        Args:
            scene: the one to draw them for.
            scenes: those that the mix may cross figures of, if not of that one alone.
        """
        if self.crossed_share and self.rng.random() < self.crossed_share:
            figures = [figure for each in scenes or (scene,) for figure in each.figures]
            if len(figures) > 1:
                one, other = self.rng.sample(figures, 2)
                return one.colour, other.shape
        colour, shape = self.rng.choice(COLOURS), self.rng.choice(SHAPES)
        if not scene.figures:
            return colour, shape
        figure, draw = self.rng.choice(scene.figures), self.rng.random()
        if draw < 0.5:
            return figure.colour, figure.shape
        other = self.rng.choice(scene.figures)
        if draw < 0.68:
            return figure.colour, other.shape
        if draw < 0.79:
            return figure.colour, shape
        if draw < 0.9:
            return colour, figure.shape
        return colour, shape

    def _sample_unique(self, scene: Scene, field_name: str) -> str:
        """A shape or colour that the scene has once, or now and then not at all."""
        words = SHAPES if field_name == "shape" else COLOURS
        present = [getattr(figure, field_name) for figure in scene.figures]
        unique = [word for word in words if present.count(word) == 1]
        absent = [word for word in words if word not in present]
        return self.rng.choice(unique if unique and self.rng.random() > 0.18 else absent)

    def _absent_pair(self, scene: Scene) -> tuple[str, str]:
        while True:
            pair = self.rng.choice(COLOURS), self.rng.choice(SHAPES)
            if not scene.matching(*pair):
                return pair

    def _sample_place(self, scene: Scene) -> Place:
        """A place of the scene's own layout, or of any where nothing else could be meant."""
        if not scene.figures:
            return self.rng.choice(PLACES)
        figure = self.rng.choice(scene.figures)
        layout = next(places for places in LAYOUTS.values() if figure.place in places)
        if self.rng.random() < 0.06:
            layout = LAYOUTS["middle"]
        return self.rng.choice(layout)
