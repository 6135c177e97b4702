"""What does each part of the training system bring? Prints two Markdown tables.

    python benchmarks/ablation.py PHOTOGRAPHS --boxes CHECKPOINT --out FOLDER [--dense 300] [--reader 400] [--limit 150]

The tower: the dense stage of `recipes/nano.toml`, from nothing, for `--dense` steps; the measure is its mean average
precision per token on the validation photographs. The whole: the fourth part of the embedded checkpoint's training
(`recipes/nano-last.toml`), from the checkpoint that the part before it gave, for `--reader` steps; the measures are
those of `idetex bench synth --split validation`. Every variant has the same steps, batches and seed; the first one is
the recipe as it stands. Stopped, it goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from idetex_plugin import Assessor
from idetex_plugin.lab.data.photos import listed
from idetex_plugin.lab.evaluation.bench.synth import run
from idetex_plugin.lab.measures.choices import OVERALL
from idetex_plugin.lab.training.config import TrainConfig, read_config
from idetex_plugin.lab.training.train import new_tower, train, train_dense
from idetex_plugin.lab.training.trainer import Trainer

RECIPES = Path(__file__).parents[1] / "idetex_plugin/lab/training/recipes"
BLURS = ("Low clarity", "Motion blur", "Out of focus blur")
AS_IT_STANDS = "as it stands"
TOWER: dict[str, dict[str, Any]] = {
    AS_IT_STANDS: {},
    "patch embedding at random, no cosines": {"dense": {"cosines": False}},
    "damage re-weighted by the running error": {"online": {"reweight": True, "every": 50}},
}
WHOLE: dict[str, dict[str, Any]] = {
    AS_IT_STANDS: {},
    "no offline augmentation": {
        "augment": {"grounding": False, "perception": False, "description": False},
        "mixing": {"weights": {}},
    },
    "uniform mixing": {"mixing": {"weights": {}}},
    "location tokens count once, narrow bell": {"reader": {"place_weight": 1.0, "place_spread": 0.7}},
}
MEASURES = (
    ("single", "F1 (type, IoU >= .5)"), ("single", "severity right on matched boxes"),
    ("multi", "AP at IoU .5, mean over types"), ("clean", "photos with a region reported"), ("all", "level, exact"),
    ("all", f"questions: {OVERALL}"),
)  # fmt: skip


def changed(config: TrainConfig, changes: dict[str, Any]) -> TrainConfig:
    """The recipe with some keys of its sections replaced."""
    recipe = config.model_dump()
    for section, values in changes.items():
        recipe[section] = {**(recipe[section] or {}), **values}
    return TrainConfig.model_validate(recipe)


def say(line: str) -> None:
    """Progress, apart from the tables."""
    print(line, file=sys.stderr, flush=True)


class Watched(Trainer):
    """A trainer whose last logged values can be read."""

    def logger(self, name: str) -> Callable[[int, dict[str, float]], None]:
        """Keeps and says."""

        def log(step: int, values: dict[str, float]) -> None:
            self.logged = values
            say(f"{name} {step}: {values}")

        return log


def tower(config: TrainConfig, photographs: Path, out: Path) -> dict[str, float]:
    """Average precision per token of each type."""
    known = out / "precision.json"
    if not known.exists():
        trainer = Watched(config, photographs, out, say)
        assert config.dense is not None
        train_dense(trainer, config.dense, new_tower(trainer, config.dense))
        known.write_text(json.dumps(trainer.logged), encoding="utf-8")
    values: dict[str, float] = json.loads(known.read_text(encoding="utf-8"))
    return values


def whole(config: TrainConfig, photographs: Path, out: Path, limit: int) -> dict[tuple[str, str], float | None]:
    """The bench's measures on the validation photographs."""
    checkpoint = train(config, "ablation", photographs, out, say)
    photos = [photographs / name for name in listed("validation")]
    report, _ = run(
        [lambda: Assessor(str(checkpoint))], photos, seed=7, limit=limit, baselines=False, command="", step=lambda: None
    )
    return {(row.set, row.name): row.value for row in report.rows}


def main() -> None:
    """Train, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photographs", type=Path)
    parser.add_argument("--boxes", required=True, help="the checkpoint of recipes/nano-boxes.toml")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--dense", type=int, default=300)
    parser.add_argument("--reader", type=int, default=400)
    parser.add_argument("--limit", type=int, default=150, help="photos in each set of the bench")
    options = parser.parse_args()

    first = changed(read_config(RECIPES / "nano.toml")[0], {"dense": {"steps": options.dense}})
    print(f"{options.dense} dense steps of {first.dense.batch if first.dense else 0}\n")
    print("| tower | mean AP per token | the three blurs |\n| --- | --- | --- |")
    for number, (name, changes) in enumerate(TOWER.items()):
        found = tower(changed(first, changes), options.photographs, options.out / f"tower{number}")
        blurs = [found[f"AP {blur}"] for blur in BLURS]
        print(f"| {name} | {np.mean(list(found.values())):.3f} | {np.mean(blurs):.3f} |", flush=True)

    last = changed(read_config(RECIPES / "nano-last.toml")[0], {"reader": {"steps": options.reader}})
    last = last.model_copy(update={"start": options.boxes})
    batch = last.reader.batch if last.reader else 0
    print(f"\n{options.reader} reader steps of {batch}; {options.limit} photos a set\n")
    print(f"| whole | {' | '.join(f'{part}: {name}' for part, name in MEASURES)} |\n|{' --- |' * (1 + len(MEASURES))}")
    for number, (name, changes) in enumerate(WHOLE.items()):
        values = whole(changed(last, changes), options.photographs, options.out / f"whole{number}", options.limit)
        cells = ["-" if values[key] is None else f"{values[key]:.3f}" for key in MEASURES]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
