"""Exit codes of commands whose engine cannot start, and of those that are used wrongly."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from idetex_plugin.cli.app import app

DEMO = Path(__file__).parents[2] / "demo"
COMMANDS = ["gate", "tune", "serve"]
BENCHES = ["bench synth", "bench labelled"]


@pytest.fixture
def nobody() -> Iterator[str]:
    """The address of a port that nobody listens at."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}"


def called(command: str, tmp_path: Path, *words: str) -> tuple[int, str]:
    photo = tmp_path / "photo.jpg"
    Image.open(DEMO / "camera.jpg").save(photo)
    labels = tmp_path / "labels.csv"
    labels.write_text("photo,distortion,present\nphoto.jpg,Noise,1\n")
    own = {
        "gate": [str(photo)], "tune": [str(photo), "--codec", "jpeg"], "serve": ["--port", "0"],
        "bench synth": ["--photos", str(tmp_path), "--limit", "1"],
        "bench labelled": ["--photos", str(tmp_path), "--labels", str(labels)],
    }[command]  # fmt: skip
    if command == "tune":
        policy = tmp_path / "doubting.toml"
        policy.write_text("[similarity]\npasses = 100\nrejects = 0\n")
        own += ["--policy", str(policy)]
    result = CliRunner().invoke(app, [*command.split(), *own, *words])
    return result.exit_code, result.stderr


@pytest.mark.parametrize("command", [*COMMANDS, *BENCHES])
def test_a_server_that_is_down_is_no_wrong_use(command: str, nobody: str, tmp_path: Path) -> None:
    code, words = called(command, tmp_path, "--url", nobody)
    assert code == 3, words
    assert "cannot reach" in words


@pytest.mark.parametrize("command", [*COMMANDS, *BENCHES])
def test_an_engine_that_does_not_start_is_no_wrong_use(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("no room on the device")

    monkeypatch.setattr("idetex_plugin.assessing.assessor.make_engine", fails)
    code, words = called(command, tmp_path)
    assert code == 3, words
    assert "RuntimeError: no room on the device" in words


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (["--url", "nowhere"], "not a server's URL"),
        (["--engine", "server"], "needs the server's url"),
        (["--engine", "tarnsformers"], "choose from"),
        (["--policy", "wbe"], "did you mean 'web'"),
        (["--dtype", "int8"], "int8"),
    ],
)
def test_wrong_use_is_told_apart(command: str, wrong: list[str], words: str, tmp_path: Path) -> None:
    code, said = called(command, tmp_path, *wrong)
    assert code == 2, said
    assert words in " ".join(said.replace("│", " ").split())


def test_a_number_format_is_checked_even_where_no_engine_is_needed() -> None:
    photo = str(DEMO / "camera.jpg")
    result = CliRunner().invoke(app, ["gate", photo, photo, "--dtype", "int8"])
    assert result.exit_code == 2
    assert "bfloat16" in result.stderr
    assert CliRunner().invoke(app, ["gate", photo, photo, "--dtype", "bf16"]).exit_code == 0
