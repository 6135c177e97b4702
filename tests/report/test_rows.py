import json

import pytest

from idetex_plugin.photo.measures import MEASURES
from idetex_plugin.report.embed import script_json
from idetex_plugin.report.pictures import ShownPhoto
from idetex_plugin.report.rows import Rows
from idetex_plugin.words.assessment import Region
from idetex_plugin.words.box import Box
from idetex_plugin.words.vocabulary import VIDA, Severity
from tests.made_up import half_failed, judged, many, unreadable

PICTURE = ShownPhoto(1200, 800, thumbnail="x.jpg")


def test_a_row_says_everything_of_a_region() -> None:
    region = Region(
        distortion="Noise", severity=Severity.SEVERE, box=Box(x1=0.1, y1=0.2, x2=0.30004, y2=0.4),
        confidence=0.87654, effect="Grain.",
    )
    row = Rows(VIDA).row(judged("a.jpg", regions=(region,)), PICTURE)
    assert row["regions"] == [
        {"type": 9, "severity": "Severe", "box": [0.1, 0.2, 0.3, 0.4], "place": "top left", "confidence": 0.8765,
         "effect": "Grain."}
    ]


def test_types_that_may_be_there_are_said_the_likeliest_first() -> None:
    shares = {"Noise": 0.30004, "Low clarity": 0.0499, "Motion blur": 0.62}
    row = Rows(VIDA).row(judged("a.jpg").model_copy(update={"presence": shares}), PICTURE)
    assert row["presence"] == [[VIDA.names.index("Motion blur"), 0.62], [VIDA.names.index("Noise"), 0.3]]
    assert Rows(VIDA).row(judged("a.jpg"), PICTURE)["presence"] == []


def test_unknown_stays_unknown() -> None:
    region = Region(distortion="Noise", severity=None, box=Box(x1=0, y1=0, x2=1, y2=1))
    whole = judged("a.jpg", regions=(region,))
    assert whole.quality is not None
    bare = whole.quality.model_copy(update={"score": None, "probabilities": {}})
    row = Rows(VIDA).row(whole.model_copy(update={"quality": bare}), PICTURE)
    assert row["regions"][0]["severity"] is None
    assert row["regions"][0]["confidence"] is None
    assert row["level"] == bare.level
    assert row["score"] is None
    assert row["levels"] is None


def test_a_failed_photo_has_its_reason_and_no_result() -> None:
    row = Rows(VIDA).row(unreadable("a.jpg"), ShownPhoto(None, None, missing="gone"))
    assert row["state"] == "failed"
    assert row["failure"] == ["truncated", "The file ends early."]
    assert row["tasks"]["grounding"] == ["failed", "truncated", "The file ends early."]
    assert (row["level"], row["score"], row["description"], row["regions"]) == (None, None, None, [])


def test_a_failed_task_keeps_the_results_of_the_others() -> None:
    row = Rows(VIDA).row(half_failed("a.jpg"), PICTURE)
    assert row["state"] == "failed"
    assert row["failure"] is None
    assert row["tasks"]["grounding"][:2] == ["failed", "unparseable"]
    assert row["level"]


def test_questions_and_models_are_said_once() -> None:
    rows = Rows(VIDA)
    made = [rows.row(one, PICTURE) for one in many(200)]
    shared = rows.shared()
    assert len(shared["questions"]) == 3
    assert shared["models"] == [{"model": "nano", "fingerprint": "5f2c9d01aa37c1e4", "engine": "vllm"}]
    for row in made:
        for number, choice, shares in row["answers"]:
            assert 0 <= choice < len(shared["questions"][number]["options"]) == len(shares)


def test_rows_are_json() -> None:
    rows = Rows(VIDA)
    for one in many(100):
        row = rows.row(one, PICTURE)
        assert json.loads(script_json(row)) == json.loads(json.dumps(row))


def test_kind_and_thoughts_are_told_each_once() -> None:
    plain = judged("a.jpg")
    thoughts = {"grounding": "Grain.", "perception": "Soft.", "description": "Grain."}
    info = plain.photo.model_copy(update={"kind": "graphic"})
    row = Rows(VIDA).row(plain.model_copy(update={"photo": info, "reasoning": thoughts}), PICTURE)
    assert row["kind"] == "graphic"
    assert row["reasoning"] == [["grounding, description", "Grain."], ["perception", "Soft."]]
    assert Rows(VIDA).row(plain, PICTURE)["reasoning"] == []


def test_measures_stand_in_one_order_and_strangers_come_last() -> None:
    rows = Rows(VIDA)
    plain = judged("a.jpg")
    more = plain.model_copy(update={"measures": {"my_own": 12.34567, "noise": 0.123456}})
    bare = plain.model_copy(update={"measures": {}})
    first, second, third = (rows.row(one, PICTURE)["measures"] for one in (plain, more, bare))
    about = rows.shared()["measures"]
    assert [each["name"] for each in about] == [*(each.name for each in MEASURES), "my_own"]
    assert (about[-1]["title"], about[5]["title"]) == ("My own", "Noise")
    assert first == [pytest.approx(plain.measures[each.name], rel=1e-3) for each in MEASURES]
    assert second == [0.1235 if name == "noise" else None for name in (each.name for each in MEASURES)] + [12.35]
    assert third == []
