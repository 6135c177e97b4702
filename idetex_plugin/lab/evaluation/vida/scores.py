"""What a model's answers to ViDA-UGC's questions come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from idetex_plugin.dialects import refbox
from idetex_plugin.dialects.vida_regions import read_regions
from idetex_plugin.lab.evaluation.ledger import Ledger
from idetex_plugin.lab.evaluation.vida.records import THOUSAND, Exchange, Kind, VidaImage
from idetex_plugin.lab.measures.choices import Choice, choice_scores
from idetex_plugin.lab.measures.coco import coco_ap
from idetex_plugin.lab.measures.keys import key_counts
from idetex_plugin.lab.measures.levels import level_scores
from idetex_plugin.lab.measures.matching import matched_boxes, share, triplets
from idetex_plugin.lab.measures.opinion import opinion_scores
from idetex_plugin.lab.measures.referring import referring
from idetex_plugin.lab.measures.table import BoxTable, Floats, Index, Row, region_rows
from idetex_plugin.lab.measures.text import text_scores
from idetex_plugin.lab.measures.voc import curves, mean_ap
from idetex_plugin.tasks.grounding import Grounded
from idetex_plugin.words.assessment import Answer, Description, Quality, Region
from idetex_plugin.words.failure import Failure
from idetex_plugin.words.request import Reply
from idetex_plugin.words.vocabulary import VIDA, Level

Figure = tuple[str, float | None, int, str]


@dataclass
class Boxes:
    """True and said boxes of one kind of question. A question that was not answered readably has said nothing."""

    index: Index = field(default_factory=Index)
    truth: list[Row] = field(default_factory=list)
    said: list[Row] = field(default_factory=list)
    questions: int = 0

    def add(self, true: Sequence[Any], said: object) -> None:
        """One question's regions, and its result."""
        self.truth += region_rows(self.questions, true)
        self.said += [] if isinstance(said, Failure) else region_rows(self.questions, said)  # type: ignore[arg-type]
        self.questions += 1

    def tables(self) -> tuple[BoxTable, BoxTable]:
        """Truth and predictions."""
        return BoxTable.of(self.truth, self.index), BoxTable.of(self.said, self.index)


@dataclass
class Tally:
    """What all questions came to."""

    detection: Boxes = field(default_factory=Boxes)
    region: Boxes = field(default_factory=Boxes)
    described: Boxes = field(default_factory=Boxes)
    keys: Boxes = field(default_factory=Boxes)
    places: list[tuple[Floats, Floats | None]] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    levels: list[tuple[Level, Level | None]] = field(default_factory=list)
    opinions: list[tuple[float, float]] = field(default_factory=list)
    texts: list[tuple[str, str]] = field(default_factory=list)
    failed: Counter[str] = field(default_factory=Counter)


def mark_image(tally: Tally, item: VidaImage, said: Any, level: Any, described: Any) -> None:
    """What was said of an image in its three tasks."""
    tally.detection.add(item.regions, _regions(said))
    if item.level is not None:
        tally.levels.append((item.level, level.level if isinstance(level, Quality) else None))
    if item.mos is not None and isinstance(level, Quality) and level.score is not None:
        tally.opinions.append((item.mos, level.score))
    told = described if isinstance(described, Description) else None
    found = _of_findings(told)
    tally.described.add(item.regions, found)
    tally.keys.add(item.keys, [region for region in found if told and region.distortion in told.key_distortions])


def _regions(result: Any) -> Any:
    """The regions of a result of grounding; a Failure as it is."""
    return result.regions if isinstance(result, Grounded) else result


def _of_findings(told: Description | None) -> list[Region]:
    return [
        Region(distortion=finding.distortion, severity=finding.severity, box=box)
        for finding in (told.findings if told else ()) for box in finding.boxes
    ]


