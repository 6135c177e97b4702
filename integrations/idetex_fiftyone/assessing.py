"""Assess the photos of a dataset or a view, and keep the results in fields of the dataset."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

import fiftyone as fo
import fiftyone.core.utils as fou
from fiftyone import ViewField as F

from idetex_fiftyone.fields import Fields, alone
from idetex_fiftyone.labels import former, values
from idetex_fiftyone.registry import register, runs
from idetex_fiftyone.targets import targets
from idetex_fiftyone.writer import CHUNK, Writer
from idetex_plugin.assessing.assessor import Assessor
from idetex_plugin.gating.remedies import remedies_for
from idetex_plugin.plugins.names import Hook
from idetex_plugin.words.card import TASKS
from idetex_plugin.words.failure import State
from idetex_plugin.words.question import Question
from idetex_plugin.words.verdict import Remedy


@dataclass
class Outcome:
    """How many photos were assessed, how many of them failed, and how many were copies of assessed ones."""

    assessed: int = 0
    failed: int = 0
    copies: int = 0

    def __str__(self) -> str:
        parts = [f"{self.assessed:,} photos assessed", f"{self.failed:,} of them failed" if self.failed else ""]
        return ", ".join(filter(None, (*parts, f"{self.copies:,} copies of assessed ones" if self.copies else "")))


def assess(
    samples: Any,
    run: str = "idetex",
    *,
    model: str = "nano",
    engine: Any = "auto",
    tasks: Sequence[str] = TASKS,
    questions: Sequence[Question] | None = None,
    only_new: bool = True,
    progress: Any = None,
    **engine_options: Any,
) -> Outcome:
    """Assess the photos of a dataset or view into fields `<run>_regions`, `<run>_level` and so on of the dataset.

    model, engine, tasks, questions, engine_options: as for `assessor.Assessor`. only_new: leave out samples that the
    run has assessed, which also continues a run that was stopped; else all are assessed again, and what reviewers said
    of a region goes on where it is found again. Equal files are assessed once. progress: as everywhere in FiftyOne.
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
        if only_new:
            view = view.exists(fields.status, False)
        try:
            return _Work(dataset, fields, assessor, declare).do(view, progress)
        finally:
            declare()


class _Work:
    """One pass over the photos."""

    def __init__(self, dataset: Any, fields: Fields, assessor: Assessor, declare: Callable[[], None]) -> None:
        self.dataset, self.fields, self.assessor, self.declare = dataset, fields, assessor, declare
        self.remedies = partial(remedies_for, table=assessor.hooks.gather(Hook.REMEDIES, Remedy))
        self.first: dict[str, str] = {}
        self.copies: list[tuple[str, str]] = []

    def do(self, view: Any, progress: Any) -> Outcome:
        """Assess the view's photos."""
        outcome = Outcome()
        ids, paths = view.values(["id", "filepath"])
        self.first = self._known(set(ids))
        with fou.ProgressBar(total=len(ids), progress=progress) as bar, Writer(self.dataset, self.declare) as writer:
            for sample, assessment in self.assessor.stream(zip(ids, paths, strict=True), claim=self._claim):
                writer.write(sample, values(self.fields, sample, assessment, self.remedies, self._reviewed(sample)))
                outcome.assessed += 1
                outcome.failed += assessment.state is State.FAILED
                bar.update()
            writer.flush()
            for sample, copy in self._copied():
                writer.write(sample, copy)
                outcome.copies += 1
                bar.update()
        return outcome

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

    def _reviewed(self, sample: str) -> list[Any]:
        found = self.dataset.select(sample).values(f"{self.fields.regions}.detections", unwind=True)
        return [region for region in found if region is not None and (region.tags or former(region))]

    def _copied(self) -> Iterator[tuple[str, dict[str, Any]]]:
        names = [path for path in self.fields.declared() if "." not in path]
        for start in range(0, len(self.copies), CHUNK):
            part = self.copies[start : start + CHUNK]
            view = self.dataset.select([first for _, first in part]).select_fields(names)
            originals = {sample.id: sample for sample in view}
            for sample, first in part:
                if first in originals:
                    yield sample, {name: _copy(originals[first][name]) for name in names}


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
