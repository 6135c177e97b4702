"""The six terms of the challenge's score, as it computes them (`mipi2025`) and as one would expect (`strict`).

| term | mipi2025 | strict |
| --- | --- | --- |
| perception | right answers of the answered questions that are in the truth | of all questions in the truth |
| region mAP | region answers pooled by image; boxes named "No distortion" skipped | the same |
| distortion mAP | detection and region answers pooled by image | detection answers only |
| description mAP | names lower-cased, `_` as a blank, aliases apart | aliases merged |
| key distortions | right of the predicted key boxes, at IoU > .5 | the same (with the recall beside it) |
| image quality | right levels of the described images that are in the truth | of all images in the truth |

mAP is VOC2010's at IoU .5. mipi2025: every prediction weighs the same, and their order decides: image by image, in the
order in which the file first gives each image a box (an answer without boxes does not count as a first), all boxes of
an image in the order of the file; mean over the classes of truth and predictions together. strict: by confidence where
it is given, in that same order among equals, mean over the classes of the truth, aliases merged.

Source: the challenge's published rules and the behaviour of its published scorer. Neither says what an unanswered
question counts; `mipi2025` leaves it out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum

from idetex_plugin.lab.evaluation.mipi.files import DETECTION, REGION, Chosen, Described, Grounded, TrueImage
from idetex_plugin.lab.evaluation.mipi.replies import Place
from idetex_plugin.lab.measures.keys import key_counts
from idetex_plugin.lab.measures.matching import share
from idetex_plugin.lab.measures.table import BoxTable, Index, Row
from idetex_plugin.lab.measures.voc import curves
from idetex_plugin.words.vocabulary import VIDA


class Mode(StrEnum):
    """How to score."""

    MIPI2025 = "mipi2025"
    STRICT = "strict"


UNDAMAGED = "No distortion"
Spell = Callable[[str], str]
Placed = Iterable[tuple[str, Place]]


def as_written(name: str) -> str:
    """The name itself."""
    return name


def lowered(name: str) -> str:
    """Lower case, with blanks for underscores and none around."""
    return name.lower().replace("_", " ").strip()


def merged(name: str) -> str:
    """The canonical name of any spelling that the ViDA vocabulary knows; others lower-cased."""
    kind = VIDA.find(name)
    return kind.name if kind else lowered(name)


def perception(truth: Mapping[str, str], answers: Iterable[Chosen], mode: Mode) -> float | None:
    """Accuracy; None if there is nothing to divide by."""
    known = [answer for answer in answers if answer.id in truth]
    right = sum(answer.said == truth[answer.id] for answer in known)
    return share(right, len(truth) if mode is Mode.STRICT else len(known))


def region_map(truth: Mapping[str, tuple[Place, ...]], answers: Iterable[Grounded], mode: Mode) -> float | None:
    """mAP of the region answers."""
    said = ((answer.image, answer.places) for answer in answers if answer.kind == REGION)
    true, named = ([each for each in _placed(some) if each[1].name != UNDAMAGED] for some in (truth.items(), said))
    return _mean_ap(true, named, as_written, mode)


def distortion_map(truth: Mapping[str, TrueImage], answers: Iterable[Grounded], mode: Mode) -> float | None:
    """mAP of the detection answers, in mipi2025 together with the region answers."""
    kinds = {DETECTION} if mode is Mode.STRICT else {DETECTION, REGION}
    said = _placed((answer.image, answer.places) for answer in answers if answer.kind in kinds)
    return _mean_ap(_true_places(truth), said, as_written, mode)


def description_map(truth: Mapping[str, TrueImage], described: Iterable[Described], mode: Mode) -> float | None:
    """mAP of the boxes in descriptions."""
    said = _placed((each.image, each.places) for each in described)
    return _mean_ap(_true_places(truth), said, lowered, mode)


def key_distortions(
    truth: Mapping[str, TrueImage], described: Iterable[Described], mode: Mode
) -> tuple[float | None, float | None]:
    """Accuracy (right of predicted key boxes) and recall (found of true key boxes), over images with truths."""
    spell = merged if mode is Mode.STRICT else lowered
    judged = [each for each in described if each.image in truth and truth[each.image].places]
    index = Index()
    said = _table(_placed((each.image, each.keys) for each in judged), spell, index)
    true = _table(_placed((image, one.keys) for image, one in truth.items() if one.places), spell, index)
    scores, found = key_counts(true, said)
    return scores.precision, share(found, len(true))


def image_quality(truth: Mapping[str, TrueImage], described: Iterable[Described], mode: Mode) -> float | None:
    """Exact matches of the level word."""
    known = [each for each in described if each.image in truth]
    right = sum(each.level == truth[each.image].level != "" for each in known)
    return share(right, len(truth) if mode is Mode.STRICT else len(known))


def _mean_ap(truth: Placed, said: Placed, spell: Spell, mode: Mode) -> float | None:
    strict = mode is Mode.STRICT
    index = Index()
    true = _table(truth, merged if strict else spell, index)
    predicted = _table(said, merged if strict else spell, index, scored=strict)
    found = curves(true, predicted)
    aps = [curve.ap() for curve in found.values() if not strict or len(curve.truths)]
    return share(sum(aps), len(aps))


def _placed(images: Iterable[tuple[str, tuple[Place, ...]]]) -> Placed:
    """Every box with its image, pooled image by image in the order in which each first has a box."""
    pooled: dict[str, list[Place]] = {}
    for image, places in images:
        if places:
            pooled.setdefault(image, []).extend(places)
    return [(image, place) for image, places in pooled.items() for place in places]


def _true_places(truth: Mapping[str, TrueImage]) -> Placed:
    return _placed((image, one.places) for image, one in truth.items())


def _table(placed: Placed, spell: Spell, index: Index, *, scored: bool = False) -> BoxTable:
    rows: list[Row] = [
        (image, spell(place.name), place.box, place.score if scored else 1.0, 0) for image, place in placed
    ]
    return BoxTable.of(rows, index)
