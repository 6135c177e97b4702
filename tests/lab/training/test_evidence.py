from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from idetex_plugin.lab.synthesis.canvas import Sample
from idetex_plugin.lab.training import train as train_module
from idetex_plugin.lab.training.config import EvidenceConfig, read_config
from idetex_plugin.lab.training.evidence import DETAIL, NOISE, Closeups, Statistics, noise_rank
from idetex_plugin.lab.training.evidence_networks import TYPES, Network, Part, fitted, stacked
from idetex_plugin.lab.training.train import train_in_turn
from idetex_plugin.lab.training.trainer import Trainer
from idetex_plugin.tasks.deciding import WHOLE_AREA
from idetex_plugin.views.evidence import FILE_NAME, Evidence
from idetex_plugin.views.statistics import statistics
from idetex_plugin.words.card import EMBEDDED_FOLDER
from tests.lab.training.trained import weights


def test_networks_learn_what_is_there_and_nothing_from_parts() -> None:
    """Of two statistics the first says how badly the first type has the frame; of the second only parts are known."""
    values = np.random.default_rng(0).normal(size=(2000, 2)).astype(np.float32)
    truth = np.zeros((2000, len(TYPES)), np.float32)
    truth[:, 0], truth[:, 1] = np.where(values[:, 0] > 0, 1 + (values[:, 0] > 1), 0), np.nan
    config = EvidenceConfig(samples=2000, passes=10, jitter=0)
    networks = [fitted(torch.from_numpy(values), torch.from_numpy(truth), config, seed) for seed in range(2)]
    part = Part([0, 1], list(range(len(TYPES))), networks)
    told = stacked([part], ("a", "b"), np.zeros(2, np.float32), np.ones(2, np.float32)).shares(values)
    for rank, least in enumerate((0, 1)):
        assert np.mean((told[:, 0, rank] > 0.5) == (values[:, 0] > least)) > 0.97
    assert told[:, 2:].max() < 0.1 and told[:, 0, 2].max() < 0.5
    together = np.mean([network(torch.from_numpy(values)).detach().numpy() for network in networks], 0)
    assert told == pytest.approx(1 / (1 + np.exp(-np.minimum.accumulate(together, -1))), abs=1e-5)


def test_parts_are_kept_as_one_and_the_last_tells_what_several_do() -> None:
    names = ("tone.0.5", "y.0.shape", "small.0.direction", "cb.1.all.0.5")
    values = np.random.default_rng(1).normal(size=(50, 4)).astype(np.float32)
    config = EvidenceConfig(samples=1, hidden=5)
    everything = Part([0, 1, 2, 3], list(range(len(TYPES))), [Network(4, len(TYPES), config) for _ in range(2)])
    noise = Part([2, 1], [NOISE], [Network(2, 1, config) for _ in range(2)])
    kept = stacked([everything, noise], names, np.zeros(4, np.float32), np.ones(4, np.float32)).shares(values)
    told = []
    for part in (everything, noise):
        nets, inputs = [net.eval() for net in part.networks], torch.from_numpy(values[:, part.columns])
        told.append(np.mean([net(inputs).detach().numpy() for net in nets], 0))
    told[0][:, NOISE] = told[1][:, 0]
    assert kept == pytest.approx(1 / (1 + np.exp(-np.minimum.accumulate(told[0], -1))), abs=1e-5)


def test_close_ups_say_how_noisy_they_are(recipe: Path) -> None:
    config, _ = read_config(recipe)
    stream = Trainer(config, recipe.parent, recipe.parent / "out", lambda _: None).stream("train", 3)
    drawn = Closeups(stream, 40)
    found = [drawn[index] for index in range(40)]
    ranks = [float(truth[0]) for values, truth in found if values.size]
    assert {0, 1} <= set(ranks) <= {0, 1, 2, 3} | {rank for rank in ranks if np.isnan(rank)}
    assert all(np.array_equal(*pair, equal_nan=True) for pair in zip(found[3], drawn[3], strict=True))


@pytest.mark.parametrize(("levels", "together", "rank"), [(0.5, 0.3, 0), (2, 0.0, 1), (9, 0.05, 2), (20, 0, 3)])
def test_noise_is_known_where_it_is_none_or_shows(levels: float, together: float, rank: float) -> None:
    assert noise_rank(levels, dict.fromkeys(DETAIL, together)) == rank
    assert np.isnan(noise_rank(1.0, dict.fromkeys(DETAIL, together)))
    assert np.isnan(noise_rank(20, {**dict.fromkeys(DETAIL, 0), DETAIL[1]: 0.2}))


def test_a_sample_says_which_types_have_the_whole_frame(recipe: Path) -> None:
    config, _ = read_config(recipe)
    stream = Trainer(config, recipe.parent, recipe.parent / "out", lambda _: None).stream("train", 3)
    drawn = Statistics(stream, 60)
    seen = set()
    for index in range(60):
        sample: Sample = stream.sample(index)
        values, truth = drawn[index]
        assert len(values) == len(statistics(Image.fromarray(sample.image)))
        for name, share in zip(TYPES, truth, strict=True):
            found = next((region for region in sample.regions if region.distortion == name), None)
            seen.add(expected := "none" if found is None else "whole" if found.box.area >= WHOLE_AREA else "part")
            rank = found.severity.rank if found is not None and found.severity else 0
            assert {"none": share == 0, "whole": share == rank, "part": np.isnan(share)}[expected]
    assert seen == {"none", "whole", "part"}


def test_the_recipe_of_evidence_leaves_the_weights_as_they_are(recipe: Path) -> None:
    packaged = Path(train_module.__file__).parent / "recipes" / "nano-evidence.toml"
    own = recipe.parent / "nano-evidence.toml"
    own.write_text('split = "split.tsv"\n' + packaged.read_text())
    folder = train_in_turn([own], recipe.parent, recipe.parent / "out", lambda _: None, rehearse=True)
    assert Evidence.load(folder / FILE_NAME).inputs == Evidence.load(EMBEDDED_FOLDER / FILE_NAME).inputs
    before, after = weights(EMBEDDED_FOLDER), weights(folder)
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert json.loads((folder / "training.json").read_text())["steps"] == {}
