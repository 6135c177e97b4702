"""A submission of seven images worked out by hand; every quirk of the challenge's rules comes up in it."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from idetex_plugin.cli.app import app
from idetex_plugin.lab.evaluation.mipi.files import MipiError
from idetex_plugin.lab.evaluation.mipi.score import TERMS, score
from idetex_plugin.lab.evaluation.mipi.terms import Mode

WHOLE = [0, 0, 1000, 1000]


def box(name: str, coordinates: list[float], **more: Any) -> dict[str, Any]:
    return {"distortion": name, "coordinates": coordinates, **more}


def written(name: str, *corners: list[int]) -> str:
    boxes = "".join("<|box_start|>({},{}),({},{})<|box_end|>".format(*each) for each in corners)
    return f"<|object_ref_start|>{name}<|object_ref_end|>{boxes}"


METADATA = [
    {"image": "a", "level": "fair", "distortions": [
        box("Noise", WHOLE, significance_score=3), box("Overexposure", [100, 100, 300, 300], significance_score=1)]},
    {"image": "b", "level": "poor", "distortions": [
        box("Noise", [0, 0, 500, 500], significance_score=2), box("Noise", [0, 0, 500, 400], significance_score=1)]},
    {"image": "c", "level": "good", "distortions": [
        box("Blocking artifacts", [0, 0, 1000, 500], significance_score=1)]},
    {"image": "d", "level": "excellent", "distortions": []},
    {"image": "e", "level": "fair", "distortions": [box("Low clarity", WHOLE, significance_score=2)]},
    {"image": "f", "level": "bad", "distortions": [
        box("Underexposure", [500, 500, 1000, 1000], significance_score=5)]},
]  # fmt: skip
REGIONS = [
    {"image": "f", "distortions": [box("Underexposure", [500, 500, 1000, 1000])]},
    {"image": "a", "distortions": [box("Noise", [0, 0, 200, 400])]},
]
QUESTIONS = [{"id": f"q{number}", "correct_ans": answer} for number, answer in enumerate("bacad", 1)]


def detection(image: str, *boxes: dict[str, Any]) -> dict[str, Any]:
    return {"id": f"det-{image}", "image": image, "question_type": "distortion-detection", "distortions": list(boxes)}


def region(image: str, reply: str) -> dict[str, Any]:
    return {"id": f"reg-{image}", "image": image, "question_type": "region-perception", "pred_ans": reply}


GROUNDING = [
    # A wrong Noise stands before the right ones: the order of the file decides, unless confidences are asked.
    detection("c", box("Noise", [900, 900, 1000, 1000], confidence=0.1), box("Blocking artifact", [0, 0, 1000, 500])),
    # IoU exactly .5 is enough.
    detection("a", box("Noise", WHOLE), box("Overexposure", [100, 100, 300, 200])),
    # The second looks at the taken truth only, though the other one would do at IoU .82.
    detection("b", box("Noise", [0, 0, 500, 500]), box("Noise", [0, 0, 500, 490])),
    detection("d"),
    # A duplicate is wrong.
    detection("e", box("Low clarity", WHOLE), box("Low clarity", WHOLE)),
    # A class that is never true counts 0.
    detection("f", box("Motion blur", [0, 0, 10, 10])),
    region("f", "Underexposure:\n" + written("Severe underexposure", [500, 500, 1000, 1000]) + "<|im_end|>"),
    region("e", "No distortion affects this region."),
    region("a", "Noise:\n" + written("Minor noise", [0, 0, 200, 200])),
    region("b", "Low clarity:\n" + written("Minor low clarity", [0, 0, 100, 100])),
]


def described(image: str, boxes: list[dict[str, Any]], keys: list[dict[str, Any]], level: str) -> dict[str, Any]:
    return {
        "id": f"d-{image}",
        "image": image,
        "all_distortions": boxes,
        "key_distortions": keys,
        "image_quality": level,
    }


NOISE_B = box("Noise", [0, 0, 500, 400])
DARK_F = box("Underexposure", [500, 500, 1000, 750])
BLOCKS = written("Severe blocking artifact", [0, 0, 1000, 500])
DESCRIPTIONS = [
    described("a", [box("Noise", WHOLE), box("edge_ringing_effect", [0, 0, 10, 10])], [box("NOISE", WHOLE)], "fair"),
    described("b", [NOISE_B], [NOISE_B], "bad"),
    {"id": "d-c", "image": "c", "pred_ans": (
        f"A street.\n{BLOCKS} hides the walls.\nThe key distortion is {BLOCKS}. Also {written('noise', WHOLE)}.\n"
        "Thus, the quality of the image is good.<|im_end|>")},
    described("d", [], [box("Noise", [0, 0, 1, 1])], "excellent"),
    described("e", [box("low clarity", WHOLE)], [], ""),
    described("f", [DARK_F], [DARK_F], "bad"),
    described("unknown", [], [], "bad"),
]  # fmt: skip
PERCEPTION = [
    {"id": name, "concern": "type", "candidates": list("abcd"), "pred_ans": reply}
    for name, reply in {"q1": "B.", "q2": "A<|im_end|>", "q3": "D", "q4": "The answer is A", "q9": "A"}.items()
]


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    files = {
        "said/perception.json": PERCEPTION,
        "said/grounding.json": GROUNDING,
        "said/description.json": DESCRIPTIONS,
        "true/mcq.json": QUESTIONS,
        "true/reg-p_bench.json": REGIONS,
        "true/bench_metadata.json": METADATA,
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(json.dumps(content))
    return tmp_path / "said", tmp_path / "true"


BY_HAND = {
    # q1, q2 of the four answered; of the five asked.
    "perception accuracy": {"mipi2025": Fraction(2, 4), "strict": Fraction(2, 5)},
    # Underexposure 1, Noise 1, and Low clarity, which is nowhere true.
    "region mAP": {"mipi2025": Fraction(2, 3), "strict": Fraction(1)},
    # Noise 1/3, as a's wrong region answer stands before b's right one; Low clarity 1/2, as b's wrong one stands before
    # e's right one; Overexposure 1, Underexposure 1 (by a region answer), and 0 for Blocking artifacts, its alias and
    # Motion blur. Strict: 2/3, 1, 1, 0 and 1, as the alias is merged.
    "distortion mAP": {"mipi2025": Fraction(17, 42), "strict": Fraction(11, 15)},
    # noise 2/3, low clarity 1, underexposure 1, and 0 for overexposure, blocking artifacts, its alias, ringing.
    "description mAP": {"mipi2025": Fraction(8, 21), "strict": Fraction(11, 15)},
    # a and b; not c (alias), not f (IoU exactly .5); d has no truth.
    "key distortion accuracy": {"mipi2025": Fraction(2, 4), "strict": Fraction(3, 4)},
    "image quality accuracy": {"mipi2025": Fraction(4, 6), "strict": Fraction(4, 6)},
}


@pytest.mark.parametrize("mode", Mode)
def test_every_term_is_what_the_rules_give_by_hand(folders: tuple[Path, Path], mode: Mode) -> None:
    result = score(*folders, mode)
    for name, modes in BY_HAND.items():
        assert result.terms[name] == pytest.approx(float(modes[mode]), abs=1e-12), name
    assert result.total == pytest.approx(float(sum(modes[mode] for modes in BY_HAND.values())), abs=1e-12)
    assert result.key_recall == pytest.approx({"mipi2025": 2 / 5, "strict": 3 / 5}[mode])


def test_what_cannot_be_read_is_listed(folders: tuple[Path, Path]) -> None:
    listed = {(refusal.file, refusal.item) for refusal in score(*folders).refusals}
    assert listed == {("perception.json", "q4"), ("description.json", "d-e")}


def test_a_term_without_its_truth_is_left_out_with_a_word(folders: tuple[Path, Path]) -> None:
    (folders[1] / "mcq.json").unlink()
    result = score(*folders)
    assert result.terms["perception accuracy"] is None
    assert "no mcq.json" in result.unscored["perception accuracy"]
    others = [modes["mipi2025"] for name, modes in BY_HAND.items() if name != "perception accuracy"]
    assert result.total == pytest.approx(float(sum(others)))


def rewrite(path: Path, change: Any) -> None:
    items = json.loads(path.read_text())
    path.write_text(json.dumps(change(items)))


BAD = {
    "a missing key": ("grounding.json", {"id": "x", "image": "a"}, "lacks question_type"),
    "an unknown question": ("grounding.json", {"id": "x", "image": "a", "question_type": "vqa"}, "question_type 'vqa'"),
    "a repeated id": ("grounding.json", detection("a", box("Noise", WHOLE)), "second item with this id"),
    "a NaN": ("grounding.json", detection("g", box("Noise", [0, 0, float("nan"), 5])), "not finite"),
    "swapped corners": ("grounding.json", detection("g", box("Noise", [500, 0, 100, 5])), "swapped"),
    "three numbers": ("grounding.json", detection("g", box("Noise", [0, 0, 5])), "no four coordinates"),
    "an unreadable reply": ("grounding.json", region("g", "I see noise at (1,2),(3,4)"), "out of place"),
    "no reply": ("grounding.json", {"id": "x", "image": "a", "question_type": "region-perception"}, "lacks 'pred_ans'"),
    "no last line": (
        "description.json",
        {"id": "x", "image": "a", "pred_ans": "One.\nTwo.\nThree."},
        "no quality level",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_items_are_refused_by_name_and_never_help(folders: tuple[Path, Path], case: str) -> None:
    file, item, problem = BAD[case]
    before = score(*folders)
    rewrite(folders[0] / file, lambda items: [*items, item])
    after = score(*folders)
    new = [refusal for refusal in after.refusals if refusal not in before.refusals]
    assert len(new) == 1 and new[0].file == file and problem in new[0].problem
    for name in TERMS:
        assert (after.terms[name] or 0) <= (before.terms[name] or 0)


@pytest.mark.parametrize(
    ("content", "problem"), [("[]", "is empty"), ("{}", "no list"), ("[1]", "no list"), ("[", "Expec")]
)
def test_a_file_that_cannot_be_scored_is_an_error(folders: tuple[Path, Path], content: str, problem: str) -> None:
    (folders[0] / "grounding.json").write_text(content)
    with pytest.raises(MipiError, match=rf"grounding\.json.*{problem}"):
        score(*folders)


def test_the_command(folders: tuple[Path, Path], tmp_path: Path) -> None:
    said, true = folders
    out = tmp_path / "score.json"
    result = CliRunner().invoke(
        app, ["score", "mipi2025", "--submission", str(said), "--truth", str(true), "--json", str(out)]
    )
    assert result.exit_code == 0, result.output
    assert "distortion mAP           0.4048" in result.stdout
    assert "2 items or boxes could not be read" in result.stderr
    assert json.loads(out.read_text())["terms"]["distortion mAP"] == pytest.approx(17 / 42, abs=1e-15)
    printed = CliRunner().invoke(
        app, ["score", "mipi2025", "--submission", str(said), "--truth", str(true), "--json", "-"]
    )
    assert printed.stdout == out.read_text() and "distortion mAP           0.4048" in printed.stderr
    empty = CliRunner().invoke(app, ["score", "mipi2025", "--submission", str(tmp_path), "--truth", str(true)])
    assert empty.exit_code == 2
    assert "nothing can be scored: no perception.json" in empty.stderr
