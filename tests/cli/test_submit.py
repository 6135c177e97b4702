"""`idetex submit`: a run's own words, scored against themselves, are right."""

import json
from pathlib import Path

import pytest
from made_up import judged, unreadable
from typer.testing import CliRunner

from idetex_plugin.cli.app import app
from idetex_plugin.lab.evaluation.mipi.score import score
from idetex_plugin.runs.rows import Stamp
from idetex_plugin.runs.store import Run
from idetex_plugin.words.assessment import Region
from idetex_plugin.words.box import Box
from idetex_plugin.words.card import Card
from idetex_plugin.words.vocabulary import Severity

CARD = Card(name="nano", title="Nano", checkpoint="embedded", dialect="nano")
NOISE = Region(distortion="Noise", severity=Severity.SEVERE, box=Box(x1=0.1, y1=0.2, x2=0.5, y2=0.75))


def test_a_run_becomes_a_submission(tmp_path: Path) -> None:
    run, out, truth = tmp_path / "run", tmp_path / "out", tmp_path / "truth"
    photos = [judged("holiday/a.jpg", regions=(NOISE,)), judged("b.jpg", regions=()), unreadable("c.jpg")]
    with Run.writer(run, CARD, "f", {}) as writer:
        for number, assessment in enumerate(photos):
            writer.write(f"/photos/{number}", Stamp(1, 1), assessment)
    result = CliRunner().invoke(app, ["submit", str(run), "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert "c.jpg: left out: The file ends early." in result.stderr
    grounding = json.loads((out / "grounding.json").read_text())
    assert [item["image"] for item in grounding] == ["a.jpg", "b.jpg"]
    assert grounding[0]["distortions"] == [
        {"distortion": "Noise", "severity": "Severe", "coordinates": [100, 200, 500, 750], "confidence": 1.0}
    ]
    truth.mkdir()
    metadata = [
        {
            "image": photo.photo.name.split("/")[-1], "level": str(photo.description.verdict),
            "distortions": [
                {"distortion": region.distortion, "coordinates": region.box.to_thousand(), "significance_score": 1}
                for region in photo.regions
            ],
        }
        for photo in photos[:2] if photo.description
    ]  # fmt: skip
    (truth / "bench_metadata.json").write_text(json.dumps(metadata))
    for item in grounding:
        del item["distortions"]
    (out / "grounding.json").write_text(json.dumps(grounding))
    scored = score(out, truth)
    assert not scored.refusals
    assert scored.terms["distortion mAP"] == scored.terms["image quality accuracy"] == 1


def test_two_photos_of_one_name_cannot_be_told_apart(tmp_path: Path) -> None:
    with Run.writer(tmp_path, CARD, "f", {}) as run:
        for folder in "xy":
            run.write(f"/{folder}/a.jpg", Stamp(1, 1), judged(f"{folder}/a.jpg"))
    result = CliRunner().invoke(app, ["submit", str(tmp_path), "--out", str(tmp_path / "out")])
    assert result.exit_code == 2
    assert "two photos are called a.jpg: x/a.jpg and y/a.jpg" in result.stderr


@pytest.mark.parametrize("name", ["missing", "."])
def test_no_run_is_an_error(tmp_path: Path, name: str) -> None:
    assert CliRunner().invoke(app, ["submit", str(tmp_path / name)]).exit_code == 2