def mark_exchange(tally: Tally, item: Exchange, result: Any, ledger: Ledger) -> None:
    """What was said to one question. One whose right answer cannot be read is listed and left out."""
    try:
        if item.kind in (Kind.DETECTION, Kind.REGION):
            boxes = tally.detection if item.kind is Kind.DETECTION else tally.region
            boxes.add(read_regions(Reply(item.answer), THOUSAND, VIDA), _regions(result))
        elif item.kind is Kind.REFERRING:
            true = np.array([_numbers(corners) for corners in refbox.bare_boxes(item.answer) or ()])
            box = result[0] if not isinstance(result, Failure) and result else None
            tally.places.append((true, None if box is None else np.array(box.to_thousand(), np.float64)))
        elif item.kind is Kind.LEVEL:
            word = Level(item.answer.rstrip(".").split()[-1].lower())
            tally.levels.append((word, result.level if isinstance(result, Quality) else None))
        elif item.kind is Kind.DESCRIPTION:
            tally.texts.append((item.answer, result.text if isinstance(result, Description) else ""))
        elif item.question is not None:
            said = result.choice if isinstance(result, Answer) else None
            tally.choices.append(Choice(item.question.concern, len(item.question.options), item.answer, said))
    except ValueError as error:
        ledger.refuse("conversations", item.image, f"the right answer cannot be read: {error}")


def _numbers(corners: tuple[int, int, int, int]) -> list[float]:
    return [float(value) for value in corners]


def figures(tally: Tally) -> Iterator[Figure]:
    """Name, value, of how many, and what to hold it against."""
    for name, boxes in (("detection", tally.detection), ("region", tally.region), ("description", tally.described)):
        if boxes.questions:
            yield from _grounding(name, boxes)
    if tally.keys.truth:
        truth, said = tally.keys.tables()
        scores, found = key_counts(truth, said)
        yield "key distortions, right of said", scores.precision, scores.predicted, ""
        yield "key distortions, found of true", share(found, len(truth)), len(truth), ""
    places = [(true, said) for true, said in tally.places if len(true)]
    if places:
        score = referring([true for true, _ in places], [said for _, said in places])
        yield "referring Acc@.5", score.accuracy, score.sentences, f"response rate {score.response_rate:.3f}"
        yield "referring mIoU", score.mean_iou, score.sentences, ""
    for concern, marked in choice_scores(tally.choices).items() if tally.choices else ():
        beside = f"majority {marked.majority:.3f}, chance {marked.chance:.3f}, unanswered {marked.unanswered}"
        yield f"questions: {concern}", marked.accuracy, marked.questions, beside
    if tally.levels:
        levels = level_scores([true for true, _ in tally.levels], [said for _, said in tally.levels])
        yield "level, exact", levels.exact, levels.photos, f"majority {levels.majority:.3f}"
        yield "level, within one", levels.within_one, levels.photos, f"unanswered {levels.unanswered}"
    if tally.opinions:
        opinion = opinion_scores(*(np.array(column) for column in zip(*tally.opinions, strict=True)))
        yield "score against opinions, SRCC", opinion.srcc, opinion.photos, ""
        yield "score against opinions, PLCC", opinion.plcc, opinion.photos, ""
        yield "score against opinions, KRCC", opinion.krcc, opinion.photos, ""
    if tally.texts:
        text = text_scores([reference for reference, _ in tally.texts], [written for _, written in tally.texts])
        yield "description, BLEU (0-100)", text.bleu, text.texts, text.bleu_signature
        for name, value in (("1", text.rouge1), ("2", text.rouge2), ("L", text.rouge_l)):
            yield f"description, ROUGE-{name} (0-100)", value, text.texts, ""


def _grounding(name: str, boxes: Boxes) -> Iterator[Figure]:
    truth, said = boxes.tables()
    if not len(truth) and not len(said):
        return
    matched = matched_boxes(truth, said)
    yield f"{name} AP at IoU .5 (VOC)", mean_ap(curves(truth, said)), len(truth), f"{boxes.questions} questions"
    yield f"{name} AP .5:.95 (COCO)", coco_ap(truth, said).ap, len(truth), ""
    yield f"{name} F1 of type, box and severity", triplets(truth, said).f1, len(truth), ""
    yield f"{name} recall of boxes of any type", matched.recall, len(truth), ""
    yield f"{name} type right on matched boxes", matched.class_accuracy, matched.matched, ""
    yield f"{name} severity right on matched boxes", matched.severity_accuracy, matched.matched, ""
    yield f"{name} mean IoU of matched boxes", matched.mean_iou, matched.matched, ""
