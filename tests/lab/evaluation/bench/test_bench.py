"""The bench with a model that knows everything, one that says nothing, and a real one on a few photos."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from idetex_plugin.lab.evaluation.bench.cases import Bench, Case, Set
from idetex_plugin.lab.evaluation.bench.columns import Sheet
from idetex_plugin.lab.evaluation.bench.contact import write_contact
from idetex_plugin.lab.evaluation.bench.image_auroc import telling
from idetex_plugin.lab.evaluation.bench.measures import measures
from idetex_plugin.lab.evaluation.bench.plots import confusion, write_plots
from idetex_plugin.lab.evaluation.bench.report import Report, markdown, rivals_of, rows_of, versions
from idetex_plugin.lab.measures.bootstrap import draws
from idetex_plugin.tasks import rules
from idetex_plugin.words.assessment import Answer, Assessment, PhotoInfo, Quality
from idetex_plugin.words.box import WHOLE
from idetex_plugin.words.card import TASKS
from idetex_plugin.words.failure import OK

DEMO = Path(__file__).parents[4] / "demo"
LIMIT = 12


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench(sorted(DEMO.glob("*.jpg")), seed=3)


@pytest.fixture(scope="module")
def drawn(bench: Bench) -> list[tuple[Case, np.ndarray]]:
    return list(bench.draw(LIMIT))


def oracle(case: Case) -> Assessment:
    answers = tuple(
        Answer(
            name=question.name, question=question.text, options=question.options, choice=truth,
            probabilities={option: float(option == truth) for option in question.options},
        )
        for question, truth in case.asked
    )  # fmt: skip
    level = rules.level_of(case.regions)
    return Assessment(
        photo=PhotoInfo(name="x"), model="oracle", fingerprint="", engine="", tasks=dict.fromkeys(TASKS, OK),
        regions=case.regions, answers=answers, quality=Quality.of({level: 1.0}, level),
    )  # fmt: skip


def silent(case: Case) -> Assessment:
    return oracle(case).model_copy(update={"regions": (), "answers": (), "quality": None})


def sheet_of(drawn: list[tuple[Case, np.ndarray]], say: object) -> Sheet:
    numbered = [(number, case, say(case)) for number, (case, _) in enumerate(drawn)]  # type: ignore[operator]
    return Sheet(numbered[::-1])


def values(sheet: Sheet) -> dict[tuple[str, str], float | None]:
    every = np.ones(len(sheet))
    return {(measure.set, measure.name): measure.statistic(every) for measure in measures(sheet)}


def test_the_seed_decides_every_case(bench: Bench, drawn: list[tuple[Case, np.ndarray]]) -> None:
    again = list(Bench(bench.photographs, seed=3).draw(LIMIT))
    other = list(Bench(bench.photographs, seed=4).draw(LIMIT))
    assert [case for case, _ in again] == [case for case, _ in drawn]
    assert all(np.array_equal(one, two) for (_, one), (_, two) in zip(again, drawn, strict=True))
    assert [case for case, _ in other] != [case for case, _ in drawn]


def test_the_sets_are_what_they_say(drawn: list[tuple[Case, np.ndarray]]) -> None:
    for case, pixels in drawn:
        assert pixels.dtype == np.uint8 and pixels.shape[2] == 3
        most = {Set.SINGLE: 1, Set.MULTI: 3, Set.CLEAN: 0, Set.LADDER: 1}[case.set]
        assert len(case.regions) <= most
        assert all(truth in question.options for question, truth in case.asked)
        assert len({question.name for question in case.questions}) == len(case.asked)
    rungs = [case.rung for case, _ in drawn if case.set is Set.LADDER]
    assert rungs == [0, 1, 2, 3] * (LIMIT // 4)


def test_a_model_that_knows_everything_is_right_everywhere(drawn: list[tuple[Case, np.ndarray]]) -> None:
    for (kind, name), value in values(sheet_of(drawn, oracle)).items():
        if name in ("photos with a region reported", "calibration error of answers (ECE)"):
            assert value == 0, name
        elif name == "mean fall of the score at a step":
            assert value is not None and value > 0
        else:
            assert value in (1, None), (kind, name)


def test_a_silent_model_is_right_nowhere_and_nothing_is_made_up(drawn: list[tuple[Case, np.ndarray]]) -> None:
    found = values(sheet_of(drawn, silent))
    assert found["single", "F1 (type, IoU >= .5)"] == 0
    assert found["single", "precision"] is None
    assert found["all", "level, exact"] == found["all", "questions: overall"] == 0
    assert ("all", "calibration error of answers (ECE)") not in found


def test_recall_of_wholes_and_of_parts_makes_up_recall(drawn: list[tuple[Case, np.ndarray]]) -> None:
    def sees_wholes(case: Case) -> Assessment:
        wholes = tuple(region for region in case.regions if region.box == WHOLE)
        return oracle(case).model_copy(update={"regions": wholes})

    found = {measure.name: measure for measure in measures(sheet_of(drawn, sees_wholes)) if measure.set == Set.SINGLE}
    every = np.ones(len(drawn))
    whole, part, both = (found[f"recall{of}"] for of in (" of whole frames", " of parts of the frame", ""))
    assert (whole.statistic(every), part.statistic(every)) == (1, 0)
    assert both.statistic(every) == whole.of / (whole.of + part.of)


def test_two_models_are_compared_on_the_same_draws(drawn: list[tuple[Case, np.ndarray]]) -> None:
    knows, says_nothing = (list(measures(sheet_of(drawn, say))) for say in (oracle, silent))
    weights = draws(len(drawn), 0, 50)
    rivals = {(rival.set, rival.name): rival for rival in rivals_of(says_nothing, knows, weights)}
    gain = rivals["all", "level, exact"]
    assert (gain.theirs, gain.difference, gain.low, gain.high) == (1, 1, 1, 1)


def test_the_report_holds_every_row(drawn: list[tuple[Case, np.ndarray]], tmp_path: Path) -> None:
    sheet = sheet_of(drawn, oracle)
    rows = rows_of(list(measures(sheet)), draws(len(sheet), 0, 20))
    report = Report(
        command="idetex bench synth", model="oracle", checkpoint="0", engine="none", seed=3, photographs=6,
        cases=len(sheet), failed=0, versions=versions(), rows=rows, skipped={"a.jpg": "is empty"},
    )  # fmt: skip
    text = markdown(report)
    assert all(f"| {row.set} | {row.name} |" in text for row in rows)
    assert "Left out: a.jpg: is empty" in text
    assert Report.model_validate_json(report.model_dump_json()) == report
    assert np.array_equal(np.unique(confusion(sheet)), [0, 1])
    pytest.importorskip("matplotlib")
    assert [path.stat().st_size > 5000 for path in write_plots(sheet, tmp_path)] == [True] * 4


def test_the_contact_sheet_shows_truth_beside_the_answers(
    bench: Bench, drawn: list[tuple[Case, np.ndarray]], tmp_path: Path
) -> None:
    def apart(say: object) -> float:
        sheet = np.asarray(Image.open(write_contact(bench, sheet_of(drawn, say), tmp_path)), np.int16)
        cells = sheet.reshape(-1, 296, 6, 300, 3)[:, :220]
        return float((np.abs(cells[:, :, ::2] - cells[:, :, 1::2]) > 80).mean())

    assert 10 * apart(oracle) < apart(silent)


def test_a_baseline_gets_the_better_direction(drawn: list[tuple[Case, np.ndarray]]) -> None:
    sheet = sheet_of(drawn, oracle)
    used = sheet.of(Set.SINGLE, Set.CLEAN)
    damaged = np.array([bool(case.regions) for case in sheet.cases])[used]
    made_up = {"worse": np.zeros(len(damaged)), "better": -1.0 * damaged}
    rows = {row.name: row for row in telling(sheet, {"made up": made_up})}
    assert rows["any damage"].others["made up"] == (1, "better")
    assert rows["any damage"].ours == 1


def test_a_photograph_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff broken")
    bench = Bench([tmp_path / "broken.jpg", *sorted(DEMO.glob("*.jpg"))[:1]], seed=0)
    cases = list(bench.draw(2))
    assert list(bench.skipped) == [tmp_path / "broken.jpg"]
    assert len(cases) == 3
    with pytest.raises(ValueError, match="no photographs"):
        Bench([], seed=0)
