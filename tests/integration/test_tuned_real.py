"""From a review to a checkpoint of one's own: records, adapters, the adapter served beside its base, photos assessed.

The base is a tiny random Qwen3-VL. What people said is learned by `idetex finetune`, whose adapter a real vLLM server
serves by the line of `idetex serve-command`; the merged checkpoint says the same in this process.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from families import borrowed
from PIL import Image
from standins import WindowEngine, nano_says
from vllm_server import free_port, running

from idetex_plugin import Assessment, Run
from idetex_plugin.cards.registry import get_card
from idetex_plugin.engines.serving import serve_command

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("mongo")]
pytest.importorskip("vllm")

ROOT = Path(__file__).parents[2]
CARD = """
name = "base"
title = "Tiny Qwen3-VL"
dialect = "json"
min_pixels = 65536
max_pixels = 131072
pixel_multiple = 32
max_model_len = 4096
"""
RECIPE = """
card = "{base}"
epochs = 2
batch = 4
micro_batch = 2
rate = 0.01
bf16 = false
workers = 0
warmup = 0

[lora]
rank = 8
alpha = 16
on = "{on}"
"""
CLOSE = 1e-3
LONG = os.environ.get("IDETEX_FAMILIES") == "all"
"""Set, adapters of the language model alone are tried, too."""


@pytest.fixture(scope="module")
def environment() -> dict[str, str]:
    try:
        found = borrowed.environment()
    except borrowed.MissingError as error:
        pytest.skip(str(error))
    paths = [str(ROOT), str(ROOT / "tests"), found["PYTHONPATH"]]
    return {**found, "PYTHONPATH": os.pathsep.join(paths), "HF_HUB_OFFLINE": "1", "VLLM_CPU_KVCACHE_SPACE": "1"}


@pytest.fixture(scope="module")
def base(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny Qwen3-VL with its card."""
    folder = tmp_path_factory.mktemp("base")
    code = "import sys, pathlib; from families import qwen; qwen.qwen3_vl(pathlib.Path(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", code, str(folder)], env=environment, check=True, capture_output=True)
    (folder / "idetex.toml").write_text(CARD)
    return folder


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("photos")
    for path in sorted((ROOT / "demo").glob("*.jpg"))[:3]:
        Image.open(path).convert("RGB").resize((352, 256)).save(folder / path.name, quality=95)
    return folder


@pytest.fixture(scope="module")
def records(photos: Path, mongo: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a person said of the photos in FiftyOne, as records to train on."""
    fo = pytest.importorskip("fiftyone")
    from idetex_fiftyone import accept, assess, finish, judge, to_training_records
    from idetex_plugin.lab.data.vida.metadata import write_metadata

    dataset = fo.Dataset()
    dataset.add_samples([fo.Sample(filepath=str(path)) for path in sorted(photos.iterdir())], progress=False)
    engine = WindowEngine(answer=nano_says)
    assess(dataset, engine=engine, tasks=("grounding", "perception"), questions=(), progress=False)
    accept(dataset)
    judge(dataset, "poor")
    finish(dataset)
    file = tmp_path_factory.mktemp("records") / "reviewed.json"
    write_metadata(file, to_training_records(dataset))
    dataset.delete()
    return file


def idetex(environment: dict[str, str], *words: object) -> str:
    command = [sys.executable, "-m", "idetex_plugin", *map(str, words)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode in {0, 1}, f"{words}: {done.stdout[-2000:]} {done.stderr[-3000:]}"
    return done.stdout


def told(run: Path) -> dict[str, tuple[dict[str, float], ...]]:
    """The probabilities of every question's options and of the levels, by photo."""
    with Run(run) as opened:
        found = [row.assessment for row in opened.rows() if row.assessment is not None]
    return {Path(each.photo.name).name: probabilities(each) for each in found}


def probabilities(one: Assessment) -> tuple[dict[str, float], ...]:
    level = {} if one.quality is None else {str(word): share for word, share in one.quality.probabilities.items()}
    return (*(dict(answer.probabilities) for answer in one.answers), level)


@pytest.mark.parametrize("on", ["all", "language"] if LONG else ["all"])
def test_what_people_said_becomes_a_checkpoint_that_is_served(
    environment: dict[str, str], base: Path, photos: Path, records: Path, tmp_path: Path, on: str
) -> None:
    data, out, recipe = tmp_path / "data", tmp_path / "tuned", tmp_path / "recipe.toml"
    idetex(environment, "augment", records, "--images", photos, "--out", data, "--copies", 0)
    recipe.write_text(RECIPE.format(base=base, on=on))
    said = idetex(environment, "finetune", recipe, "--data", data, "--images", data, "--out", out)
    assert f"--model {out / 'checkpoint'}" in said
    card = get_card(out / "checkpoint")
    assert (card.name, card.dialect, card.max_pixels) == ("tuned", "vida", 131072)
    port = free_port()
    line = serve_command(get_card(base), port=port, cpu=True, adapters=[f"tuned={out / 'adapter'}"])
    line[line.index("--dtype") + 1] = "float32"
    ask = ["assess", photos, "--model", out / "checkpoint", "--tasks", "perception"]
    with running([*line[1:], "--max-num-seqs", "8"], port, tmp_path / "log", environment) as address:
        for name, run in (("tuned", "served"), (str(base), "untuned")):
            idetex(environment, *ask, "--url", address, "--served-model", name, "--out", tmp_path / run)
    here = ["--engine", "transformers", "--dtype", "float32", "--out", tmp_path / "merged"]
    idetex(environment, *ask, *here)
    served, untuned, merged = (told(tmp_path / run) for run in ("served", "untuned", "merged"))
    assert set(served) == set(merged) == {path.name for path in photos.iterdir()}
    for name, answers in served.items():
        for one, other in zip(answers, merged[name], strict=True):
            assert one and other == pytest.approx(one, abs=CLOSE)
    assert served != untuned, "the adapter changes nothing"
