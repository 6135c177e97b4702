"""`idetex bench labelled`: every figure worked out by hand, and the command as people use it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from standins import WindowEngine
from typer.testing import CliRunner

from idetex_plugin.cards.files import write_card
from idetex_plugin.cards.registry import get_card
from idetex_plugin.cli.app import app
from idetex_plugin.lab.evaluation.bench.labelled import Table, presence
from idetex_plugin.lab.evaluation.bench.labels import Labels
from idetex_plugin.words.assessment import Assessment, PhotoInfo, Quality, Region
from idetex_plugin.words.box import WHOLE, Box
from idetex_plugin.words.failure import OK
from idetex_plugin.words.request import Reply, Request
from idetex_plugin.words.vocabulary import Level, Severity

LEFT = Box(x1=0, y1=0, x2=0.5, y2=1)


def region(name: str, confidence: float | None, box: Box = WHOLE) -> Region:
    return Region(distortion=name, severity=Severity.MINOR, box=box, confidence=confidence)


def said(*regions: Region, level: Level = Level.FAIR, luma: float = 100) -> Assessment:
    return Assessment(
        photo=PhotoInfo(name="x"), model="m", fingerprint="", engine="", tasks={"grounding": OK}, regions=regions,
        quality=Quality(level=level), measures={"mean_luma": luma},
    )  # fmt: skip


class Chances(Assessment):
    """An assessment by a checkpoint that gives every type a probability."""

    presence: dict[str, float]


def table(
    *photos: tuple[dict[str, bool], Assessment], boxes: dict[tuple[int, str], tuple[Box, ...]] | None = None
) -> Table:
    labels = Labels()
    paths = [Path(str(number)) for number in range(len(photos))]
    for path, (known, _) in zip(paths, photos, strict=True):
        for name, present in known.items():
            labels.say(path, name, present)
    labels.boxes = {(paths[number], name): each for (number, name), each in (boxes or {}).items()}
    return Table(labels, paths, [assessment for _, assessment in photos])


WITH, WITHOUT = {"Noise": True}, {"Noise": False}


def test_figures_are_of_the_photos_that_say_something_about_the_type() -> None:
    found = table(
        (WITH, said(region("Noise", 0.9), region("Noise", 0.2), luma=10)),
        (WITH, said(region("Noise", 0.3), level=Level.GOOD, luma=20)),
        (WITH, said(region("Overexposure", 0.9), luma=30)),
        (WITHOUT, said(region("Noise", 0.5), level=Level.EXCELLENT, luma=40)),
        (WITHOUT, said(luma=50)),
        ({"Overexposure": True}, said(region("Noise", 1.0), luma=0)),
    ).found("Noise", seed=1, wished=0.5)
    assert (found.photos, found.positives) == (5, 3)
    # .9 and .3 against .5 and 0, 0 against both: 1 + 1 + 0 + 1 + 0 + 1/2 of 6 pairs.
    assert found.auroc == pytest.approx(3.5 / 6)
    assert (found.recall, found.false_alarms) == (pytest.approx(2 / 3), 0.5)
    assert found.beside == {"mean_luma": 0.0}
    assert (found.levels_with, found.levels_without) == ({"fair": 2, "good": 1}, {"excellent": 1, "fair": 1})
    assert found.chosen is not None
    assert (found.chosen.threshold, found.chosen.recall, found.chosen.false_alarms) == (0.3, pytest.approx(2 / 3), 0.5)
    for low, high in (found.auroc_interval, found.recall_interval, found.false_alarms_interval):
        assert low is not None and high is not None and 0 <= low < high <= 1


def test_a_probability_goes_before_the_confidence_of_a_region() -> None:
    plain = said(region("Noise", 0.2), region("Noise", 0.7), region("Motion blur", None))
    assert presence(plain) == {"Noise": 0.7, "Motion blur": 1.0}
    sure = Chances.model_validate({**plain.model_dump(), "presence": {"Noise": 0.1, "Motion blur": 0.05}})
    assert presence(sure) == {"Noise": 0.1, "Motion blur": 0.05}
    unsure = Chances.model_validate({**said().model_dump(), "presence": {"Noise": 0.4, "Motion blur": 0.2}})
    probable = table((WITH, unsure), (WITHOUT, sure))
    assert probable.probable and not table((WITH, unsure), (WITHOUT, plain)).probable
    found = probable.found("Noise", seed=1)
    assert (found.auroc, found.recall, found.false_alarms) == (1, 0, 1)


def test_groups_are_any_of_their_types() -> None:
    photos = table(
        ({"any blur": True, "any damage": True}, said(region("Motion blur", 0.6))),
        ({"any blur": False, "any damage": True}, said(region("Noise", 0.8))),
        ({"any blur": False, "any damage": False}, said()),
    )
    blur, damage = (photos.found(name, seed=1) for name in ("any blur", "any damage"))
    assert (blur.auroc, blur.recall, blur.false_alarms) == (1, 1, 0)
    assert (damage.photos, damage.positives, damage.auroc, damage.recall, damage.false_alarms) == (3, 2, 1, 1, 0)


def test_one_side_alone_has_no_auroc() -> None:
    found = table((WITHOUT, said(region("Noise", 0.5))), (WITHOUT, said())).found("Noise", seed=1, wished=0)
    assert (found.auroc, found.recall, found.false_alarms) == (None, None, 0.5)
    assert found.chosen is not None and (found.chosen.threshold, found.chosen.recall) == (None, None)
    found = table((WITH, said(region("Noise", 0.5)))).found("Noise", seed=1, wished=0)
    assert (found.auroc, found.recall, found.false_alarms, found.chosen) == (None, 1, None, None)


def test_boxes_are_found_by_regions_of_the_type_that_fit_them() -> None:
    right = Box(x1=0.5, y1=0, x2=1, y2=1)
    found = table(
        (WITH, said(region("Noise", 0.9, LEFT), region("Motion blur", 0.9, right))),
        (WITH, said(region("Noise", 0.9, LEFT), region("Noise", 0.8, LEFT))),
        (WITH, said()),
        boxes={(0, "Noise"): (LEFT, right), (1, "Noise"): (LEFT,)},
    ).found("Noise", seed=1)
    assert (found.boxes, found.boxes_found) == (3, 2)


def bright_is_noisy(request: Request) -> Reply:
    """The embedded checkpoint that sees noise in every photo that is bright, and nothing elsewhere."""
    from standins import nano_says

    if request.choices or request.images[0].convert("L").resize((1, 1)).getpixel((0, 0)) > 100:
        return nano_says(request)
    from idetex_plugin.cards.registry import get_card
    from idetex_plugin.dialects.nano import NanoDialect

    return Reply(NanoDialect(get_card("nano")).render_regions([]))


@pytest.fixture
def photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(6):
        level = 200 if number < 3 else 20
        Image.new("RGB", (64, 48), (level, level, 30 * number)).save(folder / f"{number}.png")
    (folder / "broken.png").write_bytes(b"\x89PNG and no more")
    engine = WindowEngine(answer=bright_is_noisy)
    monkeypatch.setattr("idetex_plugin.assessing.assessor.make_engine", lambda *_, **__: (engine, "it is scripted"))
    return folder


def invoke(labels: Path, *words: Any) -> Any:
    return CliRunner().invoke(app, ["bench", "labelled", "--labels", str(labels), *map(str, words)])


def test_the_command_gives_a_table_and_one_object_a_distortion(photos: Path, tmp_path: Path) -> None:
    labels, out = tmp_path / "labels.csv", tmp_path / "out.json"
    lines = [f"{number}.png,Noise,{int(number in (0, 1, 3))}" for number in range(6)]
    lines += ["0.png,any damage,1", "5.png,any damage,0", "broken.png,Noise,1", "gone.png,Noise,1"]
    labels.write_text("\n".join(["photo,distortion,present", *lines]))
    card = tmp_path / "card.toml"
    write_card(get_card("nano").model_copy(update={"thresholds": {}}), card)
    where = ["--photos", tmp_path, "--photos", photos]
    result = invoke(labels, *where, "--model", card, "--choose-doubt", 0.4, "--json", out)
    assert result.exit_code == 0, result.output
    report = json.loads(out.read_text())
    by_name = {each["distortion"]: each for each in report["distortions"]}
    assert list(by_name) == ["Noise", "any damage"]
    noise = by_name["Noise"]
    assert {key: noise[key] for key in ("photos", "positives", "recall", "false_alarms")} == {
        "photos": 6, "positives": 3, "recall": pytest.approx(2 / 3), "false_alarms": pytest.approx(1 / 3),
    }  # fmt: skip
    assert noise["auroc"] == pytest.approx(2 / 3)
    assert noise["chosen"]["false_alarms"] == pytest.approx(1 / 3)
    assert set(noise["beside"]) >= {"mean_luma", "noise", "sharpness"}
    assert (by_name["any damage"]["recall"], by_name["any damage"]["false_alarms"]) == (1, 0)
    assert (report["photos"], report["missing"]) == (6, ["gone.png"])
    assert list(report["failed"]) == [str(photos / "broken.png")]
    assert "| Noise | 6 | 3 | 0.667" in result.stdout
    assert "gone.png" in result.stderr and "broken.png" in result.stderr


def test_what_labels_imply_counts_when_asked(photos: Path, tmp_path: Path) -> None:
    labels, out = tmp_path / "labels.csv", tmp_path / "out.json"
    labels.write_text("photo,distortion,present\n0.png,Noise,1\n5.png,any damage,0\n")
    for flag, counted in (("--no-implied", 1), ("--implied", 2)):
        assert invoke(labels, "--photos", photos, flag, "--json", out).exit_code == 0
        noise = next(each for each in json.loads(out.read_text())["distortions"] if each["distortion"] == "Noise")
        assert noise["photos"] == counted


def test_the_command_says_what_is_wrong(photos: Path, tmp_path: Path) -> None:
    labels = tmp_path / "labels.csv"
    labels.write_text("photo,distortion,present\n0.png,Fog,1\n")
    result = invoke(labels, "--photos", photos)
    assert result.exit_code == 2 and "labels.csv, line 2: 'Fog' is no distortion" in result.stderr
    labels.write_text("photo,distortion,present\nbroken.png,Noise,1\n")
    result = invoke(labels, "--photos", photos)
    assert result.exit_code == 2 and "none of the 1 labelled photos could be judged" in result.stderr
