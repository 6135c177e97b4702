from __future__ import annotations

import numpy as np
import pytest
import torch

from idetex_plugin.lab.synthesis import Recipe, Synthesizer
from idetex_plugin.lab.training.batches import Feed
from idetex_plugin.lab.training.config import StageConfig
from idetex_plugin.lab.training.data import Item, Stream
from idetex_plugin.lab.training.online import HardNegatives, Online, RunningError
from idetex_plugin.words.vocabulary import VIDA, Severity


def test_what_is_judged_worst_is_drawn_most() -> None:
    errors = RunningError()
    assert set(errors.weights().values()) == {1.0}
    for _ in range(60):
        errors.update(
            [("Noise", Severity.MINOR, 1.0), ("Noise", Severity.SEVERE, 0.0), ("Motion blur", Severity.MINOR, 0.0)]
        )
    weights, shares = errors.weights(), errors.severities()["Noise"]
    assert sum(weights.values()) == pytest.approx(len(VIDA))
    assert weights["Motion blur"] == min(weights.values())
    assert shares[0] > shares[1] > shares[2]
    assert shares[2] > 0.05 / 3
    again = RunningError()
    again.load_state_dict(errors.state_dict())
    assert again.weights() == weights


def test_one_batch_moves_an_error_by_a_tenth() -> None:
    errors = RunningError()
    errors.update([("Noise", Severity.MINOR, 1.0), ("Noise", Severity.MINOR, 0.8)])
    assert errors.errors[VIDA.names.index("Noise"), 0] == pytest.approx(0.5 + 0.1 * 0.4)


def test_the_pool_keeps_the_worst_and_forgets_what_is_learned() -> None:
    pool = HardNegatives(2)
    for index, score in ((1, 0.2), (2, 0.9), (3, 0.5)):
        pool.offer(index, score)
    assert sorted(pool.draw(9, np.random.default_rng(0))) == [2, 3]
    pool.offer(2, 0.0)
    again = HardNegatives(2)
    again.load_state_dict(pool.state_dict())
    assert again.draw(9, np.random.default_rng(0)) == [3]


def feed(online: Online | None) -> Feed:
    photo = np.random.default_rng(0).integers(0, 255, (80, 90, 3), np.uint8)
    stream = Stream([photo], Recipe(counts=(0.5, 0.5), photo_sides=(48, 64)), size=64, cells=2, seed=3)
    return Feed(stream, StageConfig(steps=9, batch=4), 0, torch.device("cpu"), online)


def run(of: Feed, steps: range) -> list[Item]:
    seen = []
    for step in steps:
        items = of.batch(step)
        of.learn(items, torch.randn(4, 4, len(VIDA), 3, generator=torch.Generator().manual_seed(step)) + 0.5)
        seen += items
    return seen


def test_a_feed_that_stops_draws_what_it_would_have_drawn() -> None:
    online = Online(every=3, hard_share=0.25, pool=4)
    whole = run(feed(online), range(8))
    first = feed(online)
    run(first, range(5))
    second = feed(online)
    second.load_state_dict(first.state_dict())
    rest = run(second, range(5, 8))
    for one, other in zip(whole[20:], rest, strict=True):
        assert one.index == other.index and torch.equal(one.views, other.views)


def test_clean_photos_taken_for_damaged_come_again() -> None:
    seen = run(feed(Online(reweight=False, hard_share=0.5)), range(4))
    repeated = [item for item in seen[8:] if item.index in {old.index for old in seen[:8]}]
    assert repeated and all(not item.regions for item in repeated)


def test_without_the_section_a_feed_is_its_stream() -> None:
    plain = feed(None)
    assert [item.index for item in run(plain, range(3))] == list(range(12))
    assert plain.state_dict()["in_force"] is None


def test_severities_are_drawn_by_their_weights() -> None:
    maker = Synthesizer(Recipe(counts=(0, 1), severities={"Noise": (0.0, 0.0, 1.0)}, weights={"Noise": 1e9}))
    assert {maker.plan(np.random.default_rng(n))[0][1] for n in range(20)} == {Severity.SEVERE}
