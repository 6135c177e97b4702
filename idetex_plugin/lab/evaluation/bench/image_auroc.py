"""Does a score tell photos with a type of damage from photos without? The model's own beside the baselines'.

Over the single and the clean set. The model's score of a type is the probability it gives that option of the question
which distortion affects the image most. A baseline that has several scores is given the best of them for each type, in
whichever direction is better, chosen on these very photos: an upper bound of what it can do here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from idetex_plugin.lab.evaluation.bench.cases import Case, Set
from idetex_plugin.lab.evaluation.bench.columns import Sheet
from idetex_plugin.lab.measures.ranking import auroc
from idetex_plugin.lab.measures.table import Flags, Floats
from idetex_plugin.tasks.questions import NO_DISTORTION
from idetex_plugin.words.assessment import Assessment
from idetex_plugin.words.vocabulary import VIDA

SETS = (Set.SINGLE, Set.CLEAN)
ANY = "any damage"


@dataclass(frozen=True)
class Telling:
    """AUROC of one type: photos with it, the model's, and of each group of baselines the best with its name."""

    name: str
    photos: int
    ours: float | None
    others: dict[str, tuple[float, str]]


def telling(sheet: Sheet, baselines: dict[str, dict[str, Floats]]) -> list[Telling]:
    """A row a type, and one for any damage. baselines: scores (N,) of the cases of `SETS` alone, in their order."""
    used = sheet.of(*SETS)
    rows = []
    for name in (*VIDA.names, ANY):
        positive = np.array([_has(case, name) for case in sheet.cases])[used]
        said = sheet.each(lambda _, assessment, name=name: _score(assessment, name))[used]  # type: ignore[misc]
        others = {group: _best(scores, positive) for group, scores in baselines.items()}
        rows.append(Telling(name, int(positive.sum()), auroc(said, positive), others))
    return rows


def _has(case: Case, name: str) -> bool:
    return any(name in (region.distortion, ANY) for region in case.regions)


def _score(assessment: Assessment, name: str) -> float:
    shares = next((answer.probabilities for answer in assessment.answers if answer.name == "dominant"), {})
    if name == ANY:
        return 1 - shares.get(NO_DISTORTION, 1.0)
    return shares.get(name, 0.0)


def _best(scores: dict[str, Floats], positive: Flags) -> tuple[float, str]:
    reached = {name: 0.5 if (area := auroc(values, positive)) is None else area for name, values in scores.items()}
    name = max(reached, key=lambda each: max(reached[each], 1 - reached[each]))
    return max(reached[name], 1 - reached[name]), name
