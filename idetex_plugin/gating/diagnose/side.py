"""One of the two files: its pixels as a person sees them, as they are stored, and its layers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from PIL import Image, ImageColor

from idetex_plugin.gating.diagnose.facts import DEEP, Facts, opened, read_facts
from idetex_plugin.gating.diagnose.small import Floats, grid
from idetex_plugin.photo.load import Photo, PhotoError, load_photo
from idetex_plugin.photo.pixels import ORIENTATIONS
from idetex_plugin.words.policy import Policy

SIXTEEN = 257


@dataclass(frozen=True)
class Side:
    """A source beside its photo. fault: why there is no photo; then `photo` is None. backdrop: of `picture`, if any."""

    source: Any
    photo: Photo | None
    fault: PhotoError | None = None
    facts: Facts = field(default_factory=Facts)
    backdrop: str | None = None

    @classmethod
    def of(cls, source: Any, photo: Photo | None, fault: PhotoError | None = None) -> Side:
        """With the facts of the file; those of a `Photo` are unknown, but for its size and its notes."""
        if isinstance(source, Photo):
            return cls(source, photo, fault, Facts(size=source.image.size))
        return cls(source, photo, fault, read_facts(source))

    @property
    def image(self) -> Image.Image:
        """The pixels that are judged: RGB, upright."""
        assert self.photo is not None
        return self.photo.image

    @property
    def sha256(self) -> str | None:
        """Of the file, or of the pixels of what is no file."""
        info = self.photo.info if self.photo else self.fault.info if self.fault else None
        return info.sha256 if info else None

    @cached_property
    def small(self) -> Floats:
        """(64, 64, 3) of the pixels that are compared."""
        return grid(self.picture)

    @cached_property
    def picture(self) -> Image.Image:
        """The pixels that are compared: as those that are judged, but gray of 16 bits on its whole range.

        A judge may guess that a dark photo has 10 bits; a comparison of two files must not guess once for each.
        """
        if self.backdrop is not None:
            return self.over(self.backdrop)
        if self.facts.mode not in DEEP or self.facts.mode == "F":
            return self.image
        values = np.asarray(self._frame, np.int64)
        if values.min() < 0 or values.max() >= 1 << 16:
            return self.image
        return self._turned(Image.fromarray(np.rint(values / SIXTEEN).astype(np.uint8))).convert("RGB")

    @cached_property
    def stored(self) -> Image.Image:
        """RGB upright, by the plain numbers: no profile, no gamma."""
        if self.facts.mode in DEEP:
            return self.picture
        return self._turned(self._frame.convert("RGB"))

    @cached_property
    def layers(self) -> Image.Image | None:
        """RGBA upright, where the file can be transparent."""
        if not self.facts.layered:
            return None
        frame = self._frame
        return self._turned(frame.convert("RGBA"))

    @cached_property
    def alpha(self) -> Floats | None:
        """(H, W) 0..255, where anything is transparent."""
        if self.layers is None:
            return None
        plane = self.layers.getchannel("A")
        return None if plane.getextrema() == (255, 255) else np.asarray(plane, np.float32)

    def over(self, colour: str) -> Image.Image:
        """RGB upright on a backdrop of this colour; the same as `picture` where nothing is transparent."""
        if self.alpha is None or self.layers is None:
            return self.picture if self.backdrop is None else replace(self, backdrop=None).picture
        backdrop = Image.new("RGBA", self.layers.size, (*ImageColor.getrgb(colour)[:3], 255))
        return self._in_srgb(Image.alpha_composite(backdrop, self.layers).convert("RGB"))

    @property
    def transparent(self) -> Image.Image:
        """RGBA upright, in sRGB."""
        assert self.layers is not None
        image = self._in_srgb(self.layers.convert("RGB"))
        image.putalpha(self.layers.getchannel("A"))
        return image

    def _in_srgb(self, image: Image.Image) -> Image.Image:
        if not self.facts.profile:
            return image
        image.info["icc_profile"] = self.facts.profile
        return load_photo(image).image.copy()

    @cached_property
    def _frame(self) -> Image.Image:
        """The first frame, decoded."""
        if isinstance(self.source, Photo):
            return self.source.image
        image = opened(self.source)
        if image is None:
            return Image.fromarray(_eight(np.asarray(self.source)))
        return image.copy()

    def _turned(self, image: Image.Image) -> Image.Image:
        turn = ORIENTATIONS.get(self.facts.orientation)
        return image if turn is None else image.transpose(turn)


def laid(old: Side, new: Side, policy: Policy) -> tuple[Side, Side]:
    """Both on the policy's background, where only one of them is transparent."""
    if policy.background is None or (old.alpha is None) == (new.alpha is None):
        return old, new
    return replace(old, backdrop=policy.background), replace(new, backdrop=policy.background)


def _eight(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    if values.ndim == 3 and values.shape[2] == 1:
        values = values[..., 0]
    if values.dtype == bool or np.issubdtype(values.dtype, np.floating):
        return np.asarray(np.rint(values.astype(np.float64) * 255), np.uint8)
    return np.asarray(values // SIXTEEN if values.dtype == np.uint16 else values, np.uint8)
