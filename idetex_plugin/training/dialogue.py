"""Questions and answers about one synthetic photo, in the embedded checkpoint's own language, for all three tasks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from idetex_plugin.assessment import Region
from idetex_plugin.models.dialects import nano
from idetex_plugin.models.dialects.base import Question
from idetex_plugin.models.dialects.nano import NanoDialect
from idetex_plugin.tasks import questions as ask
from idetex_plugin.taxonomy import NOT_VISIBLE, VIDA, Severity
from idetex_plugin.training import phrases, rules
from idetex_plugin.training.data import Item
from idetex_plugin.training.synthesis.masks import random_box

OPTIONS = 4


class Turn(NamedTuple):
    """One exchange: which sub-task it exercises, what is asked (without the image), and what is right."""

    kind: str
    prompt: str
    answer: str


def in_order(regions: Sequence[Region]) -> list[Region]:
    """The order of the embedded checkpoint's answers: by type as in the vocabulary, then from left to right."""
    return sorted(regions, key=lambda region: (VIDA.names.index(region.distortion), region.box.x1, region.box.y1))


class Dialogues:
    """Draws exchanges about a photo whose regions are known."""

    def __init__(self, dialect: NanoDialect) -> None:
        self.dialect = dialect

    def draw(self, item: Item, questions: int, describe_share: float, rng: np.random.Generator) -> list[Turn]:
        """Detection, the level, often the description, the default questions, and `questions` others."""
        regions = in_order(item.regions)
        turns = [
            Turn("detect", nano.DETECT, self.dialect.render_regions(regions)),
            Turn("level", nano.LEVEL, rules.level_of(regions)),
        ]
        if rng.random() < describe_share:
            turns.append(self.description(item, regions))
        turns += [self.answered("default", q, self.default_answer(q, regions)) for q in ask.DEFAULT_QUESTIONS]
        makers = (self.affects, self.located, self.present, self.absent, self.severity, self.position, self.dominant)
        for pick in rng.integers(len(makers), size=questions):
            turns.append(makers[pick](regions, rng))
        return turns

    def description(self, item: Item, regions: Sequence[Region]) -> Turn:
        """The four-step description."""
        told = [
            region.model_copy(update={"effect": phrases.effect(region.distortion, region.severity)})
            for region in regions
            if region.severity
        ]
        text = self.dialect.render_description(
            phrases.content(item.colours.numpy()), told, rules.key_distortions(regions), rules.level_of(regions)
        )
        return Turn("describe", nano.DESCRIBE, text)

    def answered(self, kind: str, question: Question, answer: str) -> Turn:
        """A question with options and its right answer. Raises ValueError when it is none of the options."""
        if answer not in question.options:
            raise ValueError(f"{answer!r} is not an option of {question.text!r}: {question.options}")
        return Turn(kind, self.dialect.render_question(question), answer)

    def default_answer(self, question: Question, regions: Sequence[Region]) -> str:
        """What is right for one of the questions asked in every assessment."""
        worst = max(regions, key=rules.significance, default=None)
        if worst is None:
            return {"dominant": ask.NO_DISTORTION, "severity": NOT_VISIBLE, "position": ask.NOWHERE}[question.name]
        return {
            "dominant": worst.distortion, "severity": str(worst.severity), "position": worst.box.position,
        }[question.name]

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
            name = self._other({region.distortion for region in regions}, 1, rng)[0]
            return Turn("locate", nano.LOCATE + ask.expression(name, None), nano.NONE)
        region = regions[int(rng.integers(len(regions)))]
        place = region.box.position if rng.random() < 0.5 else None
        boxes = [
            other.box for other in regions
            if other.distortion == region.distortion and place in (None, other.box.position)
        ]
        text = "".join(self.dialect.render_box(box) for box in boxes)
        return Turn("locate", nano.LOCATE + ask.expression(region.distortion, place), text)

    def present(self, regions: Sequence[Region], rng: np.random.Generator) -> Turn:
        """Which of four types is there, or none of three."""
        names = {region.distortion for region in regions}
        if not names:
            options = self._shuffled([*self._other(names, OPTIONS - 1, rng), ask.NO_DISTORTION], rng)
            return self.answered("type", ask.type_present(options), ask.NO_DISTORTION)
        right = str(rng.choice(sorted(names)))
        options = self._shuffled([right, *self._other(names, OPTIONS - 1, rng)], rng)
        return self.answered("type", ask.type_present(options), right)

    def absent(self, regions: Sequence[Region], rng: np.random.Generator) -> Turn:
        """Which type is not there, among those that are."""
        names = {region.distortion for region in regions}
        if not names:
            return self.present(regions, rng)
        right = self._other(names, 1, rng)[0]
        return self.answered("absent", ask.type_absent(self._shuffled([right, *sorted(names)], rng)), right)

    def severity(self, regions: Sequence[Region], rng: np.random.Generator) -> Turn:
        """How severe a type is; a quarter of the time one that is not there."""
        worst: dict[str, Severity] = {}
        for region in regions:
            if region.severity:
                known = worst.get(region.distortion, region.severity)
                worst[region.distortion] = max(known, region.severity, key=lambda severity: severity.rank)
        if not worst or rng.random() < 0.25:
            return self.answered("severity", ask.severity_of(self._other(set(worst), 1, rng)[0]), NOT_VISIBLE)
        name = str(rng.choice(sorted(worst)))
        return self.answered("severity", ask.severity_of(name), worst[name])

    def position(self, regions: Sequence[Region], rng: np.random.Generator) -> Turn:
        """Where the only region of a type is."""
        single = [r for r in regions if sum(other.distortion == r.distortion for other in regions) == 1]
        if not single:
            return self.severity(regions, rng)
        region = single[int(rng.integers(len(single)))]
        return self.answered("position", ask.position_of(region.distortion), region.box.position)

    def dominant(self, regions: Sequence[Region], rng: np.random.Generator) -> Turn:
        """Which of the distortions present matters most."""
        names = {region.distortion for region in regions}
        if len(names) < 2:
            return self.present(regions, rng)
        right = max(regions, key=rules.significance).distortion
        return self.answered("significance", ask.most_significant(self._shuffled(sorted(names), rng)), right)

    @staticmethod
    def _other(names: set[str], count: int, rng: np.random.Generator) -> list[str]:
        rest = [name for name in VIDA.names if name not in names]
        return [str(name) for name in rng.choice(rest, size=min(count, len(rest)), replace=False)]

    @staticmethod
    def _shuffled(options: Sequence[str], rng: np.random.Generator) -> tuple[str, ...]:
        return tuple(str(option) for option in rng.permutation(list(options)))


