"""How the challenge's scorer takes a file apart: which items are one, in which order boxes count.

The same class, Noise, is true of the whole of every image. Right and wrong boxes differ in size alone.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from idetex_plugin.lab.evaluation.mipi.score import MipiScore, score

RIGHT, WRONG = [0, 0, 1000, 1000], [0, 0, 10, 10]
DETECTION, REGION = "distortion-detection", "region-perception"
ORGANISERS = Path(__file__).parents[5] / "shared" / "mipi"
Item = dict[str, Any]


def answer(number: int, image: str, kind: str, *boxes: list[int], name: str = "Noise") -> Item:
    places = [{"distortion": name, "coordinates": each} for each in boxes]
    return {"id": number, "image": image, "question_type": kind, "distortions": places}


def true(image: str, *boxes: Item) -> Item:
    return {"image": image, "level": "fair", "distortions": list(boxes) or [noise()]}


def noise(**more: Any) -> Item:
    return {"distortion": "Noise", "coordinates": RIGHT, **more}


def scored(folder: Path, truth: list[Item], truth_name: str = "bench_metadata.json", **said: list[Item]) -> MipiScore:
    files = {f"true/{truth_name}": truth} | {f"said/{name}.json": items for name, items in said.items()}
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(json.dumps(content))
    return score(folder / "said", folder / "true")


def test_an_id_is_one_within_its_question_type_and_image_only(tmp_path: Path) -> None:
    grounding = [
        answer(0, "a", REGION, WRONG),
        answer(0, "a", DETECTION, RIGHT),
        answer(0, "b", DETECTION, RIGHT),
        answer(0, "b", DETECTION, WRONG),
    ]
    result = scored(tmp_path, [true("a"), true("b")], grounding=grounding)
    # a's wrong, a's right, b's right: precision 1/2, then 2/3.
    assert result.terms["distortion mAP"] == pytest.approx(2 / 3, abs=1e-15)
    (refusal,) = result.refusals
    assert refusal.item == "0"
    assert "a second item with this id, question_type, image" in refusal.problem


def test_all_boxes_of_an_image_count_before_those_of_the_next(tmp_path: Path) -> None:
    grounding = [
        answer(0, "a", REGION, RIGHT),
        answer(1, "b", REGION, RIGHT),
        answer(0, "a", DETECTION, WRONG),
    ]
    result = scored(tmp_path, [true("a"), true("b")], grounding=grounding)
    # a right, a wrong, b right: half the recall at precision 1, half at 2/3. In the order of the file it would be 1.
    assert result.terms["distortion mAP"] == pytest.approx(1 / 2 + 1 / 2 * 2 / 3, abs=1e-15)


def test_an_image_comes_where_it_first_has_a_box_and_not_where_it_is_first_named(tmp_path: Path) -> None:
    grounding = [
        answer(0, "a", REGION),
        answer(1, "b", REGION, RIGHT),
        answer(0, "a", DETECTION, WRONG),
    ]
    result = scored(tmp_path, [true("a"), true("b")], grounding=grounding)
    # b right, a wrong: half the recall at precision 1. With a first it would be 1/4.
    assert result.terms["distortion mAP"] == pytest.approx(1 / 2, abs=1e-15)


def test_boxes_that_deny_a_distortion_are_passed_over_in_regions_and_a_class_in_the_whole(tmp_path: Path) -> None:
    denial = {"distortion": "No distortion", "coordinates": RIGHT}
    grounding = [answer(0, "a", REGION, RIGHT), answer(1, "a", REGION, RIGHT, name="No distortion")]
    regions = scored(tmp_path, [true("a", noise(), denial)], "reg-p_bench.json", grounding=grounding)
    assert regions.terms["region mAP"] == 1
    whole = scored(tmp_path, [true("a")], grounding=grounding)
    assert whole.terms["distortion mAP"] == 1 / 2


def test_an_empty_box_gives_way_to_the_next_of_its_names(tmp_path: Path) -> None:
    said = answer(0, "a", DETECTION)
    said["distortions"] = [{"distortion": "Noise", "coordinates": [], "pred_coords": None, "coords": RIGHT}]
    assert scored(tmp_path, [true("a")], grounding=[said]).terms["distortion mAP"] == 1


def test_swapped_corners_are_a_wrong_box(tmp_path: Path) -> None:
    grounding = [answer(0, "a", DETECTION, [0, 1000, 1000, 0], RIGHT)]
    assert scored(tmp_path, [true("a")], grounding=grounding).terms["distortion mAP"] == 1 / 2


def test_names_in_descriptions_are_compared_without_case_underscores_and_blanks_around(tmp_path: Path) -> None:
    box = {"distortion": " Low_Clarity ", "coordinates": RIGHT}
    said = {"id": 0, "image": "a", "all_distortions": [box], "key_distortions": [box], "image_quality": "fair"}
    truth = {"distortion": "Low clarity", "coordinates": RIGHT}
    result = scored(tmp_path, [true("a", truth)], description=[said])
    assert result.terms["description mAP"] == result.terms["key distortion accuracy"] == 1


def test_every_box_is_a_key_where_none_has_a_significance(tmp_path: Path) -> None:
    box = noise()
    said = {"id": 0, "image": "a", "all_distortions": [box], "key_distortions": [box], "image_quality": "fair"}
    assert scored(tmp_path, [true("a")], description=[said]).terms["key distortion accuracy"] == 1
    negative = true("a", noise(significance_score=-1), {**noise(), "coordinates": WRONG})
    assert scored(tmp_path, [negative], description=[said]).terms["key distortion accuracy"] == 0


@pytest.mark.skipif(not ORGANISERS.is_dir(), reason="the organisers' example files are not here")
def test_the_organisers_own_files_score_what_their_scorer_says() -> None:
    result = score(ORGANISERS / "submission", ORGANISERS / "truth")
    assert result.terms["distortion mAP"] == pytest.approx(0.10760357812334198, abs=1e-12)
    assert result.terms["description mAP"] == pytest.approx(0.14579921152425257, abs=1e-12)
    assert result.terms["key distortion accuracy"] == pytest.approx(0.4170984455958549, abs=1e-12)
    assert result.terms["image quality accuracy"] == pytest.approx(0.7647058823529411, abs=1e-12)
