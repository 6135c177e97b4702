"""A recipe that trains in seconds, beside four photographs of noise."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

RECIPE = """
split = "split.tsv"
workers = 0
merges = 40
bf16 = false
[architecture]
vision_width = 64
vision_layers = 1
vision_inner = 64
text_width = 64
text_layers = 1
text_inner = 64
[synthesis]
photo_sides = [64, 128]
distractor_share = 0.5
framed_share = 0.5
[augment]
balanced = true
phrasings = true
[mixing]
weights = { affects = 2 }
later = { position = 3 }
temperature = 2
cap = 0.4
[online]
every = 2
hard_share = 0.5
[dense]
steps = 4
batch = 2
[reader]
steps = 4
batch = 2
turns = 2
"""


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    rows = ["split\tphotograph\tsha256"]
    for number in range(4):
        Image.fromarray(rng.integers(0, 255, (120, 160, 3), np.uint8)).save(tmp_path / f"{number}.png")
        rows.append(f"{'train' if number < 3 else 'validation'}\t{number}.png\t-")
    (tmp_path / "split.tsv").write_text("\n".join(rows) + "\n")
    (tmp_path / "recipe.toml").write_text(RECIPE)
    return tmp_path / "recipe.toml"
