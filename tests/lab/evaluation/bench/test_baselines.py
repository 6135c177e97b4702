from __future__ import annotations

import numpy as np
import pytest

from idetex_plugin.lab.evaluation.bench.baselines import baseline_scores, statistics
from idetex_plugin.lab.synthesis.degrade import DEGRADE
from idetex_plugin.words.vocabulary import Severity


@pytest.fixture(scope="module")
def scene() -> np.ndarray:
    rng = np.random.default_rng(0)
    smooth = np.cumsum(np.cumsum(rng.normal(size=(240, 320, 3)), 0), 1)
    return np.uint8(40 + 170 * (smooth - smooth.min()) / np.ptp(smooth))


@pytest.mark.parametrize(
    ("damage", "name", "rises"),
    [("Noise", "noise", True), ("Blocking artifacts", "blockiness", True), ("Low clarity", "Laplacian variance", False),
     ("Underexposure", "mean luma", False), ("Overexposure", "clipped", True)],
)  # fmt: skip
def test_statistics_move_with_the_damage_they_are_meant_for(
    scene: np.ndarray, damage: str, name: str, rises: bool
) -> None:
    damaged = DEGRADE[damage](scene, Severity.SEVERE, np.random.default_rng(1))
    before, after = statistics(scene)[name], statistics(damaged)[name]
    assert after > before if rises else after < before


def test_every_photo_gets_every_score(scene: np.ndarray) -> None:
    pytest.importorskip("cleanvision")
    dark = scene // 8
    found = baseline_scores([scene, dark])
    assert list(found) == ["CleanVision", "BRISQUE", "pixel statistics"]
    assert all(len(values) == 2 and np.isfinite(values).all() for group in found.values() for values in group.values())
    assert found["CleanVision"]["dark"][1] < found["CleanVision"]["dark"][0]
