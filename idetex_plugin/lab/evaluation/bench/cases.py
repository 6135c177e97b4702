"""The cases of a bench: photos with known damage, and questions with known answers.

Everything is decided by the seed, the number of the case and the photographs: two checkpoints see the same cases.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import numpy as np

from idetex_plugin.lab.data import photos, questions
from idetex_plugin.lab.data.photos import Pixels
from idetex_plugin.lab.synthesis import Recipe, Synthesizer
from idetex_plugin.lab.synthesis.canvas import LOCAL_ONLY
from idetex_plugin.photo.load import PhotoError, load_photo
from idetex_plugin.tasks import rules
from idetex_plugin.tasks.questions import DEFAULT_QUESTIONS
from idetex_plugin.words.assessment import Region
from idetex_plugin.words.box import WHOLE
from idetex_plugin.words.question import Question
from idetex_plugin.words.vocabulary import VIDA, Severity

SIDES = (320, 1600)
EXTENTS = {"Low clarity": 0.85, "Out of focus blur": 0.15}
"""Shares of whole-frame cases: low clarity is mostly the whole photo's, a wrong focus mostly a part's."""
LADDER_TYPES = tuple(name for name in VIDA.names if name not in LOCAL_ONLY)
SHARE_OF_LADDERS = 4


class Set(StrEnum):
    """Which photos a case belongs to.

    single: one distortion, whole-frame or local, or in a quarter of the cases none. multi: two or three. clean: none.
    ladder: one whole-frame distortion on one photo at rising severity, from none to severe.
    """

    SINGLE = "single"
    MULTI = "multi"
    CLEAN = "clean"
    LADDER = "ladder"


RECIPES = {
    Set.SINGLE: Recipe(counts=(0.25, 0.75), photo_sides=SIDES, whole_shares=EXTENTS),
    Set.MULTI: Recipe(counts=(0, 0, 0.5, 0.5), photo_sides=SIDES, whole_shares=EXTENTS),
    Set.CLEAN: Recipe(counts=(1,), photo_sides=SIDES),
}


@dataclass(frozen=True)
class Case:
    """One photo to assess. rung: on a ladder, its severity's rank, 0 for none; ladder: which one, -1 elsewhere."""

    set: Set
    photo: Path
    regions: tuple[Region, ...]
    asked: tuple[questions.Asked, ...]
    ladder: int = -1
    rung: int = 0

    @property
    def questions(self) -> tuple[Question, ...]:
        """The questions without their answers."""
        return tuple(question for question, _ in self.asked)


Drawn = tuple[Case, Pixels]


class Bench:
    """Draws cases from these photographs, in turn. `skipped`: those that could not be read, and why."""

    def __init__(self, photographs: Sequence[Path], seed: int) -> None:
        """Raises ValueError for no photographs."""
        if not photographs:
            raise ValueError("no photographs to draw cases from")
        self.photographs, self.seed = tuple(photographs), seed
        self.skipped: dict[Path, str] = {}

    def draw(self, limit: int) -> Iterator[Drawn]:
        """`limit` cases of single, multi and clean each, and a quarter as many ladders of four."""
        for kind in RECIPES:
            yield from self.draw_of(kind, limit)
        yield from self._ladders(max(1, limit // SHARE_OF_LADDERS))

    def draw_of(self, kind: Set, limit: int) -> Iterator[Drawn]:
        """The first `limit` cases of one set, ladders excepted."""
        maker = Synthesizer(RECIPES[kind])
        for number in range(limit):
            found = self._source(kind, number)
            if found is not None:
                path, source, rng = found
                sample = maker.sample(source, rng)
                yield Case(kind, path, sample.regions, questions_about(sample.regions, rng)), sample.image

    def _ladders(self, count: int) -> Iterator[Drawn]:
        maker = Synthesizer(Recipe(camera_jpeg_share=0))
        for number in range(count):
            found = self._source(Set.LADDER, number)
            if found is None:
                continue
            path, source, rng = found
            name = LADDER_TYPES[number % len(LADDER_TYPES)]
            plain = Case(Set.LADDER, path, (), questions_about((), rng), number)
            yield plain, source
            seed = int(rng.integers(2**31))
            for severity in Severity:
                sample = maker.apply(source, [(name, severity, WHOLE)], np.random.default_rng(seed))
                asked = questions_about(sample.regions, np.random.default_rng(seed))
                yield replace(plain, regions=sample.regions, asked=asked, rung=severity.rank), sample.image

    def _source(self, kind: Set, number: int) -> tuple[Path, Pixels, np.random.Generator] | None:
        rng = np.random.default_rng((self.seed, list(Set).index(kind), number))
        path = self.photographs[number % len(self.photographs)]
        if path in self.skipped:
            return None
        try:
            pixels = np.asarray(load_photo(path).image)
        except PhotoError as error:
            self.skipped[path] = str(error)
            return None
        return path, photos.cut(pixels, rng, SIDES), rng


def questions_about(regions: Sequence[Region], rng: np.random.Generator) -> tuple[questions.Asked, ...]:
    """The default questions, and one drawn for every concern: type, severity, position, significance."""
    fixed = [(question, rules.default_answer(question.name, regions)) for question in DEFAULT_QUESTIONS]
    by_type = questions.present if rng.random() < 0.5 else questions.absent
    drawn = [maker(regions, rng) for maker in (by_type, questions.severity, questions.position, questions.dominant)]
    known = {question.name: (question, answer) for question, answer in [*drawn[::-1], *fixed]}
    return tuple(known.values())
