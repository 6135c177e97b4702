"""The gate's page in headless Chromium: a slider over both photos, and the worst part marked in its place."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageFilter

from idetex_plugin import Assessor, Gate, policy_named
from idetex_plugin.plugins.manager import Hooks
from idetex_plugin.report.comparison import Compared, write_comparison
from tests.situations import coffee
from tests.standins import WindowEngine

pytestmark = pytest.mark.integration


def spoilt(photo: Image.Image) -> Image.Image:
    """The photo blurred in its lower right quarter."""
    place = (photo.width // 2, photo.height // 2)
    copy = photo.copy()
    copy.paste(photo.crop((*place, *photo.size)).filter(ImageFilter.GaussianBlur(9)), place)
    return copy


@pytest.fixture
def page(chromium: Any, tmp_path: Path) -> Any:
    """The page of one spoilt copy, as a gate judged it."""
    original = coffee().resize((1200, 800))
    copy = spoilt(original)
    with Assessor(engine=WindowEngine(), hooks=Hooks()) as assessor:
        verdict = Gate(policy_named("web"), assessor).check(original, copy)
    out = write_comparison([Compared("coffee.webp", verdict, original, copy)], tmp_path / "page.html")
    found = chromium.new_context(viewport={"width": 1280, "height": 1000}).new_page()
    trouble: list[str] = []
    found.on("console", lambda message: trouble.append(message.text))
    found.on("pageerror", lambda error: trouble.append(str(error)))
    found.goto(out.as_uri())
    yield found
    assert not trouble
    found.context.close()


def fineness(pair: Any) -> Callable[[float, float, float, float], float]:
    """How much neighbours differ, in a part of what is shown, by shares of its sides."""
    pixels = np.asarray(Image.open(io.BytesIO(pair.screenshot())).convert("L"), np.float32)
    height, width = pixels.shape

    def of(x1: float, y1: float, x2: float, y2: float) -> float:
        part = pixels[int(y1 * height) : int(y2 * height), int(x1 * width) : int(x2 * width)]
        return float(np.abs(np.diff(part, axis=1)).mean())

    return of


def test_the_slider_shows_the_copy_the_original_or_both(page: Any) -> None:
    pair, slider = page.locator(".pair"), page.locator("input[type=range]")
    left, right = (0.55, 0.6, 0.7, 0.9), (0.8, 0.6, 0.95, 0.9)
    slider.fill("0")
    copy = fineness(pair)
    slider.fill("100")
    original = fineness(pair)
    slider.fill("75")
    both = fineness(pair)
    assert copy(*right) < original(*right) / 2
    assert abs(both(*left) - original(*left)) < 0.05 * original(*left)
    assert abs(both(*right) - copy(*right)) < 0.05 * copy(*right) + 0.1
    slider.focus()
    page.keyboard.press("ArrowLeft")
    assert slider.input_value() == "74"


def test_the_part_that_is_least_like_the_original_is_marked_in_its_place(page: Any) -> None:
    whole, mark = (page.locator(which).bounding_box() for which in (".pair", ".pair i.worst"))
    left, top = ((mark[side] - whole[side]) / whole[length] for side, length in (("x", "width"), ("y", "height")))
    assert 0.4 < left + mark["width"] / whole["width"] / 2 < 1
    assert 0.4 < top + mark["height"] / whole["height"] / 2 < 1
    assert "dashed" in page.locator(".pair i.worst").evaluate("mark => getComputedStyle(mark).borderStyle")
