"""Dialects, looks, and made-up regions, for the tests of what checkpoints are asked and answer."""

from __future__ import annotations

from hypothesis import strategies as st
from PIL import Image

from idetex_plugin.dialects.frame import CoordinateFrame, Corners
from idetex_plugin.dialects.json import JsonDialect
from idetex_plugin.dialects.vida import VidaDialect
from idetex_plugin.words.assessment import Region
from idetex_plugin.words.box import Box
from idetex_plugin.words.card import Card
from idetex_plugin.words.request import Reply, Token, Views
from idetex_plugin.words.vocabulary import VIDA, Severity


def card(**values: object) -> Card:
    """A card for tests."""
    return Card.model_validate({"name": "test", "title": "Test", "checkpoint": "a/b", "dialect": "json", **values})


LOOK = Views((Image.new("RGB", (560, 364)),), 1120, 728)
PIXELS = CoordinateFrame(560, 364)
THOUSAND = CoordinateFrame(1000, 1000)
vida = VidaDialect(card())
zero_shot = JsonDialect(card())
in_pixels = JsonDialect(card(boxes="resized"))


def said(text: str, length: int = 1) -> Reply:
    """A complete reply of tokens of this many characters, each with log-probability -0.01."""
    cut = (text[start : start + length] for start in range(0, len(text), length))
    return Reply(text, tokens=tuple(Token(part, -0.01) for part in cut))


def corners(frame: CoordinateFrame) -> st.SearchStrategy[Corners]:
    """Corners in the frame that enclose something."""

    def side(length: int) -> st.SearchStrategy[tuple[int, int]]:
        return st.tuples(st.integers(0, length), st.integers(0, length)).filter(lambda pair: pair[0] < pair[1])

    return st.builds(lambda x, y: (x[0], y[0], x[1], y[1]), side(frame.width), side(frame.height))


def boxes(frame: CoordinateFrame) -> st.SearchStrategy[Box]:
    """Boxes whose corners are whole in the frame."""
    return corners(frame).map(frame.read)


words = st.text("abcdefghij ,'", min_size=1, max_size=40).map(lambda text: " ".join(text.split()).strip(",' ") or "x")


def regions(frame: CoordinateFrame) -> st.SearchStrategy[list[Region]]:
    """Regions that differ from one another."""
    one = st.builds(
        Region, distortion=st.sampled_from(VIDA.names), severity=st.sampled_from(Severity), box=boxes(frame),
        effect=words,
    )
    return st.lists(one, max_size=5, unique_by=lambda region: (region.distortion, region.severity, region.box))


def bare(found: object) -> list[tuple[str, Severity | None, Box]]:
    """What regions say, without confidence and effect."""
    assert isinstance(found, tuple), found
    return [(region.distortion, region.severity, region.box) for region in found]
