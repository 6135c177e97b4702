"""Evidence networks: what the statistics of a whole photo say of damage of the whole frame (see `views.evidence`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch.utils.data import DataLoader, Dataset

from idetex_plugin.lab.data.photos import Split
from idetex_plugin.lab.measures.ranking import auroc
from idetex_plugin.lab.synthesis.camera.closeup import closeup
from idetex_plugin.lab.training.config import EvidenceConfig
from idetex_plugin.lab.training.data import Stream
from idetex_plugin.lab.training.evidence_networks import TYPES, Part, fitted, stacked
from idetex_plugin.lab.training.trainer import Trainer
from idetex_plugin.tasks.deciding import WHOLE_AREA
from idetex_plugin.views.evidence import FARTHEST, Evidence
from idetex_plugin.views.statistics import BLOCK, statistics

LEAST_SCALE = 1e-3
SHARE_WATCHED = 8
NOISE = TYPES.index("Noise")
CLOSEUPS = 1
"""Keeps the draws of close-ups apart from those of the stream."""
NO_NOISE, NOISE_RANKS = 0.7, (1.2, 5.75, 15.0)
"""Levels of luma noise up to which it is none, and from which it is minor, moderate and severe; see `shot.NOISE`."""
TOGETHER, LUMA = ".together.", ("y.", "small.")
"""Noise is told by the contrast of luma alone, since colours and tones of synthetic noise are not those of cameras, and
by what goes together, which tells the other types nothing more of real photographs."""
DETAIL, NO_DETAIL = ("y.0.together.directions", "small.0.together.directions"), 0.08
"""Statistics up to which the calmer half of a photo is noise rather than detail."""
Drawn = tuple[NDArray[np.float32], NDArray[np.float32]]


class Statistics(Dataset[Drawn]):
    """Samples of a stream: their statistics (S,), none of a tiny one, and for each type the rank of its severity where
    it has the whole frame, 0 where the photo has none of it, not a number where it has a part, of which nothing is
    learned."""

    def __init__(self, stream: Stream, count: int) -> None:
        self.stream, self.count = stream, count

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> Drawn:
        sample = self.stream.sample(index)
        values = np.array(list(statistics(Image.fromarray(sample.image)).values()), np.float32)
        truth = np.zeros(len(TYPES), np.float32)
        for region in sample.regions:
            if region.distortion in TYPES:
                rank = region.severity.rank if region.severity else np.nan
                truth[TYPES.index(region.distortion)] = rank if region.box.area >= WHOLE_AREA else np.nan
        return values, truth


class Closeups(Dataset[Drawn]):
    """Close-ups of a stream's photographs: their statistics (S,), none where there is none of them, and the rank of
    their noise (1,)."""

    def __init__(self, stream: Stream, count: int) -> None:
        self.stream, self.count = stream, count

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> Drawn:
        found = closeup(self.stream.sources, np.random.default_rng((self.stream.seed, index, CLOSEUPS)))
        said = statistics(Image.fromarray(found.image)) if found else {}
        rank = noise_rank(found.levels, said) if found and said else np.nan
        return np.array(list(said.values()), np.float32), np.array([rank], np.float32)


def noise_rank(levels: float, said: Mapping[str, float]) -> float:
    """Of a close-up: not a number between grain that nobody sees and noise that shows, and where detail hides it."""
    if levels < NO_NOISE:
        return 0
    if max(said[name] for name in DETAIL) > NO_DETAIL:
        return np.nan
    return sum(levels >= least for least in NOISE_RANKS) or np.nan


def learn(trainer: Trainer, config: EvidenceConfig) -> Evidence:
    """Draw samples, learn, and say how well the networks tell each type on samples of validation photographs."""
    names = tuple(statistics(Image.new("RGB", (BLOCK, BLOCK))))
    values, truth = _drawn(trainer, "train", config.samples)
    mean, scale = values.mean(0), values.std(0) + LEAST_SCALE

    def part(columns: list[int], types: list[int], values: NDArray[Any], truth: NDArray[Any]) -> Part:
        inputs = torch.from_numpy(np.clip((values - mean) / scale, -FARTHEST, FARTHEST)[:, columns])
        seeds = range(trainer.config.seed, trainer.config.seed + config.networks)
        return Part(columns, types, [fitted(inputs, torch.from_numpy(truth), config, seed) for seed in seeds])

    plain = [column for column, name in enumerate(names) if TOGETHER not in name]
    parts = [part(plain, list(range(len(TYPES))), values, truth)]
    if config.closeups:
        luma = [column for column, name in enumerate(names) if name.startswith(LUMA)]
        parts.append(part(luma, [NOISE], *_drawn(trainer, "train", config.closeups, close=True)))
    evidence = stacked(parts, names, mean, scale)
    _watched(trainer, config, evidence)
    return evidence


def _watched(trainer: Trainer, config: EvidenceConfig, evidence: Evidence) -> None:
    values, truth = _drawn(trainer, "validation", max(config.samples // SHARE_WATCHED, 2))
    told = dict(zip(TYPES, evidence.shares(values)[..., 0].T, strict=True))
    truths = dict(zip(TYPES, truth.T, strict=True))
    if config.closeups:
        values, truth = _drawn(trainer, "validation", max(config.closeups // SHARE_WATCHED, 2), close=True)
        told["Noise"], truths["Noise"] = evidence.shares(values)[:, NOISE, 0], truth[:, 0]
    found = {}
    for name in TYPES:
        known = ~np.isnan(truths[name])
        score = auroc(told[name][known], truths[name][known] > 0)
        if score is not None:
            found[f"AUROC {name}"] = score
    trainer.logger("evidence")(config.samples, found)


def _drawn(trainer: Trainer, split: Split, count: int, *, close: bool = False) -> tuple[NDArray[Any], NDArray[Any]]:
    """Statistics (N, S) and truth (N, types) of so many samples, or (N, 1) of noise in so many close-ups."""
    cv2.setNumThreads(0)
    stream = trainer.stream(split, trainer.config.seed + 6)
    # As tensors, each sample would hold a file open for as long as it is kept.
    loader: Any = DataLoader(
        Closeups(stream, count) if close else Statistics(stream, count), batch_size=None, collate_fn=_as_it_is,
        num_workers=trainer.config.workers, prefetch_factor=16 if trainer.config.workers else None,
    )
    values, truth = zip(*(sample for sample in loader if sample[0].size), strict=True)
    return np.stack(values), np.stack(truth)


def _as_it_is(sample: Any) -> Any:
    return sample
