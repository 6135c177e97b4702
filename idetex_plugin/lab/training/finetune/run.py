"""`idetex finetune`: adapters trained by the Trainer of transformers, then worked into the checkpoint."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch.utils.data import SequentialSampler
from transformers import Trainer, TrainingArguments
from transformers.trainer_utils import get_last_checkpoint

from idetex_plugin.cards.registry import get_card
from idetex_plugin.lab.training.continuing import claim, sizes
from idetex_plugin.lab.training.finetune.collate import Collator
from idetex_plugin.lab.training.finetune.config import FinetuneConfig
from idetex_plugin.lab.training.finetune.conversations import Talks
from idetex_plugin.lab.training.finetune.model import groups, load, merge, with_adapters
from idetex_plugin.words.digest import digest

ADAPTER, MERGED, STATE = "adapter", "checkpoint", "state"
HASTE = {"workers", "save_steps", "checkpoint_gradients"}
"""Keys of a recipe that change nothing of what is learned."""


class InOrder(Trainer):
    """The Trainer, on conversations in their given order, with the recipe's own rates."""

    def __init__(self, *, config: FinetuneConfig, **rest: Any) -> None:
        super().__init__(**rest)
        self.config = config

    def create_optimizer(self, model: Any = None) -> torch.optim.Optimizer:
        """AdamW with a rate for adapters, tower and merger each."""
        self.optimizer = torch.optim.AdamW(groups(model or self.model, self.config), betas=(0.9, 0.999))
        return self.optimizer

    def _get_train_sampler(self, train_dataset: Any = None) -> Any:
        return SequentialSampler(self.train_dataset)  # type: ignore[arg-type]


def finetune(config: FinetuneConfig, data: Path, images: Path, out: Path, say: Callable[[str], None]) -> Path:
    """Train adapters on the conversations of a folder; gives the folder of the merged checkpoint.

    Run again with the same arguments, it goes on from the last state in `out`. Raises OSError, and ValueError, also if
    `out` holds the run of another recipe, or on other conversations.
    """
    card = get_card(config.card)
    checkpoint = config.checkpoint or card.checkpoint
    talks = Talks(data, images, config.epochs, config.seed, config.mixing)
    conversations = sizes(data, sorted(path.name for path in data.glob("*.jsonl")))
    shown = digest(card.model_dump_json())
    run = {**config.model_dump(mode="json", exclude=HASTE), "shown": shown, "conversations": conversations}
    claim(out, run, (ADAPTER, MERGED, STATE))
    say(f"{len(talks)} conversations\n{talks.drawn}")
    torch.manual_seed(config.seed)
    model, processor = load(config, checkpoint)
    adapted = with_adapters(model, config)
    trainer = InOrder(
        config=config, model=adapted, args=arguments(config, out), train_dataset=talks,
        data_collator=Collator(processor, card, config.max_tokens),
    )
    state = get_last_checkpoint(str(out / STATE)) if (out / STATE).is_dir() else None
    trainer.train(resume_from_checkpoint=state)
    adapted.save_pretrained(str(out / ADAPTER))
    merge(config, checkpoint, out / ADAPTER, card, out / MERGED)
    return out / MERGED


def arguments(config: FinetuneConfig, out: Path) -> TrainingArguments:
    """The recipe as the Trainer takes it. `batch` counts all devices."""
    devices = max(1, torch.cuda.device_count())
    return TrainingArguments(
        output_dir=str(out / STATE), num_train_epochs=1, per_device_train_batch_size=config.micro_batch,
        gradient_accumulation_steps=max(1, config.batch // (config.micro_batch * devices)), learning_rate=config.rate,
        lr_scheduler_type="cosine", warmup_steps=config.warmup, weight_decay=config.weight_decay, bf16=config.bf16,
        gradient_checkpointing=config.checkpoint_gradients, gradient_checkpointing_kwargs={"use_reentrant": False},
        remove_unused_columns=False, dataloader_num_workers=config.workers, logging_steps=10,
        save_steps=config.save_steps, save_total_limit=2, report_to=["tensorboard"], seed=config.seed,
        use_cpu=not torch.cuda.is_available(),
    )  # fmt: skip
