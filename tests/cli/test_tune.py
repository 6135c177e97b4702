"""`idetex tune` with the embedded checkpoint."""

import json
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from idetex_plugin.cli.app import app

DEMO = Path(__file__).parents[2] / "demo"


def tune(*words: object) -> Result:
    return CliRunner().invoke(app, ["tune", *map(str, words)])


@pytest.mark.integration
def test_it_writes_a_smaller_file_that_passes(tmp_path: Path) -> None:
    out, plot = tmp_path / "small.jpg", tmp_path / "curve.png"
    photo = DEMO / "bedside.jpg"
    words = [photo, "--engine", "transformers", "--out", out, "--plot", plot, "--tolerance", 8]
    result = tune(*words, "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["best"]["bytes"] == out.stat().st_size < photo.stat().st_size
    assert [trial["setting"] for trial in told["curve"]] == sorted({trial["setting"] for trial in told["curve"]})
    assert plot.stat().st_size > 5000


def test_all_codecs_are_tried_and_the_smallest_is_written(tmp_path: Path) -> None:
    policy = tmp_path / "loose.toml"
    policy.write_text("[similarity]\npasses = 40\nrejects = 40\n")
    words = [DEMO / "camera.jpg", "--policy", policy, "--tolerance", 20, "--jobs", 2]
    result = tune(*words, "--out", tmp_path / "small", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    [written] = [path for path in tmp_path.iterdir() if path.stem == "small"]
    assert written.stat().st_size == told["best"]["bytes"] == min(each["best"]["bytes"] for each in told["codecs"])
    assert {"jpeg", "webp", "avif"} <= {each["codec"] for each in told["codecs"]}
    limited = tune(*words, "--out", tmp_path / "one.webp", "--max-bytes", 15000)
    assert limited.exit_code == 0, limited.output
    assert "webp quality" in limited.stdout and "jpeg" not in limited.stdout
    assert (tmp_path / "one.webp").stat().st_size <= 15000


def test_the_name_of_a_photo_is_data(tmp_path: Path) -> None:
    policy, photo = tmp_path / "loose.toml", tmp_path / "esc\x1b[31mred.jpg"
    policy.write_text("[similarity]\npasses = 40\nrejects = 40\n")
    photo.write_bytes((DEMO / "camera.jpg").read_bytes())
    words = ["--policy", policy, "--codec", "jpeg", "--tolerance", 40, "--out", tmp_path / "out\x1b[0m.jpg"]
    result = tune(photo, *words)
    assert result.exit_code == 0, result.output
    assert "esc\\x1b[31mred.jpg" in result.stdout
    assert "\x1b" not in result.output
    policy.write_text("[similarity]\npasses = 100\nrejects = 100\n")
    result = tune(photo, *words)
    assert result.exit_code == 1
    assert "\x1b" not in result.output


def test_no_setting_may_be_good_enough(tmp_path: Path) -> None:
    policy = tmp_path / "never.toml"
    policy.write_text("[similarity]\npasses = 100\nrejects = 100\n")
    result = tune(DEMO / "camera.jpg", "--policy", policy, "--codec", "png-palette")
    assert result.exit_code == 1
    assert "no png-palette of" in result.stderr
    assert "reject" in result.stdout


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["gone.jpg"], "gone.jpg"),
        ([DEMO / "camera.jpg", "--codec", "heic"], "choose from jpeg"),
        ([DEMO / "ATTRIBUTION.md"], "no image"),
        ([DEMO / "camera.jpg", "--out", "x.foo"], "x.foo: no codec writes .foo: choose from .jpg, .jpeg, .webp, .avif"),
        ([DEMO / "camera.jpg", "--codec", "webp", "--out", "w.jpg"], "w.jpg: .jpg is not webp"),
        ([DEMO / "camera.jpg", "--codec", "png-palette", "--out", "w.avif"], "w.avif: .avif is not png-palette"),
        ([DEMO / "camera.jpg", "--codec", "all", "--out", "w.jpg"], "w.jpg: .jpg is one codec and --codec all"),
        ([DEMO / "camera.jpg", "--out", DEMO], "demo: a folder: name a file in it"),
    ],
)
def test_wrong_use_is_named(words: list[object], problem: str) -> None:
    result = tune(*words)
    assert result.exit_code == 2
    assert problem in result.stderr


def test_the_original_is_not_written_over(tmp_path: Path) -> None:
    photo, link = tmp_path / "hero.jpg", tmp_path / "link.jpg"
    photo.write_bytes((DEMO / "camera.jpg").read_bytes())
    link.symlink_to(photo)
    before = photo.read_bytes()
    roundabout = tmp_path / ".." / tmp_path.name / "hero.jpg"
    for words in (["--out", photo], ["--out", link], ["--out", roundabout], ["--out", tmp_path / "hero"],
                  ["--out", tmp_path / "hero", "--codec", "jpeg"], ["--plot", link]):  # fmt: skip
        result = tune(photo, *words)
        assert result.exit_code == 2, result.output
        assert f"{words[1]}" in result.stderr and "could be written over" in result.stderr
    same = tune(photo, "--plot", tmp_path / "new.png", "--out", tmp_path / "new.png")
    assert same.exit_code == 2
    assert "both" in same.stderr
    assert photo.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["hero.jpg", "link.jpg"]


def test_a_suffix_that_no_search_writes_is_not_in_the_way(tmp_path: Path) -> None:
    photo, policy = tmp_path / "hero.png", tmp_path / "loose.toml"
    policy.write_text("[similarity]\npasses = 10\nrejects = 10\n")
    Image.open(DEMO / "camera.jpg").resize((96, 64)).save(photo)
    before = photo.read_bytes()
    result = tune(photo, "--out", tmp_path / "hero", "--policy", policy, "--tolerance", 40)
    assert result.exit_code == 0, result.output
    assert [path for path in tmp_path.glob("hero.*") if path != photo]
    below = tmp_path / "new" / "folder"
    words = ["--out", below / "hero.webp", "--plot", below / "curve.png", "--policy", policy, "--tolerance", 40]
    assert tune(photo, *words).exit_code == 0
    assert sorted(path.name for path in below.iterdir()) == ["curve.png", "hero.webp"]
    assert photo.read_bytes() == before


def test_an_animation_is_refused(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "blue")]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    result = tune(tmp_path / "a.gif", "--out", tmp_path / "a.webp")
    assert result.exit_code == 2
    assert "a.gif: an animation" in result.stderr
    assert not (tmp_path / "a.webp").exists()
