"""One of the two files: its pixels as a person sees them, as they are stored, and its layers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from PIL import Image, ImageColor

from idetex_plugin.gating.diagnose.facts import DEEP, Facts, profile_name, read_facts
from idetex_plugin.gating.diagnose.small import Floats, grid
from idetex_plugin.photo.colour import mode_of
from idetex_plugin.photo.decode import decode
from idetex_plugin.photo.frame import Frame
from idetex_plugin.photo.load import Photo, PhotoError
from idetex_plugin.photo.pixels import ORIENTATIONS, to_rgb
from idetex_plugin.words.policy import Policy

SIXTEEN = 257
OF_THE_FILE = ("profile", "stored", "layers", "alpha", "_frame")
"""What is worked out once, whatever the backdrop."""
GRAY = frozenset({"1", "L", "LA", "La", "I;16", "I;16B", "I;16L", "I;16N", "I", "F"})


@dataclass(frozen=True)
class Side:
    """A source beside its photo, decoded once for however many copies it is compared with.

    fault: why there is no photo; then `photo` is None. backdrop: of `picture`, if any.
    """

    source: Any
    photo: Photo | None
    fault: PhotoError | None = None
    facts: Facts = field(default_factory=Facts)
    backdrop: str | None = None
    _laid: dict[str, Side] = field(default_factory=dict, init=False, repr=False, compare=False)

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
        """The pixels that are compared: those that are judged, but on the backdrop, where there is one."""
        return self.image if self.backdrop is None else self.over(self.backdrop)

    @cached_property
    def profile(self) -> tuple[bytes, str] | None:
        """The colour profile and the words for it, embedded or by the file's other tags; None for plain sRGB."""
        if self.photo is not None and not self.photo.info.notes and not self.facts.has_profile:
            return None
        data, tags = self._frame.profile, self._frame.profile_from
        return (data, tags or f"colour profile ({profile_name(data) or 'nameless'})") if data else None

    @cached_property
    def stored(self) -> Image.Image:
        """RGB upright, by the plain numbers: as if the file had no profile."""
        return to_rgb(Frame(self._frame.image, self._frame.format, self._frame.orientation))[0]

    @cached_property
    def layers(self) -> Image.Image | None:
        """RGBA upright, by the plain numbers, where the file can be transparent."""
        if not self.facts.layered or self._frame.image.mode in DEEP:
            return None
        turn = ORIENTATIONS.get(self._frame.orientation)
        image = self._frame.image.convert("RGBA")
        return image if turn is None else image.transpose(turn)

    @cached_property
    def alpha(self) -> Floats | None:
        """(H, W) 0..255, where anything is transparent."""
        if self.layers is None:
            return None
        plane = self.layers.getchannel("A")
        return None if plane.getextrema() == (255, 255) else np.asarray(plane, np.float32)

    @cached_property
    def own(self) -> Image.Image | None:
        """The pixels upright by their own numbers, in the mode of the profile, which `info["icc_profile"]` holds.

        RGB, RGBA, L or CMYK; None where the profile says nothing of such pixels, or there is none.
        """
        mode = "" if self.profile is None else mode_of(self.profile[0])
        stored, alpha = self._frame.image.mode, self.alpha is not None
        if mode == "RGB" and stored != "CMYK":
            image = self.layers if alpha else self.stored
        elif mode == "L" and stored in GRAY and not alpha:
            image = self.stored.getchannel("R")
        elif mode == stored == "CMYK":
            turn = ORIENTATIONS.get(self._frame.orientation)
            image = self._frame.image if turn is None else self._frame.image.transpose(turn)
        else:
            return None
        assert image is not None and self.profile is not None
        image = image.copy()
        image.info = {"icc_profile": self.profile[0]}
        return image

    def on(self, colour: str) -> Side:
        """The same on a backdrop."""
        if colour not in self._laid:
            laid = replace(self, backdrop=colour)
            laid.__dict__.update({name: self.__dict__[name] for name in OF_THE_FILE if name in self.__dict__})
            self._laid[colour] = laid
        return self._laid[colour]

    def over(self, colour: str) -> Image.Image:
        """RGB upright on a backdrop of this colour; the same as `image` where nothing is transparent."""
        if self.alpha is None or self.layers is None:
            return self.image
        backdrop = Image.new("RGBA", self.layers.size, (*ImageColor.getrgb(colour)[:3], 255))
        return self._in_srgb(Image.alpha_composite(backdrop, self.layers).convert("RGB"))

    @property
    def transparent(self) -> Image.Image:
        """RGBA upright, in sRGB."""
        assert self.layers is not None
        image = self._in_srgb(self.layers.convert("RGB")).copy()
        image.putalpha(self.layers.getchannel("A"))
        return image

    def _in_srgb(self, image: Image.Image) -> Image.Image:
        return image if self.profile is None else to_rgb(Frame(image, "", profile=self.profile[0]))[0]

    @cached_property
    def _frame(self) -> Frame:
        """The first frame as it is stored, decoded again."""
        if isinstance(self.source, Photo):
            return Frame(self.source.image, "")
        if isinstance(self.source, Image.Image):
            image = self.source
            return Frame(image.copy(), image.format or "", self.facts.orientation, image.info.get("icc_profile"))
        if isinstance(self.source, np.ndarray):
            return Frame(Image.fromarray(_eight(self.source)), "")
        return decode(_bytes(self.source), lambda size: None)


def laid(old: Side, new: Side, policy: Policy) -> tuple[Side, Side]:
    """Both on the policy's background, where only one of them is transparent."""
    if policy.background is None or (old.alpha is None) == (new.alpha is None):
        return old, new
    return old.on(policy.background), new.on(policy.background)


def _bytes(source: Any) -> bytes:
    if isinstance(source, bytes | bytearray | memoryview):
        return bytes(source)
    with open(source, "rb") as file:
        return file.read()


def _eight(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    if values.ndim == 3 and values.shape[2] == 1:
        values = values[..., 0]
    if values.dtype == bool or np.issubdtype(values.dtype, np.floating):
        return np.asarray(np.rint(values.astype(np.float64) * 255), np.uint8)
    return np.asarray(values // SIXTEEN if values.dtype == np.uint16 else values, np.uint8)
