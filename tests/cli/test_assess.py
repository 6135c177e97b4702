"""`idetex assess` with a scripted engine."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from standins import WindowEngine, failing_on, nano_says, write_photos
from typer.testing import CliRunner, Result

from idetex_plugin.cli.app import app
from idetex_plugin.engines.base import EngineDeadError
from idetex_plugin.runs.store import Run


class Desk:
    """A folder of photos, and the command on it."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.photos, self.run = folder / "photos", folder / "run"
        self.engine = WindowEngine(answer=nano_says)
        self.options: dict[str, Any] = {}
        monkeypatch.setattr("idetex_plugin.assessing.assessor.make_engine", self._make)

    def _make(self, name: str, card: Any, *, known: Any, **options: Any) -> tuple[WindowEngine, str]:
        self.options = {"name": name, **options}
        return self.engine, "it is scripted"

    def assess(self, *arguments: str) -> Result:
        return CliRunner().invoke(app, ["assess", str(self.photos), "--out", str(self.run), *arguments])

    def states(self) -> list[str]:
        with Run(self.run) as run:
            return [str(row.state) for row in run.rows()]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    write_photos(tmp_path / "photos", 5)
    return Desk(tmp_path, monkeypatch)


def test_rows_a_summary_and_a_page(desk: Desk) -> None:
    result = desk.assess()
    assert result.exit_code == 0, result.output
    assert desk.states() == ["ok"] * 5
    for word in ("Quality of 5 photos", "bad", "Noise", "Severe", "engine scripted (it is scripted)"):
        assert word in result.output
    assert str(desk.run / "report.html") in result.output.replace("\n", "")
    assert "sofa" not in (desk.run / "report.html").read_text()
    assert "000.jpg" in (desk.run / "report.html").read_text()


def test_the_second_time_starts_no_engine(desk: Desk) -> None:
    desk.assess("--no-report")
    result = desk.assess("--no-report")
    assert result.exit_code == 0
    assert desk.engine.starts == 1
    assert "nothing new to ask" in result.output
    assert not (desk.run / "report.html").exists()


def test_the_summary_as_json(desk: Desk) -> None:
    (desk.photos / "broken.jpg").write_bytes(b"nothing")
    result = desk.assess("--json")
    summary = json.loads(result.stdout)
    assert summary["photos"] == 6
    assert summary["failed"] == 1
    assert summary["failures"][0]["what"] == "photo"
    assert summary["regions"] == [{"distortion": "Noise", "severity": "Severe", "regions": 5}]
    assert summary["report"] == str(desk.run / "report.html")


@pytest.mark.parametrize(("limit", "code"), [("never", 0), ("100%", 0), ("2", 0), ("1", 1), ("10%", 1)])
def test_fail_on(desk: Desk, limit: str, code: int) -> None:
    (desk.photos / "broken.jpg").write_bytes(b"nothing")
    result = desk.assess("--fail-on", limit, "--no-report")
    assert result.exit_code == code, result.output
    assert ("1 of 6 photos failed" in result.output) is bool(code)


def test_failures_are_named_and_retried_when_asked(desk: Desk) -> None:
    desk.engine.answer = failing_on("<detect>")
    result = desk.assess("--no-report")
    assert result.exit_code == 1
    assert "grounding" in result.output
    assert "unparseable" in result.output
    desk.engine.answer = nano_says
    assert desk.assess("--no-report").exit_code == 1
    assert desk.assess("--no-report", "--retry-failed").exit_code == 0


def test_the_engine_gets_what_was_asked_for(desk: Desk) -> None:
    desk.assess("--engine", "server", "--url", "http://127.0.0.1:1", "--tasks", "grounding, description")
    assert desk.options == {"name": "server", "url": "http://127.0.0.1:1"}
    assert [prompt[:9] for prompt in desk.engine.asked[0]] == ["<detect>", "<describe"]


def test_own_questions(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "questions.toml"
    file.write_text('[[question]]\nname = "own"\ntext = "Is it sharp?"\noptions = ["Yes", "No"]\n')
    assert desk.assess("--questions", str(file), "--no-report").exit_code == 0
    with Run(desk.run) as run:
        assert {answer.name for row in run.rows() for answer in row.assessment.answers} == {"own"}
    file.write_text("[[question]]\nname = 'own'\n")
    result = desk.assess("--questions", str(file))
    assert result.exit_code == 2
    assert "question 1" in result.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--model", "nanoo"], "did you mean 'nano'?"),
        (["--engine", "vlm"], "'vlm'"),
        (["--tasks", "all"], "choose from"),
        (["--fail-on", "lots"], "fail limit 'lots'"),
        (["--out", "/dev/null"], "not a folder"),
        (["--dtype", "int8"], "int8"),
        (["--url", "nowhere"], "'nowhere' is not a server's URL"),
        (["--engine", "server"], "needs the server's url"),
        (["nothere"], "nothere: there is no such file or folder"),
        (["nothere/*.jpg"], "nothere/*.jpg: there is no such file or folder"),
    ],
)
def test_wrong_use_is_named_and_does_nothing(desk: Desk, arguments: list[str], message: str) -> None:
    result = desk.assess(*arguments)
    assert result.exit_code == 2
    assert message in " ".join(result.output.split())
    assert not desk.run.exists()


