"""Differences in words, and what to do about each."""

from __future__ import annotations

from idetex_plugin.words.box import Box
from idetex_plugin.words.verdict import Difference, Kind, Outcome, Remedy

ADVICE: dict[str, str] = {
    "apply-orientation": "Turn the pixels as the EXIF orientation says before it is removed "
    "(Pillow: ImageOps.exif_transpose; sharp: .rotate(); libvips: autorot).",
    "drop-orientation-tag": "Remove the EXIF orientation, or set it to 1, where the pixels were turned.",
    "check-transform": "Check the steps that turn or mirror: the pixels are not as the original is seen.",
    "check-crop": "Check the crop: what part of the original a copy shows is not asked for by the policy "
    "(crop = true allows it).",
    "keep-aspect": "Keep the aspect ratio: fit or crop instead of filling a box.",
    "no-padding": "Crop or fit without bars, or name their colour in the policy (background).",
    "no-resize": "Keep the size, or use a policy with resized = true.",
    "no-enlarge": "Do not enlarge (sharp: withoutEnlargement; imgproxy: enlarge 0), or allow it (enlarge = true).",
    "check-offset": "Check offsets: of a crop by one pixel, of padding to an even size, of a resampling filter.",
    "check-source": "Check that this copy was made from this original.",
    "check-decoder": "Check for a failed decode, a wrong mask or an empty layer.",
    "check-inversion": "Check the conversion: CMYK of Adobe is stored inverted, and a mask can be a negative.",
    "check-channels": "Check the order of the channels: RGB and BGR were taken for one another.",
    "check-range": "Check the range: 16..235 of video and 0..255 were taken for one another.",
    "check-tone": "Check steps that change tones: gamma, levels, normalising, linear light.",
    "keep-colour": "Keep the colours: check for a gray colour space or palette.",
    "convert-profile": "Convert the pixels to sRGB before the profile is removed, or keep the profile.",
    "keep-profile": "Keep the colour profile (Pillow: icc_profile=; sharp: .keepIccProfile()).",
    "apply-gamma": "Apply the gamma of the gAMA chunk to the pixels before it is removed, or keep it.",
    "keep-transparency": "Keep an alpha channel, or flatten on the colour that the page has (background).",
    "check-alpha": "Check the alpha channel: inverted, dropped or premultiplied twice.",
    "keep-frames": "Encode all frames (sharp: animated: true; Pillow: save_all=True), or allow a still "
    "(still_from_animation = true).",
    "encode-again": "Encode again from the original: part of the copy was not written or not decoded.",
    "check-edge": "Check the size that the encoder is given: an odd side, padding or a wrong stride.",
    "from-original": "Make the copy from the original in one step; do not enlarge a smaller one.",
    "smaller-file": "Lower the quality or the size, or choose a better codec (idetex tune).",
}  # fmt: skip


def difference(
    kind: Kind, outcome: Outcome, words: str, action: str = "", *, settles: bool = False, box: Box | None = None
) -> Difference:
    """With the remedy of this action; what passes needs none."""
    remedy = Remedy(distortion="", action=action, advice=ADVICE[action]) if action else None
    if outcome is Outcome.PASS:
        remedy = None
    return Difference(kind=kind, outcome=outcome, words=words, settles=settles, box=box, remedy=remedy)
