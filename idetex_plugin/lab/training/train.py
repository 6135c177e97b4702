"""`idetex train`: from photographs to a checkpoint, in stages that each resume where they stopped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from idetex_plugin.dialects import nano
from idetex_plugin.lab.synthesis import Synthesizer
from idetex_plugin.lab.training.attention import use_plain_attention
from idetex_plugin.lab.training.config import DenseConfig, ReaderConfig, TrainConfig, read_config, rehearsal
from idetex_plugin.lab.training.continuing import claim
from idetex_plugin.lab.training.data import Item, normalised
from idetex_plugin.lab.training.data_parallel import Crew, together
from idetex_plugin.lab.training.dense import CellHead, DenseHeads, dense_loss, severity_loss, token_precision
from idetex_plugin.lab.training.evidence import learn
from idetex_plugin.lab.training.export import export
from idetex_plugin.lab.training.fit_connector import realign, tokens_of
from idetex_plugin.lab.training.image_tokens import make_readable
from idetex_plugin.lab.training.initial import history, like_start, load_start
from idetex_plugin.lab.training.loop import Loop
from idetex_plugin.lab.training.model import Architecture, build, start_from_cosines
from idetex_plugin.lab.training.packing import Packed, Packer
from idetex_plugin.lab.training.reader import read, reader_loss, scales, smooth_places
from idetex_plugin.lab.training.tokenizer import build_tokenizer
from idetex_plugin.lab.training.trainer import Say, Trainer, recipe, run_of
from idetex_plugin.views.evidence import FILE_NAME
from idetex_plugin.words.assessment import Region

START_PATCHES = 32
VALIDATION = 160


def untrained(architecture: Architecture) -> Any:
    """The architecture before it has a vocabulary: tower and connector are what counts."""
    return build(architecture, 8, {"image": 3, "bos": 1, "eos": 2, "pad": 0})


def new_tower(trainer: Trainer, stage: DenseConfig) -> Any:
    """A model whose tower is about to be trained from nothing."""
    config = trainer.config
    model = untrained(config.architecture)
    if stage.cosines:
        first = [trainer.stream("train", config.seed + 1).item(index) for index in range(START_PATCHES)]
        start_from_cosines(model, cut_patches(first, config.architecture.patch), config.architecture.luma_share)
    torch.nn.init.normal_(model.model.vision_model.embeddings.position_embedding.weight, std=0.3)
    return model


def train_dense(trainer: Trainer, stage: DenseConfig, model: Any) -> int:
    """The dense stage: trains the model's tower and connector; gives the steps taken."""
    config = trainer.config
    taken = 0
    use_plain_attention(model)
    heads = DenseHeads(config.architecture.text_width, config.architecture.cells, config.architecture.views)
    parts = {"tower": model.model.vision_model, "connector": model.model.connector, "heads": heads}
    model.to(trainer.device)
    heads.to(trainer.device)

    def work(crew: Crew) -> None:
        nonlocal taken
        feed = trainer.feed(stage, config.seed + 1, part=(crew.rank, crew.size))
        loop = Loop("dense", trainer.out, parts, stage, {"feed": feed}, crew)
        taken = loop.step
        if loop.done:
            return

        def loss_of(step: int) -> torch.Tensor:
            with trainer.precision():
                items = feed.batch(step)
                tokens = trainer.tokens(model, items)
                loss, logits = dense_loss(tokens, heads, items)
                feed.learn(items, logits)
                return loss

        if crew.rank:
            loop.run(loss_of, lambda *_: None, config.save_minutes)
            return
        log = trainer.logger("dense")
        loop.run(loss_of, log, config.save_minutes)
        taken = loop.step
        watched = trainer.stream("validation", config.seed + 2)
        with trainer.precision():
            scores = token_precision(model, heads, [watched.item(i) for i in range(VALIDATION)], trainer.device)
        log(loop.step, {f"AP {name}": value for name, value in scores.items()})

    size = stage.processes if trainer.device.type == "cpu" else 1
    together(size, [p for part in parts.values() for p in part.parameters()], work)
    return taken


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
    packer = Packer(tokenizer, config.architecture.cells, config.architecture.views)
    graded = scales(tokenizer, stage, config.bins, trainer.device)
    model.model.vision_model.requires_grad_(stage.tower)
    model.model.connector.requires_grad_(stage.tower or stage.connector)
    torch.manual_seed(config.seed)
    shape = config.architecture
    heads = DenseHeads(shape.text_width, shape.cells, shape.views).to(trainer.device)
    head = CellHead(shape.text_width).to(trainer.device)
    weighed = {"heads": (heads, stage.dense_weight), "cells": (head, stage.cell_weight)}
    aside = {name: each for name, (each, weight) in weighed.items() if weight}
    seed = config.seed + (3 if name == "reader" else 4)
    feed = trainer.feed(stage, seed, None if stage.tower else trainer.tower(model))
    memory = {"feed": feed, "mixer": dialogues.mixer, "balance": dialogues.balance}
    loop = Loop(name, trainer.out, {**parts, **aside}, stage, memory)
    if loop.done:
        return loop.step

    def loss_of(step: int) -> torch.Tensor:
        items = feed.batch(step)
        rng = np.random.default_rng((seed, step))
        share, over = stage.describe_share, loop.progress
        packed = packer.pack([dialogues.draw(item, stage.turns, share, rng, over) for item in items])
        packed = Packed(*(column.to(trainer.device) for column in packed))
        with trainer.precision():
            tokens = trainer.tokens(model, items)
            hidden, cells = read(model, tokens, packed)
            loss = reader_loss(model, hidden, packed, graded)
            if stage.cell_weight:
                logits = head(cells).float()
                loss = loss + stage.cell_weight * severity_loss(logits, items)
                feed.learn(items, logits)
            if stage.dense_weight:
                dense, logits = dense_loss(tokens, heads, items)
                loss = loss + stage.dense_weight * dense
                feed.learn(items, logits)
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


