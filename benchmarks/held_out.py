"""How well a checkpoint sees synthetic damage on photographs that no training saw. Prints a Markdown table.

    python benchmarks/held_out.py PHOTOGRAPHS [--samples 400] [--model nano] [--engine auto]

PHOTOGRAPHS is the folder of the split (`idetex_plugin/training/split.tsv`); its "test" rows are used. A quarter of
the samples is clean, the others carry one distortion, whole-frame or local, of any severity, made by the same synthesis
that made the training data: the figures say nothing of other kinds of damage, nor of people's opinions. Beside each
accuracy stand what a blind guess gets and what always giving the most frequent answer gets.
"""

from __future__ import annotations

import argparse
import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from idetex_plugin import Assessor
from idetex_plugin.assessment import Assessment, State
from idetex_plugin.tasks.questions import DEFAULT_QUESTIONS, NO_DISTORTION, NOWHERE
from idetex_plugin.taxonomy import NOT_VISIBLE, VIDA, Level
from idetex_plugin.training import photos, rules
from idetex_plugin.training.data import load_sources
from idetex_plugin.training.synthesis import Recipe, Sample, Synthesizer

RECIPE = Recipe(counts=(0.25, 0.75))
MATCH = 0.5


def samples(folder: Path, count: int, seed: int) -> Iterator[Sample]:
    """The test set, decided by the seed: sample i is cut from test photograph i."""
    maker = Synthesizer(RECIPE)
    for number, source in enumerate(itertools.islice(itertools.cycle(load_sources(folder, "test")), count)):
        rng = np.random.default_rng((seed, number))
        yield maker.sample(photos.cut(source, rng, RECIPE.photo_sides), rng)


class Tally:
    """Counts over (truth, assessment) pairs."""

    def __init__(self) -> None:
        self.found = self.wrong = self.missed = self.severity_right = self.typed = 0
        self.clean: list[bool] = []
        self.levels: list[tuple[Level, Level]] = []
        self.answers: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self.types: dict[str, list[bool]] = defaultdict(list)

    def add(self, sample: Sample, assessment: Assessment) -> None:
        """Count one photo; a photo that was not assessed counts as nothing found and nothing right."""
        reported = list(assessment.regions)
        if not sample.regions:
            self.clean.append(bool(reported))
        for truth in sample.regions:
            same = [region for region in reported if region.distortion == truth.distortion]
            self.typed += bool(same)
            best = max(same, key=lambda region: region.box.iou(truth.box), default=None)
            hit = best is not None and best.box.iou(truth.box) >= MATCH
            self.types[truth.distortion].append(hit)
            if best is not None and hit:
                reported.remove(best)
                self.found += 1
                self.severity_right += best.severity == truth.severity
            else:
                self.missed += 1
        self.wrong += len(reported)
        if assessment.quality is not None:
            self.levels.append((rules.level_of(sample.regions), assessment.quality.level))
        worst = max(sample.regions, key=rules.significance, default=None)
        right = {
            "dominant": worst.distortion if worst else NO_DISTORTION,
            "severity": str(worst.severity) if worst else NOT_VISIBLE,
            "position": worst.box.position if worst else NOWHERE,
        }
        for answer in assessment.answers:
            self.answers[answer.name].append((right[answer.name], answer.choice))

    def rows(self) -> Iterator[tuple[str, str, str, str]]:
        """Measure, value, blind guess, always the most frequent."""
        truths = self.found + self.missed
        f1 = 2 * self.found / max(1, 2 * self.found + self.wrong + self.missed)
        precision = self.found / max(1, self.found + self.wrong)
        yield "detection F1 (type right, IoU >= .5)", f"{f1:.3f}", "", ""
        yield "detection precision / recall", f"{precision:.3f} / {self.found / truths:.3f}", "", ""
        yield "type reported anywhere", f"{self.typed / truths:.3f}", "", ""
        yield "severity right on matched boxes", f"{self.severity_right / max(1, self.found):.3f}", "0.333", ""
        yield "clean photos with a region reported", f"{np.mean(self.clean):.3f}", "", ""
        yield accuracy("level, exact", self.levels, len(Level))
        near = np.mean([abs(truth.score - said.score) <= 1 for truth, said in self.levels])
        yield "level, within one", f"{near:.3f}", "", ""
        for question in DEFAULT_QUESTIONS:
            yield accuracy(f"question: {question.text}", self.answers[question.name], len(question.options))
        for name in VIDA.names:
            if hits := self.types[name]:
                yield f"recall of {name}", f"{np.mean(hits):.3f} ({sum(hits)} of {len(hits)})", "", ""


def accuracy(name: str, pairs: list[tuple[str, str]], options: int) -> tuple[str, str, str, str]:
    """A row of right answers beside its two baselines."""
    right = np.mean([truth == said for truth, said in pairs])
    most = Counter(truth for truth, _ in pairs).most_common(1)[0][1] / len(pairs)
    return name, f"{right:.3f}", f"{1 / options:.3f}", f"{most:.3f}"


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photographs", type=Path)
    parser.add_argument("--samples", type=int, default=400)
    parser.add_argument("--model", default="nano")
    parser.add_argument("--engine", default="auto")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    tally, waiting, failed = Tally(), {}, 0

    def source() -> Iterator[tuple[int, np.ndarray]]:
        for number, sample in enumerate(samples(options.photographs, options.samples, options.seed)):
            waiting[number] = sample
            yield number, sample.image

    with Assessor(options.model, options.engine) as assessor:
        for number, assessment in assessor.stream(source()):
            tally.add(waiting.pop(number), assessment)
            failed += assessment.state is not State.OK
        checkpoint = assessor.fingerprint_parts["checkpoint"]
    print(f"checkpoint {checkpoint}, {options.samples} samples, seed {options.seed}, {failed} with a failed task\n")
    print("| measure | value | blind guess | most frequent answer |\n| --- | --- | --- | --- |")
    for row in tally.rows():
        print(f"| {' | '.join(row)} |")


if __name__ == "__main__":
    main()
