from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from idetex_plugin.cards.registry import get_card
from idetex_plugin.views.resize import fit, fitting_size
from tests.said import card

sides = st.integers(1, 6000)


def test_a_photo_within_the_limits_is_left_alone():
    image = Image.new("RGB", (640, 427))
    assert fit(image, card(min_pixels=1, max_pixels=10**6)) is image


def test_known_sizes_of_qwen():
    qwen = get_card("qwen2.5-vl-7b")
    assert fitting_size(640, 427, qwen) == (644, 420)
    assert fitting_size(4000, 3000, qwen) == (1148, 840)
    assert fitting_size(40, 30, qwen) == (84, 56)
    assert fitting_size(3, 3000, qwen) == (28, 2996)


@given(sides, sides, st.sampled_from([1, 28, 32]))
def test_size_is_a_fixed_point_within_the_limits(width, height, step):
    small = card(pixel_multiple=step, min_pixels=3136, max_pixels=1003520)
    size = across, down = fitting_size(width, height, small)
    assert across % step == down % step == 0
    if max(width, height) / min(width, height) < 20:
        assert 3136 <= across * down <= 1003520
        assert fitting_size(across, down, small) == size
    if step == 1 and 3136 <= width * height <= 1003520:
        assert size == (width, height)


def test_resizing_makes_no_halos_beyond_bicubic():
    image = Image.new("L", (2000, 2000), 64)
    image.paste(192, (1000, 0, 2000, 2000))
    seen = fit(image.convert("RGB"), card(max_pixels=250_000)).getextrema()
    assert all(low >= 54 and high <= 202 for low, high in seen)
