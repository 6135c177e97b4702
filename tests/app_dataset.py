"""Thirty small photos and what a model might say of them, for the App's tests: the same each time, no engine needed."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from PIL import Image
from standins import WindowEngine, nano_says

from idetex_plugin.cards.registry import get_card
from idetex_plugin.dialects.nano import DETECT, NanoDialect
from idetex_plugin.words.assessment import Region
from idetex_plugin.words.box import Box
from idetex_plugin.words.request import Reply, Request, Token
from idetex_plugin.words.vocabulary import VIDA, Severity

PHOTOS = 30
DEMO = Path(__file__).parents[1] / "demo"


def write(folder: Path) -> None:
    """Write the photos: crops of those of the demo."""
    sources = [Image.open(path).convert("RGB") for path in sorted(DEMO.glob("*.jpg"))]
    for number in range(PHOTOS):
        source = sources[number % len(sources)]
        left, top = number * 37 % (source.width // 3), number * 53 % (source.height // 3)
        part = source.crop((left, top, left + source.width * 2 // 3, top + source.height * 2 // 3))
        part.save(folder / f"{number:02}.jpg")


class Model:
    """Answers at random, the same each time."""

    def __init__(self) -> None:
        self._random = random.Random(3)
        self._dialect = NanoDialect(get_card("nano").model_copy(update={"doubt": None}))

    def __call__(self, request: Request) -> Reply:
        """The reply."""
        if request.choices:
            shares = [self._random.random() ** 3 + 0.01 for _ in request.choices]
            found = {choice: share / sum(shares) for choice, share in zip(request.choices, shares, strict=True)}
            return Reply(max(found, key=lambda choice: found[choice]), choice_probabilities=found)
        if request.prompt != DETECT:
            return nano_says(request)
        text = self._dialect.render_regions([self._region() for _ in range(self._random.choice((1, 1, 2, 3)))])
        sure = self._random.random() / len(text)
        return Reply(text, tokens=tuple(Token(sign, -sure) for sign in text))

    def _region(self) -> Region:
        x, y = self._random.random() * 0.6, self._random.random() * 0.6
        box = Box(x1=x, y1=y, x2=x + 0.2 + self._random.random() * 0.2, y2=y + 0.2 + self._random.random() * 0.2)
        severity = self._random.choice(list(Severity))
        return Region(distortion=self._random.choice(VIDA.names), severity=severity, box=box)


def reviewable(folder: str, name: str) -> Any:
    """A persistent dataset of a folder's photos, assessed."""
    import fiftyone as fo

    from idetex_fiftyone import assess

    dataset = fo.Dataset.from_images_dir(folder, name=name, persistent=True)
    card = get_card("nano").model_copy(update={"doubt": None})
    assess(dataset, model=card, engine=WindowEngine(answer=Model(), slots=1), progress=False)  # type: ignore[arg-type]
    return dataset
