"""What people say and do, against everything that runs do afterwards: nothing human is ever lost."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fiftyone as fo
import pytest
from standins import WindowEngine, nano_says, write_photos

from idetex_fiftyone import (
    accept,
    assess,
    correct,
    delete_run,
    draw,
    finish,
    judge,
    reject,
    rename,
    runs,
    undo,
)  # fmt: skip
from idetex_plugin.cards.registry import get_card
from idetex_plugin.dialects.nano import DETECT, LOCATE, NanoDialect
from idetex_plugin.words.assessment import Region
from idetex_plugin.words.box import Box
from idetex_plugin.words.request import Reply, Request
from idetex_plugin.words.vocabulary import Severity

OTHER = Region(distortion="Underexposure", severity=Severity.MINOR, box=Box(x1=0.5, y1=0, x2=1, y2=0.4), effect="Dark.")
DRAWN = [0.6, 0.1, 0.2, 0.3]
MOVED = [0.1, 0.3, 0.3, 0.6]


def other_says(request: Request) -> Reply:
    """A model that finds something else."""
    if request.choices or request.prompt.startswith(LOCATE):
        return nano_says(request)
    found = NanoDialect(get_card("nano")).render_regions([OTHER])
    return Reply(found) if request.prompt == DETECT else nano_says(request)


def ids(photo: Any, run: str = "idetex") -> list[str]:
    return photo.values(f"{run}_regions.detections.id", unwind=True)


def in_the_runs_field(change: Callable[[Any, Any], None]) -> Callable[[Any], None]:
    """An edit as the App's Annotate tab makes it, but in the field of the run."""

    def edit(photo: Any) -> None:
        sample = photo.first()
        change(sample, sample.idetex_regions.detections[0])
        sample.save()

    return edit


def move(sample: Any, found: Any) -> None:
    found.bounding_box = MOVED


def rename_by_hand(sample: Any, found: Any) -> None:
    found.label = "Low clarity"


def soften(sample: Any, found: Any) -> None:
    found.severity = "Minor"


def delete(sample: Any, found: Any) -> None:
    sample.idetex_regions.detections = []


def add(sample: Any, found: Any) -> None:
    sample.idetex_regions.detections.append(fo.Detection(label="scratch", bounding_box=DRAWN))


def level(sample: Any, found: Any) -> None:
    sample.idetex_level.label = "good"


def annotate(sample: Any, found: Any) -> None:
    found["ticket"] = "A-17"
    found.tags.append("look again")


def in_the_truth(photo: Any) -> None:
    """Draw and move with the App in the field that is meant for it."""
    accept(photo)
    sample = photo._root_dataset[photo.first().id]
    sample.reload()
    sample.idetex_truth.detections.append(fo.Detection(label="Noise", bounding_box=DRAWN))
    sample.idetex_truth.detections[0].bounding_box = MOVED
    sample.save()


@dataclass(frozen=True)
class Edit:
    """What a person does to a photo, and what must be there ever after: regions, verdicts, level and state."""

    do: Callable[[Any], Any]
    regions: list[tuple[str, str | None, list[float]]]
    verdicts: list[str]
    level: str | None = None
    state: str | None = "partly"
    more: str | None = None


NOISE = ("Noise", "Severe", [0.0, 0.25, 0.5, 0.75])
SOFT = ("Noise", "Minor", NOISE[2])
EDITS = {
    "accept": Edit(accept, [NOISE], ["accepted"]),
    "reject": Edit(reject, [], ["rejected"]),
    "relabel twice": Edit(
        lambda photo: [correct(photo, ids(photo), label=label) for label in ("Low clarity", "Edge aliasing effect")],
        [("Edge aliasing effect", *NOISE[1:])], ["corrected"],
    ),
    "severity": Edit(lambda photo: correct(photo, ids(photo), severity="Minor"), [SOFT], ["corrected"]),
    "box": Edit(lambda photo: correct(photo, ids(photo), box=MOVED), [(*NOISE[:2], MOVED)], ["corrected"]),
    "draw": Edit(lambda photo: draw(photo, photo.first().id, "scratch", DRAWN), [("scratch", None, DRAWN)], []),
    "draw and move in the App": Edit(in_the_truth, [("Noise", None, DRAWN), (*NOISE[:2], MOVED)], ["accepted"]),
    "level": Edit(lambda photo: judge(photo, "fair"), [], [], level="fair"),
    "nothing is wrong": Edit(lambda photo: finish(photo, reject_rest=True), [], ["rejected"], state="fully"),
    "nothing more is wrong": Edit(lambda photo: (accept(photo), finish(photo)), [NOISE], ["accepted"], state="fully"),
    "undo": Edit(lambda photo: (reject(photo), undo(photo)), [], [], state=None),
    "move the run's box": Edit(in_the_runs_field(move), [(*NOISE[:2], MOVED)], ["corrected"]),
    "rename the run's box": Edit(in_the_runs_field(rename_by_hand), [("Low clarity", *NOISE[1:])], ["corrected"]),
    "soften the run's box": Edit(in_the_runs_field(soften), [SOFT], ["corrected"]),
    "delete the run's box": Edit(in_the_runs_field(delete), [], ["rejected"]),
    "draw among the run's boxes": Edit(in_the_runs_field(add), [("scratch", None, DRAWN)], []),
    "change the run's level": Edit(in_the_runs_field(level), [], [], level="good"),
    "add to the run's box": Edit(in_the_runs_field(annotate), [], ["noted"], state=None, more="A-17"),
    "nothing": Edit(lambda photo: None, [], [], state=None),
}  # fmt: skip
ASKED: dict[str, Any] = {"tasks": ("grounding", "perception"), "questions": ()}


