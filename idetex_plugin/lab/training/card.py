"""The card of a checkpoint that a training recipe makes."""

from __future__ import annotations

from idetex_plugin.dialects import nano
from idetex_plugin.lab.training.config import TrainConfig
from idetex_plugin.lab.training.tokenizer import IMAGE
from idetex_plugin.words.card import VIEW_COUNTS, Card

VIEWS = {count: views for views, count in VIEW_COUNTS.items()}


def card_of(config: TrainConfig, checkpoint: str = "embedded", name: str = "nano") -> Card:
    """What this recipe's checkpoint speaks."""
    return Card(
        name=name, title="Embedded iDETEX checkpoint, trained from scratch", checkpoint=checkpoint, dialect="nano",
        boxes="bins", bins=config.bins,
        views=VIEWS[config.architecture.views], view_size=config.architecture.image_size,
        template="{images}{prompt}" + nano.ANSWER + "{prefix}", image_token=IMAGE,
        max_model_len=config.architecture.max_positions, licence="Apache-2.0",
    )
