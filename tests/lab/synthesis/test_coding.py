"""Coding of camera samples: what is drawn, what stands in for an encoder that is absent, and what it does to pixels."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import features

from idetex_plugin.lab.data.photos import Pixels
from idetex_plugin.lab.synthesis.camera import coding
from idetex_plugin.lab.synthesis.camera.coding import ENCODE, QUALITIES, QUALITIES_OF_GRAIN, coded, encoders
from idetex_plugin.lab.synthesis.camera.light import to_light, to_pixels
from idetex_plugin.lab.synthesis.camera.sensor import noisy

LUMA = np.array([0.299, 0.587, 0.114])


@pytest.fixture(autouse=True)
def asked_anew() -> Iterator[None]:
    encoders.cache_clear()
    yield
    encoders.cache_clear()


def photo(height: int = 121, width: int = 161) -> Pixels:
    rng = np.random.default_rng(0)
    yy, xx = np.mgrid[:height, :width]
    waves = 120 + 70 * np.sin(xx / 5)[..., None] * np.cos(yy / 7)[..., None] * [1.0, 0.6, -0.5]
    return np.clip(waves + rng.normal(0, 4, waves.shape), 0, 255).astype(np.uint8)


def here(name: str) -> None:
    if name not in encoders():
        pytest.skip(f"no encoder of {name} is installed")


@pytest.mark.parametrize("name", ENCODE)
@pytest.mark.parametrize("size", [(48, 48), (49, 131)])
def test_a_format_gives_the_same_scene_and_less_error_at_more_quality(name: str, size: tuple[int, int]) -> None:
    here(name)
    pixels = photo(*size)
    errors = []
    for quality in QUALITIES[name]:
        once, again = (ENCODE[name](pixels, quality) for _ in range(2))
        assert once.shape == pixels.shape and once.dtype == np.uint8 and np.array_equal(once, again)
        errors.append(np.abs(once.astype(float) - pixels).mean())
    assert 0 < errors[1] < errors[0] < 9


@pytest.mark.parametrize("name", ["JPEG", "AVIF", "HEIC"])
def test_faint_noise_survives_the_worst_quality_that_it_meets(name: str) -> None:
    here(name)
    gray = np.full((160, 160, 3), 118, np.uint8)
    grainy = to_pixels(noisy(gray.astype(np.float32), to_light(gray), 1.5, np.random.default_rng(2)))
    kept = [(ENCODE[name](grainy, each[name][0]) @ LUMA).std() for each in (QUALITIES_OF_GRAIN, QUALITIES)]
    assert kept[0] > 0.85 * (grainy @ LUMA).std() and kept[0] > kept[1]


def test_most_are_jpeg_and_each_format_has_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    counts: Counter[str] = Counter()

    def counting(name: str) -> object:
        def encode(pixels: Pixels, quality: int) -> Pixels:
            assert QUALITIES[name][0] <= quality <= QUALITIES[name][1]
            counts[name] += 1
            return pixels

        return encode

    monkeypatch.setattr(coding, "ENCODE", {name: counting(name) for name in ENCODE})
    monkeypatch.setattr(coding, "encoders", lambda: frozenset(ENCODE))
    pixels = np.zeros((8, 8, 3), np.uint8)
    for seed in range(3000):
        coded(pixels, np.random.default_rng(seed))
    shares = {name: count / 3000 for name, count in counts.items()}
    assert shares["JPEG"] == pytest.approx(0.86, abs=0.04)
    assert shares["AVIF"] == pytest.approx(0.10, abs=0.02)
    assert shares["WebP"] == pytest.approx(0.06, abs=0.02)
    assert shares["HEIC"] == pytest.approx(0.043, abs=0.015)


def test_encoders_that_are_absent_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "check", lambda _: False)
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    assert encoders() == {"JPEG", "WebP"}
    for name in ("AVIF", "HEIC"):
        monkeypatch.setitem(ENCODE, name, lambda *_: pytest.fail("an encoder that is not installed was asked"))
    shapes = {coded(photo(48, 64), np.random.default_rng(seed)).shape for seed in range(80)}
    assert shapes == {(48, 64, 3)}


def test_what_is_installed_changes_nothing_but_the_photos_it_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = photo(48, 64)

    def drawn(names: set[str]) -> list[tuple[bytes, float]]:
        monkeypatch.setattr(coding, "encoders", lambda: frozenset(names))
        generators = [np.random.default_rng(seed) for seed in range(60)]
        return [(coded(pixels, rng).tobytes(), rng.random()) for rng in generators]

    few, more = drawn({"JPEG", "WebP"}), drawn({"JPEG", "WebP"} | set(encoders()))
    assert [after for _, after in few] == [after for _, after in more]
    alike = np.mean([one == two for (one, _), (two, _) in zip(few, more, strict=True)])
    assert 0.7 < alike <= 1
