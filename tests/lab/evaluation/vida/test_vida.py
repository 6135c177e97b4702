"""ViDA-UGC's formats, and a bench of a model that answers them rightly, wrongly, or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from idetex_plugin import Assessor
from idetex_plugin.cli.app import app
from idetex_plugin.engines.scripted import ScriptedEngine
from idetex_plugin.lab.evaluation.ledger import Ledger
from idetex_plugin.lab.evaluation.vida.bench import bench
from idetex_plugin.lab.evaluation.vida.records import Kind, VidaError, read_exchanges, read_images
from idetex_plugin.lab.evaluation.vida.scores import figures
from idetex_plugin.words.request import Request
from idetex_plugin.words.vocabulary import Level, Severity

NOISE = "<|object_ref_start|>Severe noise<|object_ref_end|><|box_start|>(0,0),(500,1000)<|box_end|>"
DETECTED = f"Noise:\n{NOISE}"
STEPS = f"A street.\n{NOISE} covers it.\nThe key distortion is {NOISE}.\nThus, the quality of the image is poor."
METADATA = [
    {
        "image": "a.png", "mos": 2.1, "level": "poor", "width": 32, "height": 32,
        "distortions": [
            {
                "id": 1, "distortion": "Noise", "coordinates": [0, 0, 500, 1000], "severity": "Severe",
                "position": "left", "visual manifestation": "grain", "significance_score": 3,
            }
        ],
    }
]  # fmt: skip
MCQ = [
    {"id": 1, "image": "a.png", "concern": "type", "question": "Which distortion?",
     "candidates": ["Noise", "Blocking artifacts"], "correct_ans": "Noise"},
    {"id": 2, "image": "a.png", "concern": "severity", "question": "How severe is it?",
     "candidates": ["Minor", "Severe"], "correct_ans": "Severe"},
]  # fmt: skip


def talk(asked: str, answered: str) -> dict[str, object]:
    said = [{"from": "human", "value": f"<image>\n{asked}"}, {"from": "gpt", "value": answered}]
    return {"id": 7, "image": "a.png", "conversations": said}


TALKS = [
    talk("Please provide the bounding box coordinates of all distortions in the image.", DETECTED),
    talk("What distortion affects this region <|box_start|>(0,0),(500,1000)<|box_end|>?", DETECTED + "<|im_end|>"),
    talk(
        "Please provide the bounding box coordinates of the region this sentence describes: "
        "<|object_ref_start|>Noise affecting the left<|object_ref_end|>", "(0,0),(500,1000).",
    ),
    talk(
        "Minor: hardly.\nHow severe is the noise?\nA. Minor\nB. Severe\n"
        "Answer with a single option's letter (A, B, C, ...) from the given choices directly.", "B.",
    ),
    talk("How good is it?", "The quality of the image is poor."),
    talk("Please evaluate the image quality in detail.", STEPS),
    talk("Tell me a story.", "Once upon a time."),
]  # fmt: skip


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "bench_metadata.json").write_text(json.dumps(METADATA))
    (tmp_path / "mcq.json").write_text(json.dumps(MCQ))
    (tmp_path / "talks.jsonl").write_text("\n".join(map(json.dumps, TALKS)))
    (tmp_path / "images").mkdir()
    Image.new("RGB", (32, 32), (90, 90, 90)).save(tmp_path / "images" / "a.png")
    return tmp_path


def knows(request: Request) -> str:
    if request.choices:
        lines = [line for line in request.prompt.splitlines() if line[1:3] == ". "]
        options = dict(zip(request.choices, lines, strict=False))
        right = [letter for letter, line in options.items() if "Noise" in line or "Severe" in line]
        return right[0] if right else " poor"
    if "this sentence describes" in request.prompt:
        return "(0,0),(500,1000)."
    return STEPS if "in detail" in request.prompt else DETECTED


def run(data: Path, script: Callable[[Request], str]) -> tuple[dict[str, float | None], list[str]]:
    with Assessor("qwen2-vl-vida", ScriptedEngine(script)) as assessor:
        tally, ledger = bench(assessor, data, data / "images")
    return {name: value for name, value, _, _ in figures(tally)}, [refusal.problem for refusal in ledger]


def test_a_model_that_knows_is_right_in_everything(data: Path) -> None:
    found, problems = run(data, knows)
    texts = {name: found.pop(name) for name in list(found) if "BLEU" in name or "ROUGE" in name}
    assert [value for value in texts.values() if value is not None] == pytest.approx([100.0] * 4)
    assert all(value is None or value == pytest.approx(1) for value in found.values())
    assert {name for name, value in found.items() if value is None} == {
        "score against opinions, SRCC", "score against opinions, PLCC", "score against opinions, KRCC",
    } & set(found)  # fmt: skip
    assert {"region AP at IoU .5 (VOC)", "referring Acc@.5", "questions: type", "questions: severity"} <= set(found)
    assert problems == ["asks something that no measure is for"]


def test_a_model_that_talks_nonsense_gets_nothing_and_is_counted(data: Path) -> None:
    found, _ = run(data, lambda request: "I see (1,2" if not request.choices else "?")
    assert {value for value in found.values() if value is not None} == {0.0}
    with Assessor("qwen2-vl-vida", ScriptedEngine(lambda _: "I see (1,2")) as assessor:
        tally, _ = bench(assessor, data, data / "images")
    assert sum(tally.failed.values()) == 11


def test_records_are_read_as_they_are(data: Path) -> None:
    ledger = Ledger()
    [image] = read_images(data / "bench_metadata.json", ledger)
    assert (image.level, image.mos, image.keys) == (Level.POOR, 2.1, image.regions)
    assert image.regions[0].severity is Severity.SEVERE
    kinds = [exchange.kind for exchange in read_exchanges(data / "talks.jsonl", ledger)]
    assert kinds == [Kind.DETECTION, Kind.REGION, Kind.REFERRING, Kind.CHOICE, Kind.LEVEL, Kind.DESCRIPTION,
                     Kind.OTHER]  # fmt: skip
    assert not ledger.refusals


BAD = {
    "swapped corners": ({"coordinates": [900, 0, 100, 10]}, "no area"),
    "three numbers": ({"coordinates": [0, 0, 100]}, "unpack"),
    "an unknown type": ({"distortion": "Banding"}, "unknown distortion"),
    "an unknown severity": ({"severity": "huge"}, "Huge"),
    "an unknown field": ({"colour": "red"}, "unknown field 'colour'"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_read_is_listed(data: Path, case: str) -> None:
    change, problem = BAD[case]
    entry = {**METADATA[0]["distortions"][0], **change}  # type: ignore[dict-item,index]
    (data / "bench_metadata.json").write_text(json.dumps([{**METADATA[0], "distortions": [entry]}]))
    ledger = Ledger()
    assert len(list(read_images(data / "bench_metadata.json", ledger))) == 1
    assert len(ledger) == 1
    assert problem in ledger.refusals[0].problem
    assert "pydantic" not in ledger.refusals[0].problem and "\n" not in ledger.refusals[0].problem


def test_a_question_with_one_option_is_listed_in_plain_words(data: Path) -> None:
    asked = "Which one?\nA. Noise\nAnswer with the single option's letter from the given choices."
    (data / "talks.jsonl").write_text(json.dumps(talk(asked, "A")))
    ledger = Ledger()
    assert not list(read_exchanges(data / "talks.jsonl", ledger))
    assert [refusal.problem for refusal in ledger] == ["options: has 1 value, needs at least 2"]


def test_a_missing_image_and_a_broken_file_are_named(data: Path) -> None:
    (data / "images" / "a.png").unlink()
    with pytest.raises(VidaError, match=r"bench_metadata\.json: its image a\.png is not in"):
        run(data, knows)
    (data / "mcq.json").write_text('[{"id": 1')
    with pytest.raises(VidaError, match=r"mcq\.json"):
        list(read_exchanges(data / "mcq.json", Ledger()))
    with pytest.raises(VidaError, match="holds neither"):
        run(data / "images", knows)


def test_the_command(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = ScriptedEngine(knows)
    monkeypatch.setattr("idetex_plugin.assessing.assessor.make_engine", lambda *_, **__: (engine, "for a test"))
    out = data / "out.json"
    words = ["bench", "vida", "--data", str(data), "--model", "qwen2-vl-vida", "--json", str(out)]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    assert "| referring Acc@.5 | 1.000 | 1 | response rate 1.000 |" in result.stdout
    assert len(json.loads(out.read_text())["figures"]) > 10
    wrong = CliRunner().invoke(app, ["bench", "vida", "--data", str(data / "images")])
    assert wrong.exit_code == 2
