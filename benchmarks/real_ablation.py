"""What does each part of the synthesis bring on photographs that the world damaged? Prints a Markdown table.

    python benchmarks/real_ablation.py PHOTOGRAPHS --start CHECKPOINT --labels FILE --real FOLDER --out FOLDER

Each variant: the dense stage of `recipes/nano-camera.toml` from CHECKPOINT on, `--steps` steps, the same seed and
batches. No real photograph is trained on. A photo's score for a type is the mean of the 16 surest cells of the stage's
own read-out; the measure is the AUROC of the photos labelled with the type, against those labelled without it and
against those labelled without any damage. Stopped, it goes on where it was.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from ablation import AS_IT_STANDS, RECIPES, Watched, changed, say
from numpy.typing import NDArray

from idetex_plugin.lab.evaluation.bench.labels import ANY_BLUR, ANY_DAMAGE, Labels, read_labels, score_of
from idetex_plugin.lab.measures.ranking import auroc
from idetex_plugin.lab.training.attention import use_plain_attention
from idetex_plugin.lab.training.config import read_config
from idetex_plugin.lab.training.data import as_input, stored
from idetex_plugin.lab.training.dense import DenseHeads, image_tokens
from idetex_plugin.lab.training.initial import like_start, load_start
from idetex_plugin.lab.training.train import train_dense
from idetex_plugin.photo.load import load_photo
from idetex_plugin.views.squares import squares
from idetex_plugin.words.vocabulary import VIDA

CELLS = 16
NIGHT = ["bokeh", "night", "snow", "flat sky", "fine texture"]
VARIANTS: dict[str, dict[str, Any]] = {
    AS_IT_STANDS: {},
    "with the look night": {"distractors": NIGHT},
    "no camera": {"camera_share": 0.0},
    "no camera, with the look night": {"camera_share": 0.0, "distractors": NIGHT},
}
TYPES = ("Underexposure", "Overexposure", "Noise", ANY_BLUR)

Look = Callable[[Path], dict[str, float]]


def looking(model: Any, heads: DenseHeads, size: int, views: int) -> Look:
    """A function that gives the score of each type in a photo."""

    def look(photo: Path) -> dict[str, float]:
        pixels = as_input(stored(squares(load_photo(photo).image, size, views))[None])
        with torch.no_grad():
            chances = heads(image_tokens(model, pixels).float())[0][0, :, :, 0].sigmoid()
        surest = chances.topk(CELLS, dim=0).values.mean(0)
        return dict(zip(VIDA.names, surest.tolist(), strict=True))

    return look


def table_row(labels: Labels, look: Look) -> list[str]:
    """AUROC of each type, against its negatives and against good photos."""
    chances = {photo: look(photo) for photo in labels.photos}
    good = [photo for photo, present in labels.photos.items() if present.get(ANY_DAMAGE) is False]

    def scores(photos: list[Path], kind: str) -> NDArray[np.float64]:
        return np.array([score_of(chances[photo], kind, VIDA.names) for photo in photos])

    cells = []
    for kind in TYPES:
        there = [photo for photo, present in labels.photos.items() if present.get(kind) is True]
        without = [photo for photo, present in labels.photos.items() if present.get(kind) is False]
        for others in (without, good):
            values = np.concatenate([scores(there, kind), scores(others, kind)])
            found = auroc(values, np.arange(len(values)) < len(there))
            cells.append("-" if found is None else f"{found:.3f}")
    return cells


def main() -> None:
    """Train, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photographs", type=Path)
    parser.add_argument("--start", required=True, help="the checkpoint to go on from")
    parser.add_argument("--labels", type=Path, required=True, help="labels as of `idetex bench labelled`")
    parser.add_argument("--real", type=Path, required=True, help="the folder of the labelled photos")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=300)
    options = parser.parse_args()

    labels = read_labels(options.labels, [options.real])
    recipe = changed(read_config(RECIPES / "nano-camera.toml")[0], {"dense": {"steps": options.steps}})
    recipe = like_start(recipe.model_copy(update={"start": options.start}))
    shape = recipe.architecture
    print(f"{options.steps} dense steps of {recipe.dense.batch if recipe.dense else 0}; {len(labels.photos)} photos\n")
    print(f"| synthesis | {' | '.join(f'{kind} | against good' for kind in TYPES)} |")
    print(f"|{' --- |' * (1 + 2 * len(TYPES))}")
    for number, (name, changes) in enumerate(VARIANTS.items()):
        config = changed(recipe, {"synthesis": changes})
        trainer = Watched(config, options.photographs, options.out / f"variant{number}", say)
        model, _ = load_start(config)
        assert config.dense is not None
        train_dense(trainer, config.dense, model)
        use_plain_attention(model)
        heads = DenseHeads(shape.text_width, shape.cells, shape.views)
        heads.load_state_dict(torch.load(trainer.out / "dense.pt", weights_only=True)["modules"]["heads"])
        look = looking(model.eval(), heads.eval(), shape.image_size, shape.views)
        print(f"| {name} | {' | '.join(table_row(labels, look))} |", flush=True)


if __name__ == "__main__":
    main()
