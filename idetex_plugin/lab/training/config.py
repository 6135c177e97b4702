"""A training recipe: one TOML file, hashed into the checkpoint's card."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from idetex_plugin.lab.synthesis.distractors import DISTRACTORS
from idetex_plugin.lab.training.mixing import Mixing
from idetex_plugin.lab.training.model import Architecture
from idetex_plugin.lab.training.named import read_recipe
from idetex_plugin.lab.training.online import Online
from idetex_plugin.words.digest import digest
from idetex_plugin.words.record import Record
from idetex_plugin.words.vocabulary import VIDA

RECIPES = Path(__file__).parent / "recipes"


def _are_types(values: dict[str, float]) -> dict[str, float]:
    if unknown := set(values) - set(VIDA.names):
        raise ValueError(f"no distortion is called {', '.join(map(repr, sorted(unknown)))}")
    return values


def _are_looks(names: tuple[str, ...]) -> tuple[str, ...]:
    if not names or set(names) - set(DISTRACTORS):
        raise ValueError(f"{list(names)}: name at least one of {', '.join(DISTRACTORS)}")
    return names


ByType = Annotated[dict[str, Annotated[float, Field(ge=0)]], AfterValidator(_are_types)]


class SynthesisConfig(Record):
    """See `lab.synthesis.Recipe`, whose fields these are."""

    counts: tuple[float, ...] = (0.2, 0.45, 0.25, 0.1)
    whole_share: float = 0.4
    whole_shares: ByType = Field(default_factory=dict)
    weights: ByType = Field(default_factory=dict)
    sides: tuple[float, float] = (0.22, 0.75)
    distractor_share: float = 0
    distractors: Annotated[tuple[str, ...], AfterValidator(_are_looks)] = tuple(DISTRACTORS)
    framed_share: float = 0
    camera_jpeg_share: float = 0.5
    camera_share: float = Field(default=0, ge=0, le=1)
    photo_sides: tuple[int, int] = (320, 1100)
    tiled_share: float = 0


class AugmentConfig(Record):
    """What is asked about a photo beside detection, level and the constant questions: regions and referring
    expressions (`grounding`), drawn questions (`perception`; `balanced`: so that no right answer wins by frequency)
    and descriptions (`description`; `phrasings`: in several wordings). `every_type`: detection tells of every type
    where it is or that it is not visible, and so scores them all."""

    grounding: bool = True
    perception: bool = True
    balanced: bool = False
    description: bool = True
    phrasings: bool = False
    every_type: bool = False


class StageConfig(Record):
    """Length and speed of one stage. `matrix_rate` is Muon's for hidden matrices, `rate` AdamW's for the rest.

    `minutes`: the stage ends after so many, all runs of it together, however many steps it took; rates fall with the
    share of steps or of time that is spent, whichever is larger."""

    steps: int = Field(gt=0)
    minutes: float | None = Field(default=None, gt=0)
    batch: int = Field(gt=0)
    rate: float = 1e-3
    matrix_rate: float = 2e-3
    warmup: int = 40
    weight_decay: float = 0.02
    floor: float = 0.02


class DenseConfig(StageConfig):
    """`cosines`: start the patch embedding as a cosine basis, and not at random; `processes`: how many share each batch
    (see `crew`), on a CPU."""

    cosines: bool = True
    processes: int = Field(default=1, gt=0)

    @model_validator(mode="after")
    def _can_share(self) -> Self:
        if self.batch % self.processes:
            raise ValueError(f"{self.processes} processes cannot share a batch of {self.batch} evenly")
        if self.minutes is not None and self.processes > 1:
            raise ValueError("several processes would end at different steps: leave out minutes")
        return self


class ReaderConfig(StageConfig):
    """`turns`: questions drawn for a photo beside the constant ones; `tower`: whether tower and connector learn too;
    `connector`: whether the connector learns although the tower does not; `dense_weight`: how much the dense loss
    counts beside the reader's, of use where the tower learns; `cell_weight`: how much the damage of each cell counts,
    read from the language model's states half way up, which teaches it to bring the views together; `place_weight`:
    how much a location token counts beside another; `place_spread`: standard deviation, in bins, of the bell that
    teaches it. A wide bell makes the likeliest place a middle one where the model is not sure. `level_weight`: how much
    a level counts."""

    turns: int = 7
    describe_share: float = 0.5
    tower: bool = False
    connector: bool = False
    dense_weight: float = Field(default=0, ge=0)
    cell_weight: float = Field(default=0, ge=0)
    place_weight: float = Field(default=1, gt=0)
    place_spread: float = Field(default=0.7, gt=0)
    level_weight: float = Field(default=1, gt=0)


class EvidenceConfig(Record):
    """Networks over the statistics of whole photos (see `views.evidence`), learned after the other stages.

    `samples`: how many are drawn; `closeups`: how many frames at a sensor's own pixels, from which then noise alone is
    learned, and from nothing else (`synthesis.camera.closeup`); `passes`: how often each is seen; `networks`: how many
    learn, each from another start; `hidden`: units of each of their two layers; `jitter`: standard deviation of what is
    added to the standardised statistics, so that no single one is trusted; `dropout`: share of hidden units left out of
    a step."""

    samples: int = Field(gt=0)
    closeups: int = Field(default=0, ge=0)
    passes: int = Field(default=40, gt=0)
    batch: int = Field(default=128, gt=0)
    networks: int = Field(default=4, gt=0)
    hidden: int = Field(default=48, gt=0)
    jitter: float = Field(default=0.3, ge=0)
    dropout: float = Field(default=0.1, ge=0, lt=1)
    rate: float = Field(default=3e-3, gt=0)
    weight_decay: float = Field(default=0.05, ge=0)


class TrainConfig(Record):
    """A whole recipe. Photographs are the "train" part of `split`, a table beside the recipe (see `photos.listed`; the
    package's own by default), below the folder given on the command line.

    `start`: a checkpoint of this architecture to go on from, a folder or "nano" for the embedded one; then the
    architecture and `bins` are the checkpoint's, which may be given one more view, and a dense stage goes on with its
    tower. Without it, dense and reader stage are needed.
    `readable_share`: how loudly image tokens say where they are and what damages them as the reader begins, relative
    to their power (see `image_tokens`). `probes`: samples to which linear maps of the tower are fitted."""

    split: Path | None = None
    start: str | None = None
    seed: int = 1
    bins: int = 32
    merges: int = 320
    readable_share: float = Field(default=0, ge=0)
    probes: int = Field(default=400, gt=0)
    workers: int = 1
    threads: int = 1
    bf16: bool = True
    save_minutes: float = 5
    architecture: Architecture = Architecture()
    synthesis: SynthesisConfig = SynthesisConfig()
    augment: AugmentConfig = AugmentConfig()
    mixing: Mixing = Mixing()
    online: Online | None = None
    dense: DenseConfig | None = None
    reader: ReaderConfig | None = None
    joint: ReaderConfig | None = None
    evidence: EvidenceConfig | None = None

    @model_validator(mode="after")
    def _has_stages(self) -> Self:
        if self.start is None and (self.dense is None or self.reader is None):
            raise ValueError("a recipe without `start` needs the stages [dense] and [reader]")
        several = self.dense is not None and self.dense.processes > 1
        if several and self.online is not None:
            raise ValueError("the processes of a dense stage cannot follow one running error: leave out [online]")
        return self


def read_config(which: Path) -> tuple[TrainConfig, str]:
    """The recipe in a file, or the package's own of this name, and the first 16 hex digits of the file's SHA-256.

    Raises ValueError naming the file and each fault."""
    config, path, data = read_recipe(which, TrainConfig, RECIPES)
    if config.split is not None:
        config = config.model_copy(update={"split": path.parent / config.split})
    return config, digest(data)


def rehearsal(config: TrainConfig) -> TrainConfig:
    """The recipe, each stage two steps of two samples long, in this process: whether it runs, before it is paid for."""
    short: dict[str, Any] = {"steps": 2, "batch": 2, "minutes": None}
    stages: dict[str, Any] = {
        name: stage.model_copy(update=short | ({"processes": 1} if name == "dense" else {}))
        for name in ("dense", "reader", "joint")
        if (stage := getattr(config, name)) is not None
    }
    if config.evidence is not None:
        stages["evidence"] = config.evidence.model_copy(update={
            "samples": 8, "closeups": min(8, config.evidence.closeups), "passes": 1, "batch": 4,
        })
    return config.model_copy(update={**stages, "workers": 0, "probes": 4})
