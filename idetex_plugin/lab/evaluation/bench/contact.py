"""The first cases of a bench to look at: each photo twice, with what is true and with what the model said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from idetex_plugin.lab.data.contact import contact_sheet
from idetex_plugin.lab.data.vida.records import Labelled, labelled
from idetex_plugin.lab.evaluation.bench.cases import Bench, Set
from idetex_plugin.lab.evaluation.bench.columns import Sheet

SHOWN = {Set.SINGLE: 12, Set.MULTI: 8, Set.CLEAN: 4}
COLUMNS = 6


def write_contact(bench: Bench, sheet: Sheet, folder: Path) -> Path:
    """Write `contact.jpg`, truth on the left and the model on the right; gives its path."""
    path = folder / "contact.jpg"
    contact_sheet(list(_pictures(bench, sheet)), COLUMNS).save(path, quality=80)
    return path


def _pictures(bench: Bench, sheet: Sheet) -> Iterator[tuple[Labelled, Image.Image]]:
    for kind, count in SHOWN.items():
        said = [each for case, each in zip(sheet.cases, sheet.assessments, strict=True) if case.set is kind]
        drawn = zip(bench.draw_of(kind, min(count, len(said))), said, strict=False)
        for number, ((case, pixels), assessment) in enumerate(drawn, 1):
            image = Image.fromarray(pixels)
            answer = labelled(f"{kind} {number}, model", *image.size, assessment.regions)
            level = assessment.quality.level if assessment.quality else None
            yield labelled(f"{kind} {number}, truth", *image.size, case.regions), image
            yield answer.model_copy(update={"level": level}), image
