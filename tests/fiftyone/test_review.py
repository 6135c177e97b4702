"""What reviewers do, one at a time and at once, and how it is taken back."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import fiftyone as fo
import pytest
from bson import ObjectId
from fiftyone import ViewField as F
from standins import WindowEngine

from idetex_fiftyone import (
    Review,
    accept,
    assess,
    correct,
    draw,
    figures,
    finish,
    judge,
    migrate,
    reject,
    reset,
    runs,
    truths,
    undo,
)  # fmt: skip

ROOT = Path(__file__).parents[2]
TRIES = 20
BOX = [0.6, 0.1, 0.2, 0.3]


@pytest.fixture
def assessed(dataset: Any, engine: WindowEngine) -> Any:
    assess(dataset, tasks=("grounding", "perception"), questions=(), progress=False)
    return dataset


def ids(samples: Any) -> list[str]:
    return samples.values("idetex_regions.detections.id", unwind=True)


def said(dataset: Any) -> list[Any]:
    """Both fields of every photo, without the notes of what was done."""
    found = []
    for row in dataset._sample_collection.find({}, {"idetex_truth": 1, "idetex_review": 1}):
        review = row.get("idetex_review") or {}
        decisions = review.get("details", {}).get("decisions") or []
        regions = (row.get("idetex_truth") or {}).get("detections") or []
        found.append((regions, decisions, review.get("state"), review.get("level")))
    return found


def verdicts(dataset: Any) -> dict[str, int]:
    counts: dict[str, int] = {}
    for (_, _, what), count in figures(dataset, "idetex").regions.items():
        counts[what] = counts.get(what, 0) + count
    return counts


def test_bulk_acts_only_on_what_waits(assessed: Any) -> None:
    first, second, *_ = ids(assessed)
    assert str(reject(assessed, ids=[first])) == "rejected: 1 region of 1 photo"
    correct(assessed, [second], severity="Minor")
    done = accept(assessed)
    assert (done.regions, done.photos, done.left) == (4, 4, 2)
    assert verdicts(assessed) == {"rejected": 1, "corrected": 1, "accepted": 4}
    assert accept(assessed).regions == 0


def test_the_same_answer_again_is_no_action(assessed: Any) -> None:
    first, second, third, *_ = ids(assessed)
    answers = (
        lambda: accept(assessed, ids=[first]),
        lambda: reject(assessed, ids=[second]),
        lambda: correct(assessed, [third], label="Low clarity"),
    )
    for answer in answers:
        assert (answer().regions, answer().regions, answer().photos) == (1, 0, 0)
    for _ in answers:
        undo(assessed)
    assert verdicts(assessed) == {"waiting": 6} and undo(assessed) is None


def test_hidden_regions_are_not_touched(assessed: Any) -> None:
    hidden = assessed.filter_labels("idetex_regions", F("label") == "Edge aliasing effect")
    assert accept(hidden).regions == 0
    assert accept(assessed[4:]).regions == 2
    assert accept(assessed[:3].to_patches("idetex_regions")[:1]).regions == 1
    assert verdicts(assessed) == {"accepted": 3, "waiting": 3}
    assert len(ids(assessed)) == 6


ACTIONS = {
    "accept one": lambda dataset: accept(dataset, ids=ids(dataset)[:1]),
    "accept all": accept,
    "reject all": reject,
    "reject what was accepted": lambda dataset: reject(dataset, ids=ids(dataset)[4:5]),
    "accept what was rejected": lambda dataset: accept(dataset, ids=ids(dataset)[5:]),
    "relabel": lambda dataset: correct(dataset, ids(dataset)[:1], label="Low clarity"),
    "severity": lambda dataset: correct(dataset, ids(dataset)[4:5], severity="Minor"),
    "box": lambda dataset: correct(dataset, ids(dataset)[:1], box=BOX),
    "draw": lambda dataset: draw(dataset, dataset.first().id, "Noise", BOX, "Severe"),
    "level": lambda dataset: judge(dataset, "fair"),
    "another level": lambda dataset: judge(dataset[4:], "good"),
    "nothing more is wrong": lambda dataset: finish(dataset[4:]),
    "nothing is wrong": lambda dataset: finish(dataset, reject_rest=True),
    "open again": lambda dataset: Review(dataset).reopen([dataset.last().id]),
    "reset": reset,
}


@pytest.mark.parametrize("name", ACTIONS)
def test_every_action_is_undone(assessed: Any, name: str) -> None:
    accept(assessed[4:5])
    reject(assessed[5:])
    judge(assessed[5:], "bad")
    finish(assessed[5:])
    before = said(assessed)
    action = ACTIONS[name](assessed)
    assert action.photos and said(assessed) != before
    undone = undo(assessed)
    assert undone is not None and (undone.id, undone.photos, undone.left) == (action.id, action.photos, 0)
    assert said(assessed) == before


def test_all_actions_are_undone_one_after_the_other(assessed: Any) -> None:
    empty = said(assessed)
    for work in ACTIONS.values():
        work(assessed)
    while undo(assessed):
        pass
    assert said(assessed) == empty
    assert verdicts(assessed) == {"waiting": 6}


def test_the_last_action_is_found_whatever_was_changed_since(assessed: Any) -> None:
    first = accept(assessed[:1])
    last = accept(assessed[1:2])
    others = accept(assessed[2:4], by="somebody else")
    photos = assessed._sample_collection
    photos.update_one({"_id": ObjectId(assessed.first().id)}, {"$set": {"last_modified_at": datetime.now(UTC)}})
    slow = datetime.now(UTC) - timedelta(minutes=5)  # the clock of whoever changed it last
    photos.update_one({"_id": ObjectId(assessed[1:2].first().id)}, {"$set": {"last_modified_at": slow}})
    assert [undo(assessed).id for _ in range(2)] == [last.id, first.id]  # type: ignore[union-attr]
    assert undo(assessed) is None
    assert undo(assessed, by="somebody else").touched == tuple(sorted(assessed[2:4].values("id")))  # type: ignore[union-attr]
    assert others.photos == 2


def test_what_others_changed_since_is_not_undone(assessed: Any) -> None:
    mine = accept(assessed, by="me")
    reject(assessed, ids=ids(assessed)[:1], by="you")
    undone = undo(assessed, mine.id)
    assert undone is not None and (undone.regions, undone.left) == (5, 1)
    assert verdicts(assessed) == {"rejected": 1, "waiting": 5}
    assert undo(assessed, by="nobody") is None


def test_a_photo_is_finished_when_nothing_waits_in_it(assessed: Any) -> None:
    done = finish(assessed[:2])
    assert (done.photos, done.left) == (0, 2)
    accept(assessed[:1])
    assert finish(assessed[:2]).photos == 1
    assert figures(assessed, "idetex").reviewed == {"fully": 1, "": 5}
    empty = assessed.exclude(assessed.first().id).values("id")[0]
    assessed.set_values("idetex_regions", {empty: fo.Detections()}, key_field="id")
    assert finish(assessed.select(empty)).photos == 1


def test_who_and_when_are_kept(assessed: Any) -> None:
    accept(assessed[:1], by="ada")
    judge(assessed[:1], "poor", by="bob")
    sample = assessed.reload() or assessed.first()
    [decision] = sample.idetex_review.details["decisions"]
    assert (decision["by"], decision["run"], decision["label"], decision["severity"]) == (
        "ada", "idetex", "Noise", "Severe"
    )  # fmt: skip
    assert (sample.idetex_review.by, sample.idetex_review.level, sample.idetex_review.state) == (
        "bob", "poor", "partly"
    )  # fmt: skip
    [region] = sample.idetex_truth.detections
    assert (region.origin, region.prediction, region.by, region.confidence) == (
        "accepted", decision["prediction"], "ada", None
    )  # fmt: skip
    assert decision["at"] <= sample.idetex_review.at


@pytest.mark.parametrize("wrong", [{"label": " "}, {"severity": "Awful"}, {"box": [0.5, 0.5, 0.9, 0.1]}])
def test_what_no_region_can_be_is_refused(assessed: Any, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"name|Awful|less than or equal to 1"):
        correct(assessed, ids(assessed)[:1], **wrong)
    with pytest.raises(ValueError, match="not a valid Level"):
        judge(assessed, "splendid")
    with pytest.raises(ValueError, match="no run 'none'"):
        accept(assessed, "none")


def test_the_app_can_draw_in_the_truth_and_names_are_kept_apart(assessed: Any) -> None:
    accept(assessed[:1], name="second")
    accept(assessed[:2])
    assert truths(assessed) == ["second", "idetex"]
    assert figures(assessed, "idetex", "second").decided == 1
    assert set(assessed.active_label_schemas) == {"second_truth", "idetex_truth"}
    assessed.generate_label_schemas()
    assessed.add_sample_field("theirs_truth", fo.StringField)
    with pytest.raises(ValueError, match="theirs_truth"):
        accept(assessed, name="theirs")


def legacy(dataset: Any) -> None:
    """The dataset as the version before the truth would have left it."""
    for sample in dataset:
        sample.idetex_status.written = None
        sample.save()
    first, second, third, fourth, fifth, sixth = dataset
    first.idetex_regions.detections[0].tags = ["accepted", "mine"]
    second.idetex_regions.detections[0].tags = ["rejected"]
    third.idetex_regions.detections[0].tags = ["accepted"]
    third.idetex_regions.detections[0].label = "Low clarity"
    third.idetex_regions.detections[0]["relabelled_from"] = "Noise"
    fourth.idetex_regions.detections.append(fo.Detection(label="scratch", bounding_box=BOX, tags=["accepted"]))
    fifth.idetex_level.label = "good"
    for sample in (first, second, third, fourth, fifth, sixth):
        sample.save()


def test_tags_of_earlier_versions_move_to_the_truth(assessed: Any) -> None:
    legacy(assessed)
    counts = migrate(assessed)
    assert counts.pop("photos") == 5
    assert counts == {"accepted": 1, "rejected": 1, "corrected": 1, "drawn": 1, "levels": 1}
    assessed.reload()
    assert verdicts(assessed) == {"accepted": 1, "rejected": 1, "corrected": 1, "waiting": 3}
    assert assessed.count_values("idetex_regions.detections.label") == {"Noise": 6}
    assert assessed.count_label_tags("idetex_regions") == {"mine": 1}
    assert assessed.count_values("idetex_truth.detections.label") == {"Noise": 1, "Low clarity": 1, "scratch": 1}
    assert assessed.values("idetex_review.level") == [None, None, None, None, "good", None]
    assert set(assessed.values("idetex_level.label")) == {"bad"}
    before = said(assessed)
    assert not migrate(assessed)
    assert said(assessed) == before


def test_tags_of_earlier_versions_survive_a_run(assessed: Any) -> None:
    legacy(assessed)
    assess(assessed, tasks=("grounding", "perception"), questions=(), only_new=False, progress=False)
    assessed.reload()
    assert verdicts(assessed) == {"accepted": 1, "rejected": 1, "corrected": 1, "waiting": 3}
    assert runs(assessed).keys() == {"idetex"}


REVIEWER = """
import sys, fiftyone as fo
from idetex_fiftyone import Review
dataset, me, verdict = fo.load_dataset(sys.argv[1]), sys.argv[2], sys.argv[3]
review = Review(dataset, by=me)
run = "idetex"
samples, regions = dataset.values(["id", f"{run}_regions.detections.id"])
print("ready", flush=True)
for name in map(str.strip, sys.stdin):
    done = 0
    for sample, found in zip(samples, regions):
        for region in found:
            done += review.say({sample: [region]}, run, verdict).regions
        review.level([sample], "fair")
    print(done, flush=True)
