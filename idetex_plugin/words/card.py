"""A card says what a checkpoint is and what it speaks. Data only; a dialect does the speaking."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, NonNegativeFloat, PositiveFloat, model_validator

from idetex_plugin.words.record import FaultsError, Record

TaskName = Literal["grounding", "perception", "description"]
ViewLayout = Literal["whole", "global_detail", "global_detail_measured"]
VIEW_COUNTS: dict[ViewLayout, int] = {"whole": 1, "global_detail": 2, "global_detail_measured": 3}
Share = Annotated[float, Field(ge=0, le=1)]
TASKS: tuple[TaskName, ...] = ("grounding", "perception", "description")


class CardError(FaultsError):
    """A card's file is missing, is no TOML, or holds what no card can hold. The message names the file and the key."""


class Doubt(Record):
    """Which regions are reported: those whose confidence has log-odds above `least` + `clean` x the log-odds of the
    photo's level being excellent.

    least: the bound where the level says nothing.
    clean: how much a photo that looks clean raises it; at least 0.
    """

    least: float
    clean: float = Field(ge=0)


class Sampling(Record):
    """How replies are drawn where they are not greedy; the names are those of vLLM and of transformers.

    Sampling is what leads a model out of a list that repeats without end. Options are never drawn.

    temperature: above 0; the higher, the more even.
    top_p: only the most probable tokens that together have this probability.
    top_k: only so many of the most probable tokens; 0 for all.
    presence_penalty: how much the score of a token falls that the reply already has.
    repetition_penalty: by how much the score of such a token, or one of the prompt, is divided.
    always: draw every generated reply. Otherwise only a reply that was cut off is asked for again, once, in this way.
    """

    temperature: float = Field(default=0.7, gt=0)
    top_p: float = Field(default=1.0, gt=0, le=1)
    top_k: int = Field(default=0, ge=0)
    presence_penalty: float = Field(default=0.0, ge=-2, le=2)
    repetition_penalty: float = Field(default=1.0, gt=0)
    always: bool = False

    @property
    def settings(self) -> dict[str, float]:
        """The settings by name, for an engine."""
        return self.model_dump(exclude={"always"})


