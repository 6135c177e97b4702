"""A recipe for tuning a large checkpoint: one TOML file."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from idetex_plugin.lab.training.mixing import Mixing
from idetex_plugin.lab.training.named import names, read_recipe
from idetex_plugin.words.record import Record

RECIPES = Path(__file__).parent / "recipes"


class Lora(Record):
    """Low-rank adapters. `on`: the linear layers of the language model, or all but the output head."""

    rank: int = Field(default=64, gt=0)
    alpha: int = Field(default=128, gt=0)
    dropout: float = Field(default=0.05, ge=0, lt=1)
    on: Literal["language", "all"] = "language"


class FinetuneConfig(Record):
    """`card`: whose pixel limits, boxes and, unless `checkpoint` says otherwise, weights to start from.

    Rates are for the adapters, the vision tower and the merger between both; what has rate 0 stays as it is.
    `batch`: conversations a step on all devices; `micro_batch`: at once on one. `warmup`: share of the steps.
    `mixing`: of the sub-tasks, which are the names of the data files; without it every conversation is seen once an
    epoch. `save_steps`: how often to write what a stopped run goes on from.
    """

    card: str
    checkpoint: str | None = None
    epochs: int = Field(default=1, gt=0)
    batch: int = Field(default=128, gt=0)
    micro_batch: int = Field(default=1, gt=0)
    rate: float = Field(default=1e-4, gt=0)
    vision_rate: float = Field(default=0, ge=0)
    merger_rate: float = Field(default=0, ge=0)
    weight_decay: float = Field(default=0.05, ge=0)
    warmup: float = Field(default=0.03, ge=0, lt=1)
    max_tokens: int = Field(default=8192, gt=0)
    bf16: bool = True
    checkpoint_gradients: bool = True
    workers: int = Field(default=4, ge=0)
    save_steps: int = Field(default=500, gt=0)
    seed: int = 1
    lora: Lora = Lora()
    mixing: Mixing | None = None

    @model_validator(mode="after")
    def _trains_each_weight_once(self) -> Self:
        if self.lora.on == "all" and (self.vision_rate or self.merger_rate):
            raise ValueError("with adapters on all layers, vision_rate and merger_rate must be 0")
        if self.batch % self.micro_batch:
            raise ValueError("batch must be a multiple of micro_batch")
        return self


def built_in() -> list[str]:
    """Names of the recipes in the package."""
    return names(RECIPES)


def read_finetune(which: Path) -> FinetuneConfig:
    """The recipe in a file, or the built-in one of this name. Raises ValueError naming the file and each fault."""
    return read_recipe(which, FinetuneConfig, RECIPES)[0]