"""


def test_two_reviewers_at_once_lose_no_decision(dataset: Any, engine: WindowEngine) -> None:
    assess(dataset, tasks=("grounding", "perception"), questions=(), progress=False)
    dataset.persistent = True
    Review(dataset)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "integrations")))}
    both = [
        subprocess.Popen(
            [sys.executable, "-c", REVIEWER, dataset.name, me, verdict], env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )
        for me, verdict in (("ada", "accepted"), ("bob", "rejected"))
    ]  # fmt: skip
    for process in both:
        assert process.stdout.readline() == "ready\n"
    for _ in range(TRIES):
        dataset._sample_collection.update_many({}, {"$set": {"idetex_review": None, "idetex_truth": None}})
        for process in both:
            process.stdin.write("go\n")
            process.stdin.flush()
        ada, bob = (int(process.stdout.readline()) for process in both)
        assert ada + bob == len(ids(dataset))
        decisions = [each for _, found, _, _ in said(dataset) for each in found]
        assert sorted(each["prediction"] for each in decisions) == sorted(ids(dataset))
        assert [each["verdict"] for each in decisions].count("accepted") == ada
        assert sum(len(regions) for regions, *_ in said(dataset)) == ada
        rows = dataset._sample_collection.find({}, {"idetex_review": 1})
        entries = [entry for row in rows for entry in row["idetex_review"]["details"]["history"]]
        assert len([entry for entry in entries if entry["what"] in ("accepted", "rejected")]) == len(decisions)
    for process in both:
        process.communicate()
