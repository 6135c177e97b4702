"""Cases and what a model said of them, as columns for the measures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from idetex_plugin.lab.evaluation.bench.cases import Case, Set
from idetex_plugin.lab.measures.choices import Choice
from idetex_plugin.lab.measures.matching import Matches, found_counts, match
from idetex_plugin.lab.measures.table import BoxTable, Flags, Floats, Index, Integers, region_rows
from idetex_plugin.tasks import rules
from idetex_plugin.words.assessment import Assessment
from idetex_plugin.words.failure import State
from idetex_plugin.words.vocabulary import VIDA, Level


@dataclass(frozen=True, slots=True)
class Marked:
    """A question of case number `number` as it was answered; `confidence` is the chosen option's, None if unknown."""

    number: int
    choice: Choice
    confidence: float | None


class Sheet:
    """N cases in the order in which they were drawn, with an assessment each."""

    def __init__(self, pairs: Iterable[tuple[int, Case, Assessment]]) -> None:
        """pairs: in any order, each with the number of its case."""
        ordered = sorted(pairs, key=lambda pair: pair[0])
        self.cases = [case for _, case, _ in ordered]
        self.assessments = [assessment for *_, assessment in ordered]
        self._index = Index(kinds={name: code for code, name in enumerate(VIDA.names)})
        for number in range(len(self.cases)):
            self._index.image(number)
        self.truth = self._table(case.regions for case in self.cases)
        self.said = self._table(assessment.regions for assessment in self.assessments)

    def __len__(self) -> int:
        return len(self.cases)

    def of(self, *sets: Set) -> Flags:
        """(N,) which cases belong to these sets."""
        return np.array([case.set in sets for case in self.cases])

    def each(self, value: Callable[[Case, Assessment], float]) -> Floats:
        """(N,) a number a case."""
        pairs = zip(self.cases, self.assessments, strict=True)
        return np.array([value(case, assessment) for case, assessment in pairs], np.float64)

    @cached_property
    def matches(self) -> Matches:
        """One to one, of the same type, IoU >= .5."""
        return match(self.truth, self.said, kinds=True)

    @cached_property
    def counts(self) -> Integers:
        """(N, 3): right, said and true regions."""
        return found_counts(self.truth, self.said, len(self), severities=False)

    @cached_property
    def triplets(self) -> Integers:
        """(N, 3): the same with the severity right, too."""
        return found_counts(self.truth, self.said, len(self), severities=True)

    @cached_property
    def found(self) -> Flags:
        """(T,) which true regions were matched."""
        hit = np.zeros(len(self.truth), np.bool_)
        hit[self.matches.truth] = True
        return hit

    @cached_property
    def levels(self) -> list[tuple[Level, Level | None]]:
        """True and said level of every case."""
        return [
            (rules.level_of(case.regions), assessment.quality.level if assessment.quality else None)
            for case, assessment in zip(self.cases, self.assessments, strict=True)
        ]

    @cached_property
    def answers(self) -> list[Marked]:
        """Every question of every case."""
        return list(self._answers())

    @property
    def failed(self) -> int:
        """How many assessments failed, at least in part."""
        return sum(assessment.state is not State.OK for assessment in self.assessments)

    def _answers(self) -> Iterator[Marked]:
        for number, (case, assessment) in enumerate(zip(self.cases, self.assessments, strict=True)):
            given = {answer.name: answer for answer in assessment.answers}
            for question, truth in case.asked:
                answer = given.get(question.name)
                said = answer.choice if answer else None
                sure = answer.probabilities.get(answer.choice) if answer else None
                yield Marked(number, Choice(question.concern, len(question.options), truth, said), sure)

    def _table(self, regions: Iterable[object]) -> BoxTable:
        rows = [row for number, each in enumerate(regions) for row in region_rows(number, each)]  # type: ignore[arg-type]
        return BoxTable.of(rows, self._index)
