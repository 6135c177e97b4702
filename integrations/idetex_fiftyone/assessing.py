"""Assess the photos of a dataset or a view, and keep the results in fields of the dataset."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

import fiftyone as fo
import fiftyone.core.utils as fou
from bson import ObjectId
from fiftyone import ViewField as F

from idetex_fiftyone.declare import alone
from idetex_fiftyone.earlier import Changes, Earlier, note
from idetex_fiftyone.fields import Fields
from idetex_fiftyone.freshness import Freshness, address, look, stamp_of
from idetex_fiftyone.labels import identity, values
from idetex_fiftyone.registry import register, runs
from idetex_fiftyone.targets import targets
from idetex_fiftyone.truth.fields import TruthFields, truths
from idetex_fiftyone.truth.rescue import edited, migrate
from idetex_fiftyone.views import save_conflicts
from idetex_fiftyone.writer import CHUNK, Writer
from idetex_plugin.assessing.assessor import Assessor
from idetex_plugin.gating.remedies import remedies_for
from idetex_plugin.plugins.names import Hook
from idetex_plugin.words.assessment import Assessment
from idetex_plugin.words.card import TASKS, Card
from idetex_plugin.words.counted import counted
from idetex_plugin.words.failure import State
from idetex_plugin.words.question import Question
from idetex_plugin.words.verdict import Remedy


@dataclass
class Outcome:
    """How many photos were assessed, how many of them failed, and how many were copies of assessed ones.

    again: assessed photos that were assessed again without being asked for. changes: regions that are new, that are
    gone, and that disagree with what people said, in photos that had been assessed before.
    """

    assessed: int = 0
    failed: int = 0
    copies: int = 0
    again: Freshness = field(default_factory=Freshness)
    changes: Changes = field(default_factory=Changes)

    def __str__(self) -> str:
        numbers = [
            (self.failed, "of them failed"),
            (len(self.again.changed), "since their file changed"),
            (len(self.again.failed), "that had failed"),
            (self.copies, "copies of assessed ones"),
        ]
        others = (f"{number:,} {words}" for number, words in numbers if number)
        parts = [f"{counted(self.assessed, 'photo')} assessed", *others]
        found = ", ".join(f"{number:,} {word}" for word, number in self.changes.told if number)
        return ", ".join(parts) + (f"; regions: {found}" if found else "")


def assess(
    samples: Any,
    run: str = "idetex",
    *,
    model: str | os.PathLike[str] | Card = "nano",
    engine: Any = "auto",
    tasks: Sequence[str] = TASKS,
    questions: Sequence[Question] | None = None,
    only_new: bool = True,
    progress: Any = None,
    **engine_options: Any,
) -> Outcome:
    """Assess the photos of a dataset or view into fields `<run>_regions`, `<run>_level` and so on of the dataset.

    model, engine, tasks, questions, engine_options: as for `assessor.Assessor`. only_new: leave out samples whose file
    the run has assessed, which also continues a run that was stopped (see `freshness.look`); else all are assessed
    again. Equal files are assessed once. What people said, in the truth or in the run's own fields, is never written
    over: see `truth.rescue`. progress: as everywhere in FiftyOne.
    Raises ValueError for what is no set of images, for names that are taken, and when another model or other questions
    would continue a run; EngineDeadError when the engine dies, with everything finished written.
    """
    dataset, view = targets(samples)
    with Assessor(model, engine, tasks, questions, **engine_options) as assessor:
        fields = Fields(run, _questions(assessor, tasks, questions))
        info = {
            "model": assessor.card.name,
            "fingerprint": assessor.fingerprint,
            **assessor.fingerprint_parts,
            "answers": sorted(fields.answers),
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        earlier = runs(dataset).get(run, {})
        if only_new and earlier.get("fingerprint", assessor.fingerprint) != assessor.fingerprint:
            raise ValueError(
                f"run {run!r} was made by {earlier['model']} with other weights or questions: take another name"
            )

        def declare() -> None:
            with alone(dataset):
                fields.declare(dataset, info)

        with alone(dataset):
            fields.declare(dataset, info)
            register(dataset, fields, info)
        again = look(view, run) if only_new else None
        if again is not None:
            view = view.select(again.ids)
        try:
            outcome = _Work(dataset, fields, assessor, declare).do(view, progress)
        finally:
            declare()
        outcome.again = again or Freshness()
        if outcome.changes.conflicts:
            save_conflicts(dataset, run)
        return outcome


class _Work:
    """One pass over the photos."""

    def __init__(self, dataset: Any, fields: Fields, assessor: Assessor, declare: Callable[[], None]) -> None:
        self.dataset, self.fields, self.assessor, self.declare = dataset, fields, assessor, declare
        self.remedies = partial(remedies_for, table=assessor.hooks.gather(Hook.REMEDIES, Remedy))
        self.truths = truths(dataset)
        self.outcome = Outcome()
        self.first: dict[str, str] = {}
        self.files: dict[str, tuple[int, float] | None] = {}
        self.copies: list[tuple[str, str]] = []

    def do(self, view: Any, progress: Any) -> Outcome:
        """Assess the view's photos."""
        ids, paths = view.values(["id", "filepath"])
        self.first = self._known(set(ids))
        with fou.ProgressBar(total=len(ids), progress=progress) as bar, Writer(self.dataset, self.declare) as writer:
            for sample, assessment in self.assessor.stream(self._items(ids, paths), claim=self._claim):
                writer.write(sample, self._values(sample, assessment))
                self.outcome.assessed += 1
                self.outcome.failed += assessment.state is State.FAILED
                bar.update()
            writer.flush()
            for sample, copy in self._copied():
                writer.write(sample, copy)
                self.outcome.copies += 1
                bar.update()
        return self.outcome

    def _items(self, ids: list[str], paths: list[str]) -> Iterator[tuple[str, str]]:
        for sample, path in zip(ids, paths, strict=True):
            self.files[sample] = stamp_of(path)
            yield sample, address(path)

    def _values(self, sample: str, assessment: Assessment) -> dict[str, Any]:
        new = values(self.fields, sample, assessment, self.remedies, self._earlier(sample))
        status = new[self.fields.status]
        status.size, status.mtime = self.files.pop(sample, None) or (None, None)
        self._count(status)
        return new

    def _count(self, status: Any) -> None:
        changes = self.outcome.changes
        changes.new += status.new
        changes.gone += status.gone
        changes.conflicts += status.conflicts

    def _known(self, wanted: set[str]) -> dict[str, str]:
        """Samples by content that have been assessed and are not to be assessed again."""
        done = self.dataset.match(F(f"{self.fields.status}.fingerprint") == self.assessor.fingerprint)
        hashes, ids = done.values([f"{self.fields.status}.sha256", "id"])
        return {
            content: sample for content, sample in zip(hashes, ids, strict=True) if content and sample not in wanted
        }

    def _claim(self, sample: str, content: str) -> bool:
        first = self.first.setdefault(content, sample)
        if first != sample:
            self.copies.append((sample, first))
        return first == sample

    def _earlier(self, sample: str) -> Earlier | None:
        """What the sample held, after what people said in the run's own fields has been moved to the truth."""
        doc = self._document(sample)
        if doc is not None and edited(doc, self.fields.run):
            migrate(self.dataset.select(sample), self.fields.run)
            self.truths = truths(self.dataset)
            doc = self._document(sample)
        return None if doc is None else Earlier(doc, self.fields, self.truths)

    def _document(self, sample: str) -> Any:
        names = [self.fields.regions, self.fields.level, self.fields.status]
        names += [path for name in self.truths for path in (TruthFields(name).truth, TruthFields(name).review)]
        return self.dataset._sample_collection.find_one({"_id": ObjectId(sample)}, dict.fromkeys(names, 1))

    def _copied(self) -> Iterator[tuple[str, dict[str, Any]]]:
        names = [path for path in self.fields.declared() if "." not in path]
        for start in range(0, len(self.copies), CHUNK):
            part = self.copies[start : start + CHUNK]
            view = self.dataset.select([first for _, first in part]).select_fields(names)
            originals = {sample.id: sample for sample in view}
            for sample, first in part:
                if first in originals:
                    new = {name: _copy(originals[first][name]) for name in names}
                    self._adopt(sample, new)
                    yield sample, new

    def _adopt(self, sample: str, new: dict[str, Any]) -> None:
        """Give copied regions ids of their own, or those that this sample's regions had."""
        regions, status, level = (new[name] for name in (self.fields.regions, self.fields.status, self.fields.level))
        found = regions.detections if regions else []
        for region in found:
            region.id = identity(sample, self.fields.run, region.label, region.bounding_box)
        earlier = self._earlier(sample)
        changes = earlier.carry(found) if earlier else Changes()
        status.new, status.gone, status.conflicts = changes.new, changes.gone, changes.conflicts
        status.written = note(level and level.label, found)
        status.size, status.mtime = self.files.pop(sample, None) or (None, None)
        self._count(status)


def _copy(value: Any) -> Any:
    if not isinstance(value, fo.Detections):
        return value.copy() if hasattr(value, "copy") else value
    new = value.copy()
    for region in new.detections:
        region.tags = []
    return new


def _questions(assessor: Assessor, tasks: Sequence[str], questions: Sequence[Question] | None) -> list[str]:
    if "perception" not in tasks:
        return []
    if questions is None:
        questions = assessor.hooks.named(Hook.QUESTIONS, Question, types=assessor.dialect.types)
    return [question.name for question in questions]
