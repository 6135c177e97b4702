"""What `tune` encodes: a photo's pixels as a codec can hold them, with its colour profile where the policy keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PIL import Image

from idetex_plugin.gating.codecs import Codec
from idetex_plugin.gating.compare import read_side
from idetex_plugin.gating.diagnose import Side
from idetex_plugin.gating.diagnose.facts import ANIMATED
from idetex_plugin.words.assessment import PhotoInfo
from idetex_plugin.words.policy import Policy

ONE_FRAME = ("first frame", "last frame")


@dataclass(frozen=True, slots=True)
class Master:
    """side: the photo as it was given, to judge files beside. image: upright.

    RGB in sRGB, or RGBA where anything is transparent. Where the policy keeps profiles and the photo has one, RGB,
    RGBA, L or CMYK by the photo's own numbers, with the profile in `info["icc_profile"]`.
    """

    side: Side
    image: Image.Image
    policy: Policy

    def refusal(self, codec: Codec) -> str:
        """Why the codec cannot hold the photo, or ""."""
        mode = self.image.mode
        if "icc_profile" in self.image.info and not codec.profiled:
            return (
                f"the policy keeps the photo's colour profile, which cannot be put into {codec.name} here: choose "
                f"another codec, or a policy with strip_profile = true"
            )
        if mode in codec.modes or (mode == "RGBA" and self.policy.background is not None):
            return ""
        if mode == "RGBA":
            return (
                f"the photo is transparent, which {codec.name} cannot be: choose another codec, or give the policy a "
                f'background, such as background = "#ffffff"'
            )
        kind = "gray" if mode == "L" else mode
        return (
            f"the policy keeps the photo's colour profile, which is for {kind} pixels, and {codec.name} holds RGB: "
            f"choose codec jpeg, or a policy with strip_profile = true"
        )

    def held_by(self, codec: Codec) -> Image.Image:
        """A copy of the photo as the codec can hold it. Raises ValueError, see `refusal`."""
        refused = self.refusal(codec)
        if refused:
            raise ValueError(refused)
        if self.image.mode in codec.modes:
            return self.image.copy()
        ground = Image.new("RGBA", self.image.size, self.policy.background or "")
        flat = Image.alpha_composite(ground, self.image).convert("RGB")
        flat.info = dict(self.image.info)
        return flat


def read_master(photo: Any, policy: Policy, max_pixels: int) -> Master:
    """Read a photo once. Raises PhotoError, and ValueError for what no file could pass for.

    That is an animation where the policy lets no single frame of it pass, and a colour profile that the policy keeps
    and that cannot be used.
    """
    side = read_side(photo, max_pixels=max_pixels)
    assert side.photo is not None
    info = side.photo.info
    if _moves(side, info) and not policy.still_from_animation:
        raise ValueError(
            f"{info.name}: an animation, of which only one frame would be encoded and all others be lost: give a "
            f"single frame, or a policy with still_from_animation = true"
        )
    plain = side.picture if side.alpha is None else side.transparent
    if policy.strip_profile or side.profile is None:
        return Master(side, plain, policy)
    if side.own is None:
        raise ValueError(
            f"{info.name}: the policy keeps colour profiles (strip_profile = false), and the {side.profile[1]} "
            f"cannot be used with these pixels: convert the photo to sRGB, or choose a policy with strip_profile = true"
        )
    return Master(side, side.own, policy)


def _moves(side: Side, info: PhotoInfo) -> bool:
    """Whether it is an animation, of which the gate would say that frames are lost."""
    return side.facts.moves or (info.format in ANIMATED and any(note.startswith(ONE_FRAME) for note in info.notes))
