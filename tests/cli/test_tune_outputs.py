"""Where `idetex tune` writes is settled before it works."""

import io
import json
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from idetex_plugin.cli import tune_outputs
from idetex_plugin.cli.app import app

DEMO = Path(__file__).parents[2] / "demo"
LOOSE = "[similarity]\npasses = 10\nrejects = 10\n"


def tune(*words: object) -> Result:
    return CliRunner().invoke(app, ["tune", *map(str, words)])


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    Image.open(DEMO / "camera.jpg").resize((96, 64)).save(tmp_path / "hero.jpg")
    return tmp_path / "hero.jpg"


@pytest.fixture
def loose(tmp_path: Path) -> list[object]:
    (tmp_path / "loose.toml").write_text(LOOSE)
    return ["--policy", tmp_path / "loose.toml", "--tolerance", 40]


@pytest.fixture
def idle(monkeypatch: pytest.MonkeyPatch) -> None:
    def work(*_: object, **__: object) -> None:
        raise AssertionError("work has begun")

    monkeypatch.setattr("idetex_plugin.gating.tune.tune_all", work)


@pytest.mark.usefixtures("idle")
@pytest.mark.parametrize(
    ("words", "code", "problem"),
    [
        (["--plot", "x.foo"], 2, "x.foo: nothing draws .foo: choose from .png, .svg"),
        (["--plot", "-"], 2, "--plot cannot be printed: give it a file"),
        (["--plot", DEMO], 2, "demo: a folder: name a file in it"),
        (["--out", "-", "--json"], 2, "--out and --json cannot both be printed"),
        (["--out", DEMO / "camera.jpg" / "x.webp"], 4, "x.webp cannot be written: Not a directory"),
        (["--plot", DEMO / "camera.jpg" / "x.png"], 4, "x.png cannot be written: Not a directory"),
        (["--out", "/proc/none/x.webp"], 4, "x.webp cannot be written: "),
        (["--out", "a" * 300 + ".webp"], 4, "cannot be written: File name too long"),
        (["--out", "a" * 245 + ".webp"], 4, "cannot be written: File name too long"),
        (["--out", "x.webp", "--plot", "./x.webp"], 2, "are both x.webp"),
    ],
)
def test_what_cannot_be_written_is_found_before_any_work(
    photo: Path, monkeypatch: pytest.MonkeyPatch, words: list[object], code: int, problem: str
) -> None:
    monkeypatch.chdir(photo.parent)
    result = tune(photo, *words)
    assert (result.exit_code, result.stdout) == (code, ""), result.output
    assert problem in result.stderr
    assert [path.name for path in photo.parent.iterdir()] == ["hero.jpg"]


@pytest.mark.usefixtures("idle")
def test_a_name_without_a_suffix_that_could_be_the_photos_says_what_to_write(photo: Path) -> None:
    hero = photo.with_suffix("")
    result = tune(photo, "--out", hero)
    assert result.exit_code == 2
    assert f"--out {hero}: the photo itself could be written over, as {photo}" in result.stderr
    assert f"name another file, such as {hero}-tuned, or" in result.stderr
    assert f"or one codec's: {hero}.webp, {hero}.avif" in result.stderr
    one = tune(photo, "--out", hero, "--codec", "jpeg")
    assert one.exit_code == 2 and "or one codec's" not in one.stderr


@pytest.mark.usefixtures("idle")
def test_a_drawing_without_a_suffix_is_a_png_and_not_the_photo(photo: Path) -> None:
    drawn = photo.with_suffix(".png")
    Image.open(photo).save(drawn)
    result = tune(drawn, "--plot", drawn.with_suffix(""))
    assert result.exit_code == 2 and "the photo itself could be written over" in result.stderr


def test_one_codec_gives_a_name_its_suffix(photo: Path, loose: list[object]) -> None:
    assert tune(photo, "--out", photo.with_suffix(""), "--codec", "webp", *loose).exit_code == 0
    assert Image.open(photo.with_suffix(".webp")).size == (96, 64)


@pytest.mark.parametrize("words", [["--codec", "webp"], []])
def test_the_best_file_can_be_printed(photo: Path, loose: list[object], words: list[str]) -> None:
    result = tune(photo, "--out", "-", *words, *loose)
    assert result.exit_code == 0, result.stderr
    assert Image.open(io.BytesIO(result.stdout_bytes)).size == (96, 64) or not words
    assert "of hero.jpg" in result.stderr and "written to" not in result.stderr
    told = json.loads(tune(photo, "--json", *words, *loose).stdout)
    assert len(result.stdout_bytes) == told["best"]["bytes"]
    assert sorted(path.name for path in photo.parent.iterdir()) == ["hero.jpg", "loose.toml"]


def test_nothing_is_printed_where_nothing_passes_and_on_a_terminal(
    photo: Path, loose: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    (photo.parent / "loose.toml").write_text("[similarity]\npasses = 100\nrejects = 100\n")
    result = tune(photo, "--out", "-", "--codec", "webp", *loose)
    assert (result.exit_code, result.stdout_bytes) == (1, b"")
    monkeypatch.setattr("idetex_plugin.cli.tune.to_terminal", lambda: True)
    result = tune(photo, "--out", "-", "--codec", "webp", *loose)
    assert result.exit_code == 2 and "nothing for a terminal" in result.stderr


@pytest.mark.parametrize("suffix", tune_outputs.DRAWN)
def test_every_kind_of_drawing_is_drawn(photo: Path, loose: list[object], suffix: str) -> None:
    result = tune(photo, "--codec", "webp", "--plot", photo.with_name(f"curve{suffix}"), *loose)
    assert result.exit_code == 0, result.stderr
    assert photo.with_name(f"curve{suffix}").stat().st_size > 2000


def test_the_policy_is_not_written_over(photo: Path) -> None:
    policy = photo.with_name("policy.png")
    policy.write_text(LOOSE)
    result = tune(photo, "--policy", policy, "--plot", policy)
    assert result.exit_code == 2 and "what is read could be written over" in result.stderr