def same_model(dataset: Any, engine: WindowEngine) -> None:
    for _ in range(2):
        assess(dataset, **ASKED, engine=engine, only_new=False, progress=False)


def other_model(dataset: Any, engine: WindowEngine) -> None:
    engine.answer = other_says
    assess(dataset, **ASKED, engine=engine, only_new=False, progress=False)
    assert dataset.distinct("idetex_regions.detections.label") == [OTHER.distortion]


def deleted_run(dataset: Any, engine: WindowEngine) -> None:
    delete_run(dataset, "idetex")
    assert not dataset.has_sample_field("idetex_regions")
    assess(dataset, **ASKED, engine=engine, progress=False)


def renamed_run(dataset: Any, engine: WindowEngine) -> None:
    rename(dataset, "idetex", "first")
    assess(dataset, "first", **ASKED, engine=engine, only_new=False, progress=False)
    assert list(runs(dataset)) == ["first"]


def killed_run(dataset: Any, engine: WindowEngine) -> None:
    engine.dies_after, engine.slots = len(engine.asked) + len(EDITS) // 2, 1
    with pytest.raises(RuntimeError, match="out of memory"):
        assess(dataset, **ASKED, engine=engine, only_new=False, progress=False)
    engine.dies_after = None
    assess(dataset, **ASKED, engine=engine, only_new=False, progress=False)


def made(folder: Path, engine: WindowEngine) -> Any:
    """An assessed dataset of one photo for each edit."""
    dataset = fo.Dataset()
    dataset.add_samples([fo.Sample(filepath=str(path)) for path in write_photos(folder, len(EDITS))], progress=False)
    assess(dataset, **ASKED, engine=engine, progress=False)
    return dataset


@pytest.fixture(
    scope="module", params=[same_model, other_model, deleted_run, renamed_run, killed_run],
    ids=lambda again: again.__name__,
)  # fmt: skip
def after(request: pytest.FixtureRequest, mongo: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Every edit was done to a photo of its own, and then a run did what runs do."""
    engine = WindowEngine(answer=nano_says)
    dataset = made(tmp_path_factory.mktemp("photos"), engine)
    for number, edit in enumerate(EDITS.values()):
        edit.do(dataset.skip(number).limit(1))
    dataset.reload()
    request.param(dataset, engine)
    dataset.reload()
    yield dataset
    dataset.delete()


@pytest.mark.parametrize("name", EDITS)
def test_no_run_loses_what_a_person_did(after: Any, name: str) -> None:
    edit = EDITS[name]
    sample = after.skip(list(EDITS).index(name)).first()
    found = sample.idetex_truth.detections if sample.idetex_truth else []
    said = sorted((each.label, str(each.get_attribute_value("severity", None)), each.bounding_box) for each in found)
    assert said == [(label, str(severity), pytest.approx(box, abs=0.01)) for label, severity, box in edit.regions]
    review = sample.idetex_review
    decisions = review.details["decisions"] if review else []
    assert [each["verdict"] for each in decisions] == edit.verdicts
    assert (review and review.level, review and review.state) == (edit.level, edit.state)
    if edit.more:
        assert (decisions[0]["more"]["ticket"], decisions[0]["more"]["tags"]) == (edit.more, ["look again"])
