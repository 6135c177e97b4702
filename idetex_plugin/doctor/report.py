"""The doctor's findings, as data."""

from __future__ import annotations

from idetex_plugin.words.record import Record


class Package(Record):
    """One package of interest: its version, or None when it is not installed, and what it is for."""

    name: str
    version: str | None
    purpose: str


class Fault(Record):
    """Something missing or broken. `command` fixes it; a blocking one keeps every engine from running."""

    name: str
    message: str
    command: str
    blocking: bool = False


class CardNeeds(Record):
    """A card whose checkpoint does not run in this process: packages that its processor imports and cannot.

    A server that runs elsewhere is not concerned. `command` installs them.
    """

    card: str
    engines: tuple[str, ...]
    packages: tuple[str, ...]
    command: str


class Report(Record):
    """The state of this installation.

    torch_cuda: the CUDA version that torch is built for, None for a CPU build or without torch.
    cpu_features: those of the processor's features that decide how fast it computes.
    dtype: the number format that the engines would choose on a CPU.
    engine: the engine that "auto" would choose for the embedded checkpoint, None when none can run.
    broken: packages that `doctor.fix` would remove.
    cards: what is missing for single cards.
    """

    python: str
    platform: str
    cores: int
    cpu_features: tuple[str, ...]
    gpus: tuple[str, ...]
    torch_cuda: str | None
    dtype: str
    packages: tuple[Package, ...]
    engine: str | None
    why: str
    broken: tuple[str, ...] = ()
    problems: tuple[Fault, ...] = ()
    cards: tuple[CardNeeds, ...] = ()

    @property
    def healthy(self) -> bool:
        """Whether an engine can run."""
        return self.engine is not None and not any(problem.blocking for problem in self.problems)
