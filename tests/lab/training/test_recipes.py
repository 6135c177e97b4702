"""The recipes of the package: that each is whole, and what the larger model weighs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from transformers import AutoTokenizer

from idetex_plugin.cards.registry import get_card
from idetex_plugin.lab.training import train as train_module
from idetex_plugin.lab.training.card import card_of
from idetex_plugin.lab.training.config import RECIPES, TrainConfig, read_config
from idetex_plugin.lab.training.model import Architecture, build, start_from_cosines
from idetex_plugin.lab.training.named import names
from idetex_plugin.lab.training.train import train_in_turn
from idetex_plugin.words.card import EMBEDDED_FOLDER

MOST_BYTES = 64_000_000
BYTES_OF_BFLOAT16 = 2
SAMPLES_A_SECOND = 400
SECONDS = 480


@pytest.mark.parametrize("name", names(RECIPES))
def test_every_recipe_is_valid(name: str) -> None:
    assert isinstance(read_config(Path(name))[0], TrainConfig)


def test_the_larger_model_has_some_thirty_million_weights_and_fits_its_bytes() -> None:
    config = read_config(Path("nano-plus"))[0]
    shape = config.architecture
    tokenizer = AutoTokenizer.from_pretrained(EMBEDDED_FOLDER)
    assert (config.bins, config.merges) == (read_config(Path("nano"))[0].bins, read_config(Path("nano"))[0].merges)
    with torch.device("meta"):
        model = build(shape, len(tokenizer), {"image": 3, "bos": 1, "eos": 2, "pad": 0})
    weights = sum(parameter.numel() for parameter in model.parameters())
    assert weights > 28_000_000
    assert weights * BYTES_OF_BFLOAT16 < 0.98 * MOST_BYTES


def test_the_larger_model_is_asked_as_the_embedded_one_and_trained_as_long_as_nano_gpu() -> None:
    plus, gpu = (read_config(Path(name))[0] for name in ("nano-plus", "nano-gpu"))
    told, known = card_of(plus), get_card("nano")
    assert (told.dialect, told.views, told.bins, told.view_size) == (
        known.dialect, known.views, known.bins, known.view_size
    )  # fmt: skip
    assert (plus.synthesis, plus.augment, plus.mixing) == (gpu.synthesis, gpu.augment, gpu.mixing)
    stages = [plus.dense, plus.reader]
    minutes = [stage.minutes for stage in stages if stage is not None and stage.minutes is not None]
    assert len(minutes) == 2 and 60 * sum(minutes) <= SECONDS
    for stage, most in zip(stages, minutes, strict=True):
        assert stage is not None and stage.steps * stage.batch > 60 * most * SAMPLES_A_SECOND


def test_the_patch_embedding_of_the_larger_model_starts_with_every_frequency() -> None:
    shape = read_config(Path("nano-plus"))[0].architecture
    small = shape.model_copy(update={"vision_layers": 1, "text_layers": 1, "text_inner": 64})
    model = build(small, 8, {"image": 3, "bos": 1, "eos": 2, "pad": 0})
    start_from_cosines(model, torch.randn(64, 3, shape.patch, shape.patch), shape.luma_share)
    filters = model.model.vision_model.embeddings.patch_embedding.weight.detach().flatten(1)
    assert torch.linalg.matrix_rank(filters) == shape.vision_width


@pytest.mark.parametrize(
    ("sizes", "said"),
    [
        ({"vision_width": 448}, "a luma_share of 0.75 of 448 filters is 336, but a patch has 256 frequencies of luma"),
        ({"vision_width": 768, "luma_share": 0.3}, "768 filters is 230, but a patch has 256 .* and 512 of colour"),
        ({"text_width": 300}, "text_width 300 is no multiple of head 64"),
    ],
)
def test_sizes_that_cannot_be_built_are_refused(sizes: dict, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Architecture.model_validate(sizes)


def test_the_larger_model_is_rehearsed_whole(recipe: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(train_module, "VALIDATION", 2)
    monkeypatch.setattr(train_module, "START_PATCHES", 4)
    own = recipe.parent / "nano-plus.toml"
    own.write_text('split = "split.tsv"\n' + (RECIPES / "nano-plus.toml").read_text())
    folder = train_in_turn([own], recipe.parent, recipe.parent / "out", lambda _: None, rehearse=True)
    record = json.loads((folder / "training.json").read_text())
    assert record["steps"] == {"dense": 2, "reader": 2} and record["after"] == []
    assert sum(path.stat().st_size for path in folder.iterdir()) < MOST_BYTES
    assert get_card(str(folder)).view_count == 3
