"""A run over hostile files: a row for each, and pages and exports that stay whole."""

import io
import json
from pathlib import Path

from hostile import write_hostile
from standins import WindowEngine, nano_says

from idetex_plugin import Assessor
from idetex_plugin.photo.sources import find_photos
from idetex_plugin.runs.export import FORMATS, export
from idetex_plugin.runs.store import Run
from idetex_plugin.runs.work import Work
from idetex_plugin.words.failure import State


def test_every_file_has_its_row(tmp_path: Path) -> None:
    cases = write_hostile(tmp_path / "photos")
    with (
        Assessor(engine=WindowEngine(answer=nano_says)) as assessor,
        Run.writer(tmp_path / "run", assessor.card, assessor.fingerprint, assessor.fingerprint_parts) as run,
    ):
        Work(run, assessor).do(find_photos([tmp_path / "photos"]))
        rows = {str(row.path): row for row in run.rows()}
        for name in FORMATS:
            assert export(run, "photos", name, io.BytesIO()) == len(cases)
    assert sorted(rows) == sorted(case.path for case in cases)
    for case in cases:
        failure = rows[case.path].assessment.failure
        assert (failure.reason if failure else None) in (case.reasons or {None}), case
        assert rows[case.path].state is (State.FAILED if case.reasons else State.OK)
        json.dumps(rows[case.path].assessment.model_dump(mode="json"), ensure_ascii=False).encode()
