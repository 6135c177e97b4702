"""`idetex train`: from photographs to a checkpoint, in stages that each resume where they stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

from idetex_plugin.assessment import Region
from idetex_plugin.models.dialects import nano
from idetex_plugin.models.dialects.nano import NanoDialect
from idetex_plugin.training.attention import use_plain_attention
from idetex_plugin.training.card import card_of
from idetex_plugin.training.config import DenseConfig, ReaderConfig, StageConfig, SynthesisConfig, TrainConfig
from idetex_plugin.training.data import Item, Stream, load_sources, normalised
from idetex_plugin.training.dense import DenseHeads, dense_loss, image_tokens, token_precision
from idetex_plugin.training.dialogue import Dialogues
from idetex_plugin.training.export import export
from idetex_plugin.training.feed import Feed
from idetex_plugin.training.loop import Loop
from idetex_plugin.training.model import Architecture, build, start_from_cosines
from idetex_plugin.training.online import RunningError
from idetex_plugin.training.packing import Packed, Packer
from idetex_plugin.training.photos import Split
from idetex_plugin.training.readable import make_readable
from idetex_plugin.training.reader import reader_loss, smooth_places
from idetex_plugin.training.start import like_start, load_start
from idetex_plugin.training.synthesis import Recipe, Synthesizer
from idetex_plugin.training.tokenizer import build_tokenizer, places

START_PATCHES = 32
START_PROBES = 400
VALIDATION = 160
Say = Callable[[str], None]


class Trainer:
    """Holds what the stages share: the recipe, the photographs in memory, the device and the output folder."""

    def __init__(self, config: TrainConfig, photographs: Path, out: Path, say: Say) -> None:
        self.config, self.out, self.say = config, out, say
        out.mkdir(parents=True, exist_ok=True)
        torch.manual_seed(config.seed)
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        if self.device.type == "cpu":
            torch.set_num_threads(config.threads)
        parts: tuple[Split, ...] = ("train", "validation")
        self.sources = {split: load_sources(photographs, split, config.split) for split in parts}
        self.errors = RunningError()
        self.say(f"{len(self.sources['train'])} photographs to train on, {len(self.sources['validation'])} to watch")

    def stream(self, split: Split, seed: int, start: int = 0) -> Stream:
        """Samples of one part of the split."""
        size, cells = self.config.architecture.image_size, self.config.architecture.cells
        return Stream(
            self.sources[split], recipe(self.config.synthesis), size=size, cells=cells, seed=seed, start=start
        )

    def feed(self, stage: StageConfig, seed: int) -> Feed:
        """The batches of a stage. Worker w takes every w-th batch, so order depends on their number."""
        return Feed(self.stream("train", seed), stage, self.config.workers, self.config.online, self.errors)

    def dialogues(self) -> Dialogues:
        """Draws what is asked about items, as the recipe says."""
        return Dialogues(NanoDialect(card_of(self.config)), self.config.augment, self.config.mixing)

    def precision(self) -> Any:
        """The context that computes in bfloat16 where the recipe says so."""
        return torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=self.config.bf16)

    def tokens(self, model: Any, items: list[Item]) -> torch.Tensor:
        """Image tokens (N, 2, cells², width) of a batch."""
        return image_tokens(model, normalised(items).to(self.device))

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


def untrained(architecture: Architecture) -> Any:
    """The architecture before it has a vocabulary: tower and connector are what counts."""
    return build(architecture, 8, {"image": 3, "bos": 1, "eos": 2, "pad": 0})


def train_dense(trainer: Trainer, stage: DenseConfig) -> Any:
    """The dense stage; gives a model whose tower and connector are trained."""
    config = trainer.config
    model = untrained(config.architecture)
    use_plain_attention(model)
    if stage.cosines:
        first = [trainer.stream("train", config.seed + 1).item(index) for index in range(START_PATCHES)]
        start_from_cosines(model, cut_patches(first, config.architecture.patch), config.architecture.luma_share)
    torch.nn.init.normal_(model.model.vision_model.embeddings.position_embedding.weight, std=0.3)
    heads = DenseHeads(config.architecture.text_width, config.architecture.cells)
    parts = {"tower": model.model.vision_model, "connector": model.model.connector, "heads": heads}
    model.to(trainer.device)
    heads.to(trainer.device)
    feed = trainer.feed(stage, config.seed + 1)
    loop = Loop("dense", trainer.out, parts, stage, {"feed": feed})
    if loop.done:
        return model

    def loss_of(step: int) -> torch.Tensor:
        with trainer.precision():
            items = feed.batch(step)
            tokens = trainer.tokens(model, items)
            feed.learn(items, tokens, heads)
            return dense_loss(tokens, heads, items)

    log = trainer.logger("dense")
    loop.run(loss_of, log, config.save_minutes)
    watched = trainer.stream("validation", config.seed + 2)
    with trainer.precision():
        scores = token_precision(model, heads, [watched.item(i) for i in range(VALIDATION)], trainer.device)
    log(loop.step, {f"AP {name}": value for name, value in scores.items()})
    return model


def cut_patches(items: list[Item], patch: int) -> torch.Tensor:
    """All patches (N, 3, patch, patch) of these items' views."""
    views = normalised(items).flatten(0, 1)
    grid = views.unfold(2, patch, patch).unfold(3, patch, patch)
    return grid.permute(0, 2, 3, 1, 4, 5).reshape(-1, 3, patch, patch)


