"""Questions and answers about one synthetic photo, in the embedded checkpoint's own language, for all three tasks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from idetex_plugin.dialects import nano
from idetex_plugin.dialects.nano import NanoDialect
from idetex_plugin.lab.data import phrases, questions
from idetex_plugin.lab.data.augment import perception
from idetex_plugin.lab.data.augment.balance import Balance
from idetex_plugin.lab.data.boxes import random_box
from idetex_plugin.lab.data.questions import Asked
from idetex_plugin.lab.training.config import AugmentConfig
from idetex_plugin.lab.training.data import Item
from idetex_plugin.lab.training.mixing import Mixer, Mixing
from idetex_plugin.tasks import questions as ask
from idetex_plugin.tasks import rules
from idetex_plugin.tasks.effects import PHRASINGS, effect
from idetex_plugin.words.assessment import Region
from idetex_plugin.words.vocabulary import VIDA, Severity

GROUNDING = ("affects", "locate")
QUESTIONS: dict[str, questions.Maker] = {
    "present": questions.present, "absent": questions.absent, "severity": questions.severity,
    "position": questions.position, "significance": questions.dominant,
}


class Turn(NamedTuple):
    """One exchange: which sub-task it exercises, what is asked (without the image), and what is right."""

    kind: str
    prompt: str
    answer: str


def in_order(regions: Sequence[Region]) -> list[Region]:
    """The order of the embedded checkpoint's answers: by type as in the vocabulary, then from left to right."""
    return sorted(regions, key=lambda region: (VIDA.names.index(region.distortion), region.box.x1, region.box.y1))


class Dialogues:
    """Draws exchanges about photos whose regions are known, and counts the sub-tasks in `mixer`."""

    def __init__(
        self, dialect: NanoDialect, augment: AugmentConfig | None = None, mixing: Mixing | None = None
    ) -> None:
        self.dialect, self.augment = dialect, augment or AugmentConfig()
        grounding = GROUNDING if self.augment.grounding else ()
        self.mixer = Mixer([*grounding, *(QUESTIONS if self.augment.perception else ())], mixing)
        self.balance = Balance()

    def draw(
        self, item: Item, further: int, describe_share: float, rng: np.random.Generator, progress: float = 0
    ) -> list[Turn]:
        """Detection, the level, often the description, the default questions, and `further` others.

        progress: how much of the training is done, 0..1."""
        regions = in_order(item.regions)
        render = self.dialect.render_types if self.augment.every_type else self.dialect.render_regions
        turns = [
            Turn("detect", nano.DETECT, render(regions)),
            Turn("level", nano.LEVEL, rules.level_of(regions)),
        ]
        if self.augment.description and rng.random() < describe_share:
            turns.append(self.description(item, regions, rng))
        turns += [
            self.answered("default", (each, rules.default_answer(each.name, regions))) for each in ask.DEFAULT_QUESTIONS
        ]
        for kind in self.mixer.draw(further, progress, rng):
            if kind in GROUNDING:
                turns.append((self.affects if kind == "affects" else self.located)(regions, rng))
            else:
                turns.append(self.answered(kind, self._question(kind, regions, rng)))
        return turns

    def _question(self, kind: str, regions: Sequence[Region], rng: np.random.Generator) -> Asked:
        balanced = perception.MAKERS[kind](regions, self.balance, rng) if self.augment.balanced else None
        return balanced or QUESTIONS[kind](regions, rng)

    def description(self, item: Item, regions: Sequence[Region], rng: np.random.Generator) -> Turn:
        """The four-step description."""
        told = [
            region.model_copy(update={"effect": self._effect(region.distortion, region.severity, rng)})
            for region in regions
            if region.severity
        ]
        text = self.dialect.render_description(
            phrases.content(item.colours.numpy()), told, rules.key_distortions(regions), rules.level_of(regions)
        )
        return Turn("describe", nano.DESCRIBE, text)

    def _effect(self, distortion: str, severity: Severity, rng: np.random.Generator) -> str:
        ways = len(PHRASINGS[distortion])
        return effect(distortion, severity, int(rng.integers(ways)) if self.augment.phrasings else 0)

    def answered(self, kind: str, asked: Asked) -> Turn:
        """A question with options and its right answer. Raises ValueError when it is none of the options."""
        question, answer = asked
        if answer not in question.options:
            raise ValueError(f"{answer!r} is not an option of {question.text!r}: {question.options}")
        return Turn(kind, self.dialect.render_question(question), answer)

    def affects(self, regions: Sequence[Region], rng: np.random.Generator) -> Turn:
        """What affects a random place, or more often a damaged one."""
        box = random_box(rng, 0.15, 0.6)
        if regions and rng.random() < 0.5:
            box = regions[int(rng.integers(len(regions)))].box
        clipped = [(region, region.box.clip(box)) for region in regions]
        inside = [
            region.model_copy(update={"box": part})
            for region, part in clipped
            if part is not None and part.area > 0.15 * min(box.area, region.box.area)
        ]
        prompt = nano.AFFECTS + self.dialect.render_box(box)
        return Turn("affects", prompt, self.dialect.render_regions(inside))

    def located(self, regions: Sequence[Region], rng: np.random.Generator) -> Turn:
        """Where a type is, sometimes one that is not there."""
        if not regions or rng.random() < 0.15:
            name = questions.other_types({region.distortion for region in regions}, 1, rng)[0]
            return Turn("locate", nano.LOCATE + ask.expression(name, None), nano.NONE)
        region = regions[int(rng.integers(len(regions)))]
        place = region.box.position if rng.random() < 0.5 else None
        boxes = [
            other.box for other in regions
            if other.distortion == region.distortion and place in (None, other.box.position)
        ]
        text = "".join(self.dialect.render_box(box) for box in boxes)
        return Turn("locate", nano.LOCATE + ask.expression(region.distortion, place), text)
