"""Against scikit-image's own implementations."""

from __future__ import annotations

import numpy as np
import pytest
from skimage import data
from skimage.feature import match_template

from idetex_plugin.gating.diagnose.correlate import match, offset

CAMERA = data.camera().astype(np.float32)


def test_templates_are_matched_as_by_scikit_image() -> None:
    field = CAMERA[::4, ::4]
    template = field[20:60, 30:90] + np.random.default_rng(0).normal(0, 5, (40, 60)).astype(np.float32)
    found = match(field, template)
    assert np.allclose(found, match_template(field, template), atol=1e-4)
    assert np.unravel_index(found.argmax(), found.shape) == (20, 30)
    assert not match(np.zeros((20, 20), np.float32), template[:8, :8]).any()


@pytest.mark.parametrize("move", [(0, 0), (0, 1), (3, -2), (-7, 12)])
@pytest.mark.parametrize("phase", [False, True])
def test_a_move_is_found(move: tuple[int, int], phase: bool) -> None:
    there = np.roll(CAMERA, move, (0, 1))
    found = offset(CAMERA[50:306, 50:306], there[50:306, 50:306], phase=phase)
    assert found == pytest.approx(move, abs=0.45)
