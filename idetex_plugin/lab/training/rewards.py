"""What a detection answer is worth, for training by reward: form, place, count, type and severity.

The terms are those of GS-IQA (2026): boxes are matched one to one with the highest sum of IoU (Hungarian method), and a
severity counts 1, .6 or .2 at a distance of none, one or two. `detection_reward` has the signature that TRL's
GRPOTrainer calls.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any

import numpy as np

from idetex_plugin.cards.registry import get_card
from idetex_plugin.dialects.vida import VidaDialect
from idetex_plugin.lab.data.vida.records import Mark
from idetex_plugin.lab.measures.matching import THRESHOLD, one_to_one
from idetex_plugin.words.assessment import Region
from idetex_plugin.words.failure import Failure
from idetex_plugin.words.request import Reply, Views
from idetex_plugin.words.vocabulary import Severity

DIALECT = VidaDialect(get_card("qwen2-vl-vida"))
NEAR = (1.0, 0.6, 0.2)
TIE = 1e-3
Completion = str | Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Terms:
    """Each 0..1. form: the answer can be read. place: IoU summed over matched boxes, by the larger number of boxes.
    f1: of matches at IoU >= .5. kind, severity: over the true boxes; what is not matched counts 0."""

    form: float = 0
    place: float = 0
    f1: float = 0
    kind: float = 0
    severity: float = 0

    @property
    def mean(self) -> float:
        """The reward."""
        return float(np.mean(astuple(self)))


def detection_reward(completions: Sequence[Completion], distortions: Sequence[Any], **_: Any) -> list[float]:
    """The reward of each completion, text or messages; `distortions`: the entries of its image's record, as in a
    metadata file."""
    return [
        terms(read(said), [Mark.model_validate(entry).region for entry in truth]).mean
        for said, truth in zip(completions, distortions, strict=True)
    ]


def read(completion: Completion) -> tuple[Region, ...] | None:
    """The regions that a completion says, None if it cannot be read."""
    text = completion if isinstance(completion, str) else str(completion[-1]["content"])
    regions = DIALECT.read_detect(Reply(text), Views((), 1000, 1000))
    return None if isinstance(regions, Failure) else regions


def terms(said: Sequence[Region] | None, truth: Sequence[Region]) -> Terms:
    """What regions are worth against the true ones; all is right where both are empty."""
    if said is None:
        return Terms()
    if not said or not truth:
        right = float(not said and not truth)
        return Terms(1.0, right, right, right, right)
    overlap = np.array([[one.box.iou(other.box) for other in truth] for one in said])
    rows, columns = one_to_one(overlap + TIE * np.array([[alike(a, b) for b in truth] for a in said]), overlap > 0)
    pairs = [(said[row], truth[column]) for row, column in zip(rows, columns, strict=True)]
    hits = int((overlap[rows, columns] >= THRESHOLD).sum())
    return Terms(
        form=1.0,
        place=float(overlap[rows, columns].sum() / max(len(said), len(truth))),
        f1=2 * hits / (len(said) + len(truth)),
        kind=sum(one.distortion == other.distortion for one, other in pairs) / len(truth),
        severity=sum(nearness(one.severity, other.severity) for one, other in pairs) / len(truth),
    )


def alike(one: Region, other: Region) -> float:
    """0..1.5: same type, near severity. Breaks ties of place, as between two distortions of the whole frame."""
    return (one.distortion == other.distortion) + nearness(one.severity, other.severity) / 2


def nearness(said: Severity | None, true: Severity | None) -> float:
    """1, .6 or .2 by distance; 0 where only one of both is known, 1 where neither is."""
    if said is None or true is None:
        return float(said is true)
    return NEAR[abs(said.rank - true.rank)]
