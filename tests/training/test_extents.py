import pytest
import torch

from idetex_plugin.assessment import Region
from idetex_plugin.boxes import WHOLE, Box
from idetex_plugin.training.extents import LOUDNESS, cell_extents, extent_loss
from idetex_plugin.training.whereabouts import curves, directions


def region(box: Box) -> Region:
    return Region(distortion="Noise", severity="Minor", box=box)


CORNER = Box(x1=0.5, y1=0, x2=1, y2=0.5)
BOTH = [region(WHOLE), region(CORNER)]


def test_a_cell_knows_the_smallest_region_over_it() -> None:
    found = cell_extents(BOTH, 4).reshape(4, 4, 4)
    assert found[0, 3].tolist() == [0.5, 0, 1, 0.5]
    assert found[0, 1].tolist() == found[3, 3].tolist() == [0, 0, 1, 1]
    assert cell_extents([region(CORNER)], 4)[0].isnan().all()
    assert cell_extents([], 4).isnan().all()


def test_tokens_that_know_their_sides_have_no_loss_whatever_clean_ones_say() -> None:
    photos = [[region(CORNER)], [], BOTH]
    tokens = torch.randn(3, 2, 16, 32)
    assert extent_loss(tokens, photos) > 0.5
    for number, regions in enumerate(photos):
        sides = cell_extents(regions, 4)
        known = sides.isfinite().all(-1)
        tokens[number, :, known] = LOUDNESS * curves(sides[known]).flatten(1) @ directions(32)[8:]
    assert float(extent_loss(tokens, photos)) == pytest.approx(0, abs=1e-9)
    assert float(extent_loss(tokens, [[], [], []])) == 0


def test_regions_count_alike_whatever_their_size() -> None:
    tokens = torch.zeros(1, 2, 16, 32)
    small = float(extent_loss(tokens, [[region(CORNER)]]))
    large = float(extent_loss(tokens, [[region(WHOLE)]]))
    apart = float(extent_loss(tokens.expand(2, -1, -1, -1), [[region(CORNER)], [region(WHOLE)]]))
    assert apart == pytest.approx((small + large) / 2, rel=1e-5)
