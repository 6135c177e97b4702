import numpy as np
import pytest

from idetex_plugin.gating.ssim import structural_similarity


@pytest.mark.parametrize("shape", [(16, 16), (40, 61), (128, 97)])
def test_the_map_is_that_of_scikit_image(shape: tuple[int, int]) -> None:
    metrics = pytest.importorskip("skimage.metrics")
    rng = np.random.default_rng(3)
    one = rng.integers(0, 256, shape).astype(np.uint8)
    two = np.clip(one + rng.normal(0, 20, shape), 0, 255).astype(np.uint8)
    options = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False, "data_range": 255}
    _, wanted = metrics.structural_similarity(one, two, full=True, **options)
    assert structural_similarity(one, two) == pytest.approx(wanted, abs=1e-9)
    assert structural_similarity(one, one) == pytest.approx(1)