def train_reader(
    trainer: Trainer, model: Any, name: str, stage: ReaderConfig, tokenizer: Any, parts: dict[str, Any]
) -> int:
    """A reader stage on a model whose tower is trained; gives the steps taken."""
    config = trainer.config
    dialogues = trainer.dialogues()
    packer = Packer(tokenizer, config.architecture.cells)
    ids = torch.tensor(tokenizer.convert_tokens_to_ids(places(config.bins)), device=trainer.device)
    for part in (model.model.vision_model, model.model.connector):
        part.requires_grad_(stage.tower)
    torch.manual_seed(config.seed)
    heads = DenseHeads(config.architecture.text_width, config.architecture.cells).to(trainer.device)
    seed = config.seed + (3 if name == "reader" else 4)
    feed = trainer.feed(stage, seed)
    memory = {"feed": feed, "mixer": dialogues.mixer, "balance": dialogues.balance}
    loop = Loop(name, trainer.out, {**parts, "heads": heads} if stage.dense_weight else parts, stage, memory)
    if loop.done:
        return loop.step

    def loss_of(step: int) -> torch.Tensor:
        items, progress = feed.batch(step), step / stage.steps
        rng = np.random.default_rng((seed, step))
        packed = packer.pack([dialogues.draw(item, stage.turns, stage.describe_share, rng, progress) for item in items])
        packed = Packed(*(column.to(trainer.device) for column in packed))
        with trainer.precision():
            with torch.set_grad_enabled(stage.tower):
                tokens = trainer.tokens(model, items)
            loss = reader_loss(model, tokens.flatten(1, 2), packed, ids, stage.place_weight, stage.place_spread)
            if stage.dense_weight:
                feed.learn(items, tokens, heads)
                loss = loss + stage.dense_weight * dense_loss(tokens, heads, items)
            return loss

    loop.run(loss_of, trainer.logger(name), config.save_minutes)
    trainer.say(f"{name}, drawn beside the constant exchanges:\n{dialogues.mixer.table()}")
    return loop.step


def corpus(trainer: Trainer, count: int = 3000) -> Iterator[str]:
    """Texts to train the tokenizer's merges on: dialogues about drawn regions, without pixels."""
    config = trainer.config
    dialogues = trainer.dialogues()
    synthesizer = Synthesizer(recipe(config.synthesis))
    empty = torch.empty(0)
    for index in range(count):
        rng = np.random.default_rng((config.seed, index))
        regions = tuple(
            Region(distortion=name, severity=severity, box=box) for name, severity, box in synthesizer.plan(rng)
        )
        colours = torch.from_numpy(rng.random((1, 1, 3), np.float32))
        item = Item(index, empty, empty, empty, colours, regions, (1, 1))
        for turn in dialogues.draw(item, 10, 1.0, rng):
            yield turn.prompt + nano.ANSWER + turn.answer


def begin(trainer: Trainer) -> tuple[Any, Any]:
    """Model and tokenizer before the reader stages: after the dense stage, or of the checkpoint to start from."""
    config = trainer.config
    if config.dense is None:
        return load_start(config)
    tower = train_dense(trainer, config.dense)
    tokenizer = build_tokenizer(corpus(trainer), config.bins, config.merges)
    special = {key: int(tokenizer.get_vocab()[f"<{key}>"]) for key in ("image", "bos", "eos", "pad")}
    torch.manual_seed(config.seed)
    model = build(config.architecture, len(tokenizer), special)
    model.model.vision_model.load_state_dict(tower.model.vision_model.state_dict())
    model.model.connector.load_state_dict(tower.model.connector.state_dict())
    smooth_places(model, tokenizer, config.bins)
    return model, tokenizer


def train(config: TrainConfig, recipe_hash: str, photographs: Path, out: Path, say: Say) -> Path:
    """All stages of a recipe, then the export; gives the checkpoint's folder. Run again, it resumes."""
    config = like_start(config)
    trainer = Trainer(config, photographs, out, say)
    model, tokenizer = begin(trainer)
    use_plain_attention(model)
    if config.readable_share:
        first = trainer.stream("train", config.seed + 5)
        make_readable(model, [first.item(index) for index in range(START_PROBES)], config.readable_share)
    model.to(trainer.device)
    parts = {"tower": model.model.vision_model, "connector": model.model.connector, "text": model.model.text_model}
    steps = {"dense": config.dense.steps} if config.dense else {}
    for name, stage in (("reader", config.reader), ("joint", config.joint)):
        if stage is not None:
            steps[name] = train_reader(trainer, model, name, stage, tokenizer, parts)
    folder = out / "checkpoint"
    export(model, tokenizer, config, recipe_hash, steps, folder)
    say(f"checkpoint written to {folder}")
    return folder
