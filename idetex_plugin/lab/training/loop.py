"""One plain training loop for every stage: schedule, steps, log, and checkpoints from which it resumes exactly."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import torch

from idetex_plugin.lab.training.config import StageConfig
from idetex_plugin.lab.training.data_parallel import Crew
from idetex_plugin.lab.training.progress import bar

Step = Callable[[int], torch.Tensor]
Log = Callable[[int, dict[str, float]], None]


def optimizers(modules: Iterable[torch.nn.Module], stage: StageConfig) -> list[torch.optim.Optimizer]:
    """Muon for the matrices of hidden layers, AdamW for embeddings, heads, norms and biases."""
    named = [(name, p) for module in modules for name, p in module.named_parameters() if p.requires_grad]
    unique = {id(p): (name, p) for name, p in named}.values()
    matrices = [p for name, p in unique if p.ndim == 2 and "layers" in name]
    others = [p for name, p in unique if p.ndim != 2 or "layers" not in name]
    muon = torch.optim.Muon(
        matrices, lr=stage.matrix_rate, weight_decay=stage.weight_decay, adjust_lr_fn="match_rms_adamw"
    )
    adam = torch.optim.AdamW(others, lr=stage.rate, betas=(0.9, 0.95), weight_decay=stage.weight_decay)
    for optimizer in (muon, adam):
        for group in optimizer.param_groups:
            group["top"] = group["lr"]
    return [muon, adam]


def pace(step: int, progress: float, stage: StageConfig) -> float:
    """Share of the top learning rate: linear warm-up by steps, then a cosine of the progress (0..1) down to `floor`."""
    warm = min(1.0, (step + 1) / max(stage.warmup, 1))
    cosine = 0.5 * (1 + math.cos(math.pi * min(progress, 1)))
    return warm * (stage.floor + (1 - stage.floor) * cosine)


class Loop:
    """Runs a stage's steps from wherever its checkpoint stands.

    `modules` are all that is trained or kept, `memory` what else has a `state_dict` and must survive a stop; the
    checkpoint holds both, the optimizers and the step count.
    Data must be a function of the step and the memory. Of a `crew`, only the first process writes.
    """

    def __init__(
        self, name: str, folder: Path, modules: dict[str, torch.nn.Module], stage: StageConfig,
        memory: dict[str, Any] | None = None, crew: Crew | None = None,
    ) -> None:  # fmt: skip
        self.name, self.modules, self.stage, self.memory = name, modules, stage, memory or {}
        self.crew = crew or Crew()
        self.path = folder / f"{name}.pt"
        self.optimizers = optimizers(modules.values(), stage)
        self.step = 0
        self.spent = 0.0
        if self.path.is_file():
            self._load()

    @property
    def done(self) -> bool:
        """Whether every step has been taken, or all of the time."""
        return self.progress >= 1

    @property
    def progress(self) -> float:
        """How much of the stage is over, by steps or by time, 0..1 or more."""
        minutes = self.stage.minutes
        return max(self.step / self.stage.steps, 0.0 if minutes is None else self.spent / 60 / minutes)

    def run(self, loss_of: Step, log: Log, save_minutes: float) -> None:
        """Take the remaining steps. `loss_of` gives the loss of a step's own data. Raises ArithmeticError on a
        loss that is not finite; the last checkpoint stands."""
        saved = started = time.monotonic()
        before = self.spent
        parameters = [p for o in self.optimizers for group in o.param_groups for p in group["params"]]
        recent, first = 0.0, self.step
        with bar(self.name, self.stage.steps, first, shown=self.crew.rank == 0) as stepped:
            while not self.done:
                value = self._take(loss_of, parameters)
                self.spent = before + time.monotonic() - started
                stepped()
                recent = value if self.step == first + 1 else 0.97 * recent + 0.03 * value
                if self.step % 20 == 0 or self.done:
                    speed = (self.step - first) / (time.monotonic() - started)
                    left = self._seconds_left(speed) / 60
                    log(self.step, {"loss": recent, "samples/s": speed * self.stage.batch, "left_min": left})
                if time.monotonic() - saved > save_minutes * 60:
                    self.save()
                    saved = time.monotonic()
        self.save()

    def _take(self, loss_of: Step, parameters: list[torch.Tensor]) -> float:
        """One step; gives its loss."""
        self._set_pace()
        loss = loss_of(self.step)
        value = float(loss.detach())
        if not math.isfinite(value):
            raise ArithmeticError(f"stage {self.name}: loss is {value} at step {self.step}")
        loss.backward()
        self.crew.average(parameters)
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
            optimizer.zero_grad()
        self.step += 1
        return value

    def _seconds_left(self, speed: float) -> float:
        """Until the steps are taken, at so many a second, or the time is over."""
        by_steps = (self.stage.steps - self.step) / speed
        minutes = self.stage.minutes
        return by_steps if minutes is None else max(min(by_steps, 60 * minutes - self.spent), 0.0)

    def save(self) -> None:
        """Write the checkpoint beside its place, then move it there."""
        if self.crew.rank:
            return
        state: dict[str, Any] = {
            "step": self.step,
            "spent": self.spent,
            "modules": {name: module.state_dict() for name, module in self.modules.items()},
            "memory": {name: each.state_dict() for name, each in self.memory.items()},
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
        }
        fresh = self.path.with_suffix(".tmp")
        torch.save(state, fresh)
        os.replace(fresh, self.path)

    def _load(self) -> None:
        state = torch.load(self.path, weights_only=True, map_location="cpu")
        self.step, self.spent = state["step"], state.get("spent", 0.0)
        for name, module in self.modules.items():
            module.load_state_dict(state["modules"][name])
        for name, saved in state.get("memory", {}).items():
            self.memory[name].load_state_dict(saved)
        for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)

    def _set_pace(self) -> None:
        share = pace(self.step, self.progress, self.stage)
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = group["top"] * share
