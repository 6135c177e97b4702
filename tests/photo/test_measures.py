"""Plain measures against numbers worked out otherwise, and against what is done to a photo."""

from __future__ import annotations

import io
import math
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from idetex_plugin.photo import measures
from idetex_plugin.photo.load import load_photo
from idetex_plugin.photo.measures import MEASURES, WORKING_SIDE, measure

Pixels = NDArray[np.uint8]
DOCS = Path(__file__).parents[2] / "docs" / "measures.md"


def gray(luma: NDArray[np.floating] | NDArray[np.integer]) -> Image.Image:
    return Image.fromarray(np.clip(np.rint(luma), 0, 255).astype(np.uint8)).convert("RGB")


def textured(side: int = 400, seed: int = 3) -> Image.Image:
    """Smooth coloured hills, as photographs have them, with some detail."""
    rng = np.random.default_rng(seed)
    small = Image.fromarray(rng.integers(30, 226, (side // 10, side // 10, 3), dtype=np.uint8))
    return small.resize((side, side), Image.Resampling.BICUBIC)


def coded(image: Image.Image, quality: int) -> Image.Image:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return Image.open(out).convert("RGB")


@pytest.mark.parametrize("value", [0, 77, 255])
def test_a_photo_of_one_colour_has_nothing_to_measure(value: int) -> None:
    found = measure(gray(np.full((64, 96), value)))
    assert found["mean_luma"] == value
    nothing = "contrast", "sharpness", "noise", "entropy", "colourfulness"
    assert {name: found[name] for name in nothing} == dict.fromkeys(nothing, 0.0)
    assert (found["blockiness"], found["aspect"]) == (1, 1.5)
    assert (found["crushed"], found["clipped"]) == (float(value == 0), float(value == 255))


def test_a_photo_half_black_half_white_is_worked_out_by_hand() -> None:
    found = measure(gray(np.repeat([[0, 255]], 32, 0).repeat(16, 1)))
    assert (found["mean_luma"], found["contrast"], found["entropy"]) == (127.5, 127.5, 1)
    assert (found["crushed"], found["clipped"]) == (0.5, 0.5)


@pytest.mark.parametrize("sigma", [2, 5, 15])
def test_noise_is_its_standard_deviation(sigma: float) -> None:
    rng = np.random.default_rng(5)
    ramp = np.tile(np.linspace(60, 190, 500), (401, 1))
    assert measure(gray(ramp))["noise"] < 0.5
    assert measure(gray(ramp + rng.normal(0, sigma, ramp.shape)))["noise"] == pytest.approx(sigma, rel=0.05)


def test_sharpness_is_the_variance_of_the_laplacian() -> None:
    image = textured(300)
    laplacian = cv2.Laplacian(np.asarray(image.convert("L")), cv2.CV_64F)[1:-1, 1:-1]
    assert measure(image)["sharpness"] == pytest.approx(laplacian.var(), rel=1e-4)


def test_sharpness_is_that_of_the_working_size_and_falls_with_blur() -> None:
    large = textured(300).resize((3 * WORKING_SIDE, WORKING_SIDE * 2))
    shrunk = large.convert("L").resize((WORKING_SIDE, 341), Image.Resampling.BOX).convert("RGB")
    assert measure(large)["sharpness"] == pytest.approx(measure(shrunk)["sharpness"], rel=1e-6)
    values = [measure(textured(300).filter(ImageFilter.GaussianBlur(radius)))["sharpness"] for radius in (0, 1, 2, 4)]
    assert values == sorted(values, reverse=True) and values[0] > 2 * values[-1]


def test_colourfulness_is_that_of_the_paper() -> None:
    pixels = np.asarray(textured(120), np.float64)
    red, green, blue = np.moveaxis(pixels, -1, 0)
    rg, yb = red - green, 0.5 * (red + green) - blue
    expected = math.sqrt(rg.var() + yb.var()) + 0.3 * math.sqrt(rg.mean() ** 2 + yb.mean() ** 2)
    assert measure(textured(120))["colourfulness"] == pytest.approx(expected, rel=1e-4)
    assert measure(textured(120).convert("L").convert("RGB"))["colourfulness"] == 0


def plainly(image: Image.Image) -> dict[str, float]:
    """The measures as docs/measures.md writes them down, in double precision and without any thought of speed."""
    luma = np.asarray(image.convert("L"), np.int64)
    shares = np.array([(luma == value).mean() for value in range(256)])
    working = image.convert("L")
    if max(image.size) > WORKING_SIDE:
        size = [max(1, round(side * WORKING_SIDE / max(image.size))) for side in image.size]
        working = working.resize((size[0], size[1]), Image.Resampling.BOX)
    small = np.asarray(working, np.float64)
    laplacian = small[1:-1, :-2] + small[1:-1, 2:] + small[:-2, 1:-1] + small[2:, 1:-1] - 4 * small[1:-1, 1:-1]
    even = luma[: len(luma) // 2 * 2, : luma.shape[1] // 2 * 2]
    haar = np.abs(even[::2, ::2] - even[::2, 1::2] - even[1::2, ::2] + even[1::2, 1::2]).ravel()
    sample = image
    if max(image.size) > 128:
        size = [max(1, round(side * 128 / max(image.size))) for side in image.size]
        sample = image.resize((size[0], size[1]), Image.Resampling.NEAREST)
    red, green, blue = np.moveaxis(np.asarray(sample, np.float64), -1, 0)
    rg, yb = red - green, (red + green) / 2 - blue
    return {
        "mean_luma": luma.mean(), "crushed": (luma <= 5).mean(), "clipped": (luma >= 250).mean(),
        "contrast": luma.std(), "sharpness": laplacian.var() if laplacian.size else 0.0,
        "noise": grouped_median(haar) / 2 / 0.6745 if haar.size else 0.0,
        "blockiness": (on_the_grid(luma) + on_the_grid(luma.T)) / 2,
        "colourfulness": math.hypot(rg.std(), yb.std()) + 0.3 * math.hypot(rg.mean(), yb.mean()),
        "entropy": -sum(share * math.log2(share) for share in shares if share),
    }  # fmt: skip


def grouped_median(values: NDArray[np.int64]) -> float:
    step = int(np.sort(values)[(len(values) + 1) // 2 - 1])
    inside, below = int((values == step).sum()), int((values < step).sum())
    return step - 0.5 + (len(values) / 2 - below) / inside if values.any() else 0.0


def on_the_grid(luma: NDArray[np.int64]) -> float:
    steps = np.abs(np.diff(luma, axis=1)).mean(0)
    if len(steps) <= 8:
        return 1.0
    at = np.arange(len(steps)) % 8
    return float(max((steps[at == one].mean() + 0.1) / (steps[at != one].mean() + 0.1) for one in range(8)))


@st.composite
def pictures(draw: st.DrawFn) -> Image.Image:
    """Of any shape up to 700 pixels a side: noise, black and white, blocks, or few levels."""
    longer, shorter = draw(st.integers(1, 700)), draw(st.integers(1, 70))
    width, height = draw(st.permutations([longer, shorter]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    lowest, levels = draw(st.sampled_from([(0, 256), (0, 2), (120, 3), (255, 1), (240, 16)]))
    part = draw(st.sampled_from([1, 8]))
    pixels = rng.integers(0, levels, (-(-height // part), -(-width // part), 3)) * (255 if levels == 2 else 1) + lowest
    whole = pixels.repeat(part, 0).repeat(part, 1)[:height, :width]
    return Image.fromarray(np.ascontiguousarray(whole, np.uint8))


@settings(max_examples=150, deadline=None)
@given(pictures(), st.sampled_from([1, 300, 5000, measures.STRIP_BYTES]))
def test_every_measure_is_what_its_formula_says_to_six_digits(image: Image.Image, strip_bytes: int) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(measures, "STRIP_BYTES", strip_bytes)
        found = measure(image)
    for name, value in plainly(image).items():
        assert found[name] == pytest.approx(value, rel=5.001e-6, abs=1e-9), name


def test_a_working_size_full_of_grain_loses_no_digit() -> None:
    grain = Image.fromarray(np.random.default_rng(8).integers(60, 190, (400, 512, 3), dtype=np.uint8))
    assert measure(grain)["sharpness"] == pytest.approx(plainly(grain)["sharpness"], rel=5.001e-6)


def test_rows_by_the_thousand_are_summed_without_overflow() -> None:
    stripes = gray(np.tile([[0, 255, 255], [255, 0, 255]], (1500, 7)))
    for image in (stripes, stripes.transpose(Image.Transpose.TRANSPOSE)):
        expected = plainly(image)
        assert {name: measure(image)[name] for name in expected} == pytest.approx(expected, rel=5.001e-6)


@pytest.mark.parametrize("turn", [None, Image.Transpose.ROTATE_180, Image.Transpose.TRANSPOSE])
@pytest.mark.parametrize("edge", [0, 3])
def test_blocks_are_seen_however_the_grid_lies(turn: Image.Transpose | None, edge: int) -> None:
    def seen(image: Image.Image) -> float:
        cut = image.crop((edge, edge, 397, 390))
        return measure(cut if turn is None else cut.transpose(turn))["blockiness"]

    source = textured()
    assert seen(source) < 1.1
    assert seen(coded(source, 8)) > seen(coded(source, 30)) > seen(source) + 0.02
    assert seen(coded(source, 8)) > 2


def test_bytes_a_pixel_are_those_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    textured(200).save(path)
    photo = load_photo(path)
    assert photo.info.file_bytes == path.stat().st_size
    assert measure(photo.image, photo.info.file_bytes)["bytes_per_pixel"] == pytest.approx(
        path.stat().st_size / 40_000, rel=1e-5
    )
    plain = load_photo(photo.image)
    assert plain.info.file_bytes is None
    assert "bytes_per_pixel" not in measure(plain.image, plain.info.file_bytes)


@pytest.mark.parametrize("size", [(16, 16), (17, 5000), (5000, 16), (1, 1), (2, 9), (513, 512)])
def test_every_measure_is_a_finite_number_at_any_size(size: tuple[int, int]) -> None:
    rng = np.random.default_rng(1)
    for pixels in (rng.integers(0, 256, (*size[::-1], 3), dtype=np.uint8), np.zeros((*size[::-1], 3), np.uint8)):
        found = measure(Image.fromarray(pixels), 10)
        assert list(found) == [each.name for each in MEASURES]
        assert all(math.isfinite(value) and value >= 0 for value in found.values())


def test_every_measure_is_documented() -> None:
    text = DOCS.read_text(encoding="utf-8")
    assert [each.name for each in MEASURES if f"`{each.name}`" not in text] == []