class Card(Record):
    """What a checkpoint speaks. Raises pydantic's ValidationError for values that do not go together.

    name: how the card is asked for.
    title: how it is shown to people.
    checkpoint: a folder, a hub id, or "embedded".
    dialect: "nano", "vida", "json", "rating", or one of a plugin.
    wording: replaces sentences of the dialect by their names, which the dialect's module lists.
    boxes: "thousand" (0-1000 of the image), "resized" (pixels of the image as the processor resized it) or
        "bins" (location tokens 0..`bins`).
    bins: how many location tokens a side of the image has; with boxes "bins" only.
    views: "whole" (the photo, resized only as far as `min_pixels`, `max_pixels` and `pixel_multiple`, of which both
        sides become multiples, demand), or several squares of `view_size` pixels a side: "global_detail" (the
        frame, and windows of its own pixels), or "global_detail_measured" (and a map of measures).
    view_size: pixels a side of those squares.
    min_pixels: a smaller photo is enlarged to this many.
    max_pixels: a larger photo is shrunk to this many.
    pixel_multiple: both sides become multiples of this many pixels.
    doubt: how sure of a region the checkpoint must be; finding regions then asks for the level, too.
    thresholds: the probability from which a photo is said to have a type, for checkpoints that score types.
    evidence: what the photo's own pixels count for, by type, for checkpoints that score types and have `evidence.npz`
        beside their weights: the share that they have in the log-odds of the type having the whole frame, the rest
        being the reply's; and the probability from which it is said to have it (`tasks.deciding`).
    level_pull: how much the level gives way to the regions, where both are asked: nats that a level loses for each step
        below, and for each step above, the one that they amount to (`tasks.rules.agreed`).
    answer_pull: how much answers to the questions asked in every assessment give way to the regions: nats that the
        option gains which they amount to, and the power to which probabilities are then raised, since both know much
        the same (`tasks.rules.borne_out`). With more than 0 nats the description tells of the reported regions, too
        (`tasks.telling`).
    template: the prompt around a request, with {images}, {system}, {prompt} and {prefix}; None means the
        checkpoint's own chat template.
    image_token: what stands for one image in the template.
    stop: further texts that end a reply, each one token.
    keep_special_tokens: has no effect; replies are always read with their special tokens.
    tasks: what the checkpoint can do.
    max_model_len: the most tokens of prompt and reply together.
    licence: of the checkpoint.
    notes: for people.
    template_arguments: what the chat template is told, such as enable_thinking = false; sent to a server, too.
    thinking: the marks between which the checkpoint thinks before it answers.
    thinking_tokens: how long it may do so before every reply. 0: it answers at once, and a prompt whose template opens
        the thinking is refused.
    sampling: how replies are drawn; None means greedy decoding, always.
    corners: the order in which the checkpoint gives the corners of a box: "xyxy" (x1 y1 x2 y2) or "yxyx" (y1 x1 y2 x2).
    box_key: what the checkpoint calls a box in JSON.
    weight: how much the checkpoint counts among several that assess together.
    billions: parameters of the checkpoint, in billions.
    needs: packages beyond this one's that the checkpoint's processor imports.
    confirmed: facts of this card that were read at a source, each with that source.
    unconfirmed: facts of this card that were not.
    """

    name: str = Field(min_length=1)
    title: str
    checkpoint: str = Field(min_length=1)
    dialect: str
    wording: Mapping[str, str] = Field(default_factory=dict)
    boxes: Literal["thousand", "resized", "bins"] = "thousand"
    bins: int | None = Field(default=None, gt=0)
    views: ViewLayout = "whole"
    view_size: int | None = Field(default=None, gt=0)
    min_pixels: int = Field(default=28 * 28 * 4, gt=0)
    max_pixels: int = Field(default=1280 * 28 * 28, gt=0)
    pixel_multiple: int = Field(default=1, gt=0)
    doubt: Doubt | None = None
    thresholds: Mapping[str, Share] = Field(default_factory=dict)
    evidence: Mapping[str, tuple[Share, Share]] = Field(default_factory=dict)
    level_pull: tuple[NonNegativeFloat, NonNegativeFloat] = (0.0, 0.0)
    answer_pull: tuple[NonNegativeFloat, PositiveFloat] = (0.0, 1.0)
    template: str | None = None
    image_token: str | None = None
    stop: tuple[str, ...] = ()
    keep_special_tokens: bool = True
    tasks: tuple[TaskName, ...] = TASKS
    max_model_len: int = Field(default=8192, gt=0)
    licence: str = "see the checkpoint's own page"
    notes: str = ""
    template_arguments: Mapping[str, bool | int | float | str] = Field(default_factory=dict)
    thinking: tuple[str, str] = ("<think>", "</think>")
    thinking_tokens: int = Field(default=0, ge=0)
    sampling: Sampling | None = None
    corners: Literal["xyxy", "yxyx"] = "xyxy"
    box_key: str = Field(default="bbox_2d", min_length=1)
    weight: float = Field(default=1.0, gt=0)
    billions: float | None = Field(default=None, gt=0)
    needs: tuple[str, ...] = ()
    confirmed: tuple[str, ...] = ()
    unconfirmed: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if (self.boxes == "bins") != (self.bins is not None):
            raise ValueError("bins is set exactly when boxes is 'bins'")
        if (self.views == "whole") != (self.view_size is None):
            raise ValueError("view_size is set exactly when views is not 'whole'")
        if self.boxes == "resized" and self.views != "whole":
            raise ValueError("boxes 'resized' needs views 'whole'")
        if self.min_pixels > self.max_pixels or self.pixel_multiple**2 > self.max_pixels:
            raise ValueError("min_pixels and the square of pixel_multiple are at most max_pixels")
        if self.template is not None and (self.template_arguments or self.thinking_tokens):
            raise ValueError("template_arguments and thinking_tokens are for the checkpoint's own chat template")
        if not all(self.thinking):
            raise ValueError("thinking is two marks, neither of them empty")
        return self

    @classmethod
    def stored(cls, values: Mapping[str, Any]) -> Self:
        """The card that a run holds, without the keys of another version that this one does not know."""
        return cls.model_validate({name: value for name, value in values.items() if name in cls.model_fields})

    @property
    def view_count(self) -> int:
        """How many images the checkpoint is shown of a photo."""
        return VIEW_COUNTS[self.views]

    @property
    def embedded(self) -> bool:
        """Whether the checkpoint is the one inside this package."""
        return self.checkpoint == "embedded"

    @property
    def folder(self) -> Path:
        """Where the checkpoint's files are, if it is on this machine; there is none for a hub id."""
        return EMBEDDED_FOLDER if self.embedded else Path(self.checkpoint).expanduser()


EMBEDDED_FOLDER = Path(__file__).parents[1] / "cards" / "nano" / "checkpoint"
