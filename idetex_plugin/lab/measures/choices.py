"""Questions with options: accuracy overall and per concern, beside what knowing nothing would have got.

chance = mean over questions of 1 / number of options. majority = share of the truth's most frequent option text in
its concern (overall: the mean of the concerns' majorities, weighted by their questions). An unreadable answer is
wrong, and is counted in `unanswered`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Choice:
    """One question as it was answered. `said` is the chosen option's text, None if there is no readable answer."""

    concern: str
    options: int
    truth: str
    said: str | None


@dataclass(frozen=True, slots=True)
class ChoiceScore:
    """Of `questions` questions."""

    questions: int
    accuracy: float
    unanswered: int
    majority: float
    chance: float


OVERALL = "overall"


def choice_scores(choices: Iterable[Choice]) -> dict[str, ChoiceScore]:
    """By concern in order of first mention, then "overall". Raises ValueError for no questions."""
    by_concern: dict[str, list[Choice]] = defaultdict(list)
    for choice in choices:
        by_concern[choice.concern].append(choice)
    if not by_concern:
        raise ValueError("no questions to score")
    scores = {concern: _score(each) for concern, each in by_concern.items()}
    total = sum(score.questions for score in scores.values())

    each_of = [(score, score.questions / total) for score in scores.values()]
    overall = ChoiceScore(
        questions=total,
        accuracy=sum(score.accuracy * part for score, part in each_of),
        unanswered=sum(score.unanswered for score in scores.values()),
        majority=sum(score.majority * part for score, part in each_of),
        chance=sum(score.chance * part for score, part in each_of),
    )
    return {**scores, OVERALL: overall}


def _score(choices: list[Choice]) -> ChoiceScore:
    count = len(choices)
    return ChoiceScore(
        questions=count,
        accuracy=sum(choice.said == choice.truth for choice in choices) / count,
        unanswered=sum(choice.said is None for choice in choices),
        majority=Counter(choice.truth for choice in choices).most_common(1)[0][1] / count,
        chance=sum(1 / choice.options for choice in choices) / count,
    )