def probes_of(trainer: Trainer) -> list[Item]:
    """Samples to fit linear maps to."""
    first = trainer.stream("train", trainer.config.seed + 5)
    return [first.item(index) for index in range(trainer.config.probes)]


def begin(trainer: Trainer) -> tuple[Any, Any, dict[str, int]]:
    """Model and tokenizer before the reader stages, after the dense stage or of the checkpoint to start from, and the
    steps taken."""
    config = trainer.config
    steps: dict[str, int] = {}
    if config.start is not None:
        model, tokenizer = load_start(config)
        if config.dense is not None:
            probes = probes_of(trainer)
            known = tokens_of(model, probes)
            steps["dense"] = train_dense(trainer, config.dense, model)
            met = realign(model, probes, known)
            trainer.say(f"connector fitted anew: its tokens meet {met:.3f} of the variance of those before")
        return model, tokenizer, steps
    assert config.dense is not None
    tower = new_tower(trainer, config.dense)
    steps["dense"] = train_dense(trainer, config.dense, tower)
    tokenizer = build_tokenizer(corpus(trainer), config.bins, config.merges)
    special = {key: int(tokenizer.get_vocab()[f"<{key}>"]) for key in ("image", "bos", "eos", "pad")}
    torch.manual_seed(config.seed)
    model = build(config.architecture, len(tokenizer), special)
    model.model.vision_model.load_state_dict(tower.model.vision_model.state_dict())
    model.model.connector.load_state_dict(tower.model.connector.state_dict())
    smooth_places(model, tokenizer, config.bins)
    return model, tokenizer, steps


def train(
    config: TrainConfig, recipe_hash: str, photographs: Path, out: Path, say: Say, *, rehearsed: bool = False
) -> Path:  # fmt: skip
    """All stages of a recipe, then the export; gives the checkpoint's folder. Run again, it resumes.

    rehearsed: whether the recipe is the `rehearsal` of one. Raises ValueError if `out` holds the run of another recipe
    or start, with other photographs, or a rehearsal of this one."""
    config = like_start(config)
    claim(out, run_of(config, photographs, rehearsed=rehearsed), ("*.pt", "checkpoint"))
    trainer = Trainer(config, photographs, out, say)
    model, tokenizer, steps = begin(trainer)
    use_plain_attention(model)
    if config.readable_share:
        make_readable(model, probes_of(trainer), config.readable_share)
    model.to(trainer.device)
    parts = {"tower": model.model.vision_model, "connector": model.model.connector, "text": model.model.text_model}
    for name, stage in (("reader", config.reader), ("joint", config.joint)):
        if stage is not None:
            steps[name] = train_reader(trainer, model, name, stage, tokenizer, parts)
    folder = out / "checkpoint"
    export(model, tokenizer, config, [*history(config), recipe_hash], steps, folder)
    if config.evidence is not None:
        learn(trainer, config.evidence).save(folder / FILE_NAME)
    trainer.say(f"checkpoint written to {folder}")
    return folder


def train_in_turn(
    recipes: Sequence[Path], photographs: Path, out: Path, say: Say, *, rehearse: bool = False
) -> Path:  # fmt: skip
    """Train by each recipe in turn, the later ones from what the one before gave; gives the last checkpoint's folder.

    A single recipe has `out` for itself, several have a folder of their name each. rehearse: see `rehearsal`. Raises
    ValueError for a recipe that is wrong or named twice, before any is begun, and as `train` does.
    """
    configs = [read_config(path) for path in recipes]
    if rehearse:
        configs = [(rehearsal(config), digest) for config, digest in configs]
    if len({path.stem for path in recipes}) < len(recipes):
        raise ValueError(f"each recipe needs a name of its own: {', '.join(map(str, recipes))}")
    folder: Path | None = None
    for path, (config, digest) in zip(recipes, configs, strict=True):
        start = config.start if folder is None else str(folder)
        own = out / path.stem if len(recipes) > 1 else out
        begun = config.model_copy(update={"start": start})
        folder = train(begun, digest, photographs, own, say, rehearsed=rehearse)
    assert folder is not None
    return folder
