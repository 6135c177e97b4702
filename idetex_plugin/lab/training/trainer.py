"""What the stages of a training run share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import torch

from idetex_plugin.dialects.nano import NanoDialect
from idetex_plugin.engines.runtime import pick_dtype
from idetex_plugin.lab.data.photos import Split, listed
from idetex_plugin.lab.synthesis import Recipe
from idetex_plugin.lab.training.batches import Feed
from idetex_plugin.lab.training.card import card_of
from idetex_plugin.lab.training.config import StageConfig, SynthesisConfig, TrainConfig
from idetex_plugin.lab.training.continuing import REHEARSED, sizes
from idetex_plugin.lab.training.data import Item, Stream, Tower, load_sources, normalised
from idetex_plugin.lab.training.dense import image_tokens
from idetex_plugin.lab.training.dialogue import Dialogues
from idetex_plugin.lab.training.initial import start_record
from idetex_plugin.lab.training.model import project, tower_features
from idetex_plugin.lab.training.muon import use_own_precision
from idetex_plugin.lab.training.online import RunningError

Say = Callable[[str], None]
PARTS: tuple[Split, ...] = ("train", "validation")


class Trainer:
    """Holds what the stages share: the recipe, the photographs in memory, the device and the output folder."""

    def __init__(self, config: TrainConfig, photographs: Path, out: Path, say: Say) -> None:
        self.config, self.out, self._say = config, out, say
        (out / "log").mkdir(parents=True, exist_ok=True)
        torch.manual_seed(config.seed)
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.has_bf16 = pick_dtype("auto", self.device.type) == "bfloat16"
        if not self.has_bf16:
            use_own_precision()
        if self.device.type == "cpu":
            torch.set_num_threads(config.threads)
        self.sources = {split: load_sources(photographs, split, config.split) for split in PARTS}
        self.errors = RunningError()
        self.say(f"{len(self.sources['train'])} photographs to train on, {len(self.sources['validation'])} to watch")

    def say(self, line: str) -> None:
        """Show a line, and add it with the time to `log/train.txt`."""
        with (self.out / "log" / "train.txt").open("a", encoding="utf-8") as log:
            log.write(f"{datetime.now():%Y-%m-%d %H:%M:%S} {line}\n")
        self._say(line)

    def stream(self, split: Split, seed: int, tower: Tower | None = None, part: tuple[int, int] = (0, 1)) -> Stream:
        """Samples of one part of the split, or `part` of them."""
        shape = self.config.architecture
        return Stream(
            self.sources[split], recipe(self.config.synthesis), size=shape.image_size, cells=shape.cells, seed=seed,
            views=shape.views, tower=tower, part=part,
        )  # fmt: skip

    def feed(
        self, stage: StageConfig, seed: int, tower: Tower | None = None, part: tuple[int, int] = (0, 1)
    ) -> Feed:  # fmt: skip
        """The batches of a stage, or `part` of each. Worker w takes every w-th batch, so their number matters."""
        stream = self.stream("train", seed, tower, part)
        return Feed(stream, stage, self.config.workers, self.device, self.config.online, self.errors)

    def dialogues(self) -> Dialogues:
        """Draws what is asked about items, as the recipe says."""
        return Dialogues(NanoDialect(card_of(self.config)), self.config.augment, self.config.mixing)

    def precision(self) -> Any:
        """The context that computes in bfloat16 where the recipe says so and the device can, else in float32."""
        enabled = self.config.bf16 and self.has_bf16
        return torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=enabled)

    def tower(self, model: Any) -> Tower | None:
        """The tower as it stands, for a stream to look with; on a GPU, which workers do not share, None."""

        def looked(views: torch.Tensor) -> torch.Tensor:
            with torch.no_grad(), self.precision():
                return tower_features(model, views).float()

        return looked if self.device.type == "cpu" else None

    def tokens(self, model: Any, items: list[Item]) -> torch.Tensor:
        """Image tokens (N, views, cells², width) of a batch."""
        looked = [item.looked for item in items if item.looked is not None]
        return project(model, torch.stack(looked)) if looked else image_tokens(model, normalised(items).to(self.device))

    def logger(self, name: str) -> Callable[[int, dict[str, float]], None]:
        """Writes to TensorBoard and says a line."""
        from torch.utils.tensorboard import SummaryWriter

        writer: Any = SummaryWriter(str(self.out / "log" / name))

        def log(step: int, values: dict[str, float]) -> None:
            for key, value in values.items():
                writer.add_scalar(key, value, step)
            self.say(f"{name} {step}: " + ", ".join(f"{key} {value:.4g}" for key, value in values.items()))

        return log


def recipe(synthesis: SynthesisConfig) -> Recipe:
    """The synthesis settings of a training recipe as a recipe of samples."""
    return Recipe(**synthesis.model_dump())


def run_of(config: TrainConfig, photographs: Path, *, rehearsed: bool = False) -> dict[str, Any]:
    """What decides the weights: the recipe without what only says where and how fast, its start, the photographs."""
    names = [name for part in PARTS for name in listed(part, config.split)]
    recipe = config.model_dump(mode="json", exclude={"split", "start", "save_minutes", "threads"})
    return {REHEARSED: rehearsed, **recipe, "start": start_record(config), "photographs": sizes(photographs, names)}
