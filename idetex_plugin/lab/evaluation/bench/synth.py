"""`idetex bench synth`: draw cases, ask a model, read off the measures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from idetex_plugin.assessing.assessor import Assessor
from idetex_plugin.lab.data.photos import Pixels
from idetex_plugin.lab.evaluation.bench.ask import ask
from idetex_plugin.lab.evaluation.bench.cases import Bench, Case
from idetex_plugin.lab.evaluation.bench.columns import Sheet
from idetex_plugin.lab.evaluation.bench.image_auroc import SETS, telling
from idetex_plugin.lab.evaluation.bench.measures import measures
from idetex_plugin.lab.evaluation.bench.report import Report, TellingRow, rivals_of, rows_of, telling_rows, versions
from idetex_plugin.lab.measures.bootstrap import draws

Step = Callable[[], None]
Opener = Callable[[], Assessor]


def fill_sheet(assessor: Assessor, bench: Bench, limit: int, step: Step) -> Sheet:
    """What the assessor says of the bench's cases. step: called after every case."""

    def cases() -> Iterator[tuple[tuple[int, Case], Pixels]]:
        for number, (case, pixels) in enumerate(bench.draw(limit)):
            yield (number, case), pixels

    pairs = []
    for (number, case), assessment in ask(assessor, cases(), lambda key: key[1].questions):
        pairs.append((number, case, assessment))
        step()
    return Sheet(pairs)


def run(
    models: Sequence[Opener], photographs: Sequence[Path], *, seed: int, limit: int, baselines: bool, command: str,
    step: Step,
) -> tuple[Report, Sheet]:
    """Bench the first model, beside a second one if there is one, and beside the baselines if asked.

    Raises ValueError for no photographs, ImportError for baselines that are not installed, EngineDeadError.
    """
    bench = Bench(photographs, seed)
    sheets, names = [], []
    checkpoint = engine = ""
    for number, open_assessor in enumerate(models):
        with open_assessor() as assessor:
            sheets.append(fill_sheet(assessor, bench, limit, step))
            names.append(assessor.card.name)
            if number == 0:
                checkpoint = assessor.fingerprint_parts["checkpoint"]
                engine = assessor.start().name
    sheet, weights = sheets[0], draws(len(sheets[0]), seed)
    found = [list(measures(each)) for each in sheets]
    told: tuple[TellingRow, ...] = ()
    if baselines:
        from idetex_plugin.lab.evaluation.bench.baselines import baseline_scores

        scores = baseline_scores(pixels for case, pixels in bench.draw(limit) if case.set in SETS)
        told = telling_rows(telling(sheet, scores))
    report = Report(
        command=command, model=names[0], checkpoint=checkpoint, engine=engine, seed=seed,
        photographs=len(bench.photographs) - len(bench.skipped), cases=len(sheet), failed=sheet.failed,
        versions=versions(), rows=rows_of(found[0], weights), telling=told,
        against=names[1] if len(names) > 1 else "",
        rivals=rivals_of(found[0], found[1], weights) if len(found) > 1 else (),
        skipped={str(path): why for path, why in bench.skipped.items()},
    )  # fmt: skip
    return report, sheet