def test_a_photo_that_has_gone_is_reported_and_the_others_are_assessed(desk: Desk) -> None:
    result = desk.assess(str(desk.photos / "gone.jpg"), "--no-report")
    assert result.exit_code == 0 and "not_found" in result.output
    assert sorted(desk.states()) == ["failed"] + ["ok"] * 5


def test_a_question_that_spells_a_picture_is_wrong_use(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "questions.toml"
    file.write_text('[[question]]\nname = "own"\ntext = "Is <image> sharp?"\noptions = ["Yes", "No"]\n')
    result = desk.assess("--questions", str(file))
    assert result.exit_code == 2 and not desk.run.exists()
    assert "question 'own' holds <image>" in result.output


def test_a_command_that_is_named_can_be_pasted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_photos(tmp_path / "photos", 1)
    desk = Desk(tmp_path, monkeypatch)
    desk.run = tmp_path / "a run"
    assert f"(idetex export '{desk.run}')" in desk.assess("--no-report").output


def test_no_photos_is_wrong_use(desk: Desk) -> None:
    shutil.rmtree(desk.photos)
    desk.photos.mkdir()
    result = desk.assess()
    assert result.exit_code == 2
    assert "no photos found" in result.output


def test_another_model_needs_another_folder(desk: Desk) -> None:
    desk.assess("--no-report")
    result = desk.assess("--tasks", "grounding")
    assert result.exit_code == 2
    assert "different: prompts, tasks" in " ".join(result.output.split())


def test_an_engine_that_dies_is_code_3_and_the_rest_is_kept(desk: Desk) -> None:
    def die() -> None:
        if len(desk.engine.asked) > 4:
            raise EngineDeadError("the engine is gone")

    desk.engine.slots, desk.engine.before_answer = 1, die
    result = desk.assess()
    assert result.exit_code == 3
    assert "the engine is gone" in result.output
    assert desk.states() == ["ok"] * 4


def test_an_engine_that_cannot_start_is_code_3(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: Any, **options: Any) -> None:
        raise ImportError("vllm is not installed: pip install it")

    monkeypatch.setattr("idetex_plugin.assessing.assessor.make_engine", refuse)
    result = desk.assess()
    assert result.exit_code == 3
    assert "pip install it" in result.output


def test_the_run_folder_is_not_assessed(desk: Desk) -> None:
    desk.run = desk.photos / "run"
    desk.assess()
    shutil.copy(desk.photos / "000.jpg", desk.run / "thumbnail.jpg")
    assert desk.assess().exit_code == 0
    assert len(desk.states()) == 5


def test_what_was_passed_over_is_said(desk: Desk) -> None:
    for name in ("a.NEF", "b.nef", "c.dds"):
        (desk.photos / name).write_bytes(b"x")
    (desk.photos / "round.jpg").symlink_to(desk.photos / "round.jpg")
    result = desk.assess("--fail-on", "never")
    assert result.exit_code == 0
    assert "Passed over: 3 files of kinds that cannot be judged: 2 .nef, 1 .dds" in result.output
    assert desk.states().count("failed") == 1
    shown = json.loads(desk.assess("--json").stdout.splitlines()[-1])
    assert shown["passed_over"] == {".nef": 2, ".dds": 1} and shown["repeated"] == 0


def test_a_folder_of_nothing_but_other_kinds_says_so(desk: Desk) -> None:
    shutil.rmtree(desk.photos)
    desk.photos.mkdir()
    (desk.photos / "a.nef").write_bytes(b"x")
    result = desk.assess()
    assert result.exit_code == 2 and "1 file of kinds that cannot be judged: 1 .nef" in result.output


def test_damaged_photos_and_graphics_are_treated_as_told(desk: Desk) -> None:
    import io

    from PIL import Image, ImageDraw

    buffer = io.BytesIO()
    Image.effect_mandelbrot((320, 240), (-2, -1, 1, 1), 60).convert("RGB").save(buffer, "JPEG", quality=95)
    data = buffer.getvalue()
    (desk.photos / "half.jpg").write_bytes(data[: len(data) * 2 // 3] + b"\xff\xd9")
    page = Image.new("RGB", (400, 300), "white")
    for line in range(20):
        ImageDraw.Draw(page).text((4, 4 + 14 * line), "words and nothing but words, all across the page " * 2, "black")
    page.save(desk.photos / "page.png")
    assert desk.assess("--fail-on", "never").exit_code == 0
    assert sorted(desk.states()) == ["failed", *["ok"] * 6]
    shutil.rmtree(desk.run)
    assert desk.assess("--mended", "judge", "--graphics", "skip").exit_code == 0
    assert sorted(desk.states()) == [*["ok"] * 6, "skipped"]
    assert desk.assess("--mended", "maybe").exit_code == 2
