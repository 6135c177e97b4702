"""A photo to tune, and a gate that judges files of it by similarity."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PIL import Image
from standins import WindowEngine, nano_says

from idetex_plugin import Assessor
from idetex_plugin.gating.check import Gate
from idetex_plugin.plugins.manager import Hooks
from idetex_plugin.words.policy import Policy, Similarity

PHOTO = Image.open(Path(__file__).parents[1] / "demo" / "bedside.jpg").convert("RGB").crop((200, 200, 500, 420))


def gate(passes: float = 60, **policy: Any) -> Gate:
    """A gate whose policy, with these keys besides, passes files from this similarity on and rejects all others."""
    similarity = Similarity(passes=passes, rejects=passes)
    engine = WindowEngine(answer=nano_says)
    return Gate(Policy(name="p", similarity=similarity, **policy), Assessor(engine=engine, hooks=Hooks()))


def clear() -> Image.Image:
    """The photo, from transparent at the top to opaque at the bottom."""
    photo = PHOTO.copy()
    photo.putalpha(Image.linear_gradient("L").resize(PHOTO.size))
    return photo
