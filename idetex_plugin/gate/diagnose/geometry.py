"""How the frame of a copy lies on the original's: turned, cropped, squashed, padded, resized, enlarged."""

from __future__ import annotations

from PIL import Image, ImageColor

from idetex_plugin.gate.diagnose.crop import locate, part_of
from idetex_plugin.gate.diagnose.findings import difference
from idetex_plugin.gate.diagnose.orientation import finding, turn_of
from idetex_plugin.gate.diagnose.padding import colour_of, content_of
from idetex_plugin.gate.diagnose.side import Side
from idetex_plugin.gate.diagnose.small import FLAT, alike, grid, luma
from idetex_plugin.photo.pixels import ORIENTATIONS
from idetex_plugin.words.box import Box
from idetex_plugin.words.policy import Policy
from idetex_plugin.words.verdict import Difference, Kind, Outcome

SHAPE = 0.02
PLAIN = 0.995
GAIN = 0.4
LEAST_CROP, LEAST_FRAME, STRANGER = 0.85, 0.9, 0.5
LEAST_CUT = 0.01
LEAST_PADDED = 0.02
ENLARGED = 1.02
NEAR_COLOUR = 12


def geometry(old: Side, new: Side, policy: Policy) -> list[Difference]:
    """What happened to the frame and to the size: one of turned, padded, cropped, squashed, another picture."""
    one, two = luma(old.small), luma(new.small)
    straight, across = _has_shape(old.picture, new.picture), _has_shape(old.picture, new.picture, across=True)
    if one.std() < FLAT:
        return _sizes(old, new, policy) if straight else [_squashed(old, new)]
    way = turn_of(one, two, straight, across)
    frame = abs(alike(one, two))
    if way == 1 and not (straight and frame >= PLAIN):
        found = _padded(old, new, policy) or _cropped(old, new, policy, frame)
        if found is not None:
            return [found, *_sizes(old, new, policy, box=found.box if found.kind is Kind.CROPPED else None)]
        if not straight and frame < LEAST_FRAME:
            way = _turned_part(old, new)
    if way != 1:
        return [finding(way, old.facts.orientation, new.facts.orientation)]
    if frame < STRANGER and two.std() >= FLAT:
        words = "shows another picture than the original"
        return [difference(Kind.ANOTHER, Outcome.REJECT, words, "check-source", settles=True)]
    return _sizes(old, new, policy) if straight else [_squashed(old, new)]


def _has_shape(old: Image.Image, new: Image.Image, *, across: bool = False) -> bool:
    """Whether the copy's shape is the original's (or the original's turned), as rounded to whole pixels."""
    width, height = old.size[::-1] if across else old.size
    off = abs(new.width * height / (new.height * width) - 1)
    return off <= max(SHAPE, 1.01 / min(new.size))


def _sizes(old: Side, new: Side, policy: Policy, *, box: Box | None = None, squashed: bool = False) -> list[Difference]:
    """What of the size the policy does not take; of a part, the part's size counts."""
    before, after = old.picture.size, new.picture.size
    sizes = f"{before[0]} x {before[1]} and {after[0]} x {after[1]}"
    if box is not None:
        before = (round((box.x2 - box.x1) * before[0]), round((box.y2 - box.y1) * before[1]))
    if after[0] > before[0] * ENLARGED and after[1] > before[1] * ENLARGED:
        words = f"enlarged {after[0] / before[0]:.2g} times: {sizes}"
        if policy.enlarge:
            return [difference(Kind.ENLARGED, Outcome.PASS, words)]
        return [difference(Kind.ENLARGED, Outcome.REVIEW, words, "no-enlarge")]
    if box is None and before != after and not policy.resized:
        words = f"original and copy differ in size: {sizes}; only a policy with resized = true takes that"
        return [difference(Kind.RESIZED, Outcome.REVIEW, words, "no-resize", settles=True)]
    return []


def _squashed(old: Side, new: Side) -> Difference:
    before, after = old.picture.size, new.picture.size
    ratio = after[0] * before[1] / (after[1] * before[0])
    way, share = ("wide", ratio) if ratio > 1 else ("high", 1 / ratio)
    sizes = f"{before[0]} x {before[1]} became {after[0]} x {after[1]}"
    words = f"squashed: {sizes}, {share:.2f} times as {way} as it should be"
    outcome = Outcome.REJECT if share > 1 + 2 * SHAPE else Outcome.REVIEW
    return difference(Kind.SQUASHED, outcome, words, "keep-aspect", settles=True)


def _cropped(old: Side, new: Side, policy: Policy, frame: float) -> Difference | None:
    place = locate(old.picture, new.picture)
    if place is None or place.alike < LEAST_CROP:
        return None
    part = grid(part_of(old.picture, place.edges, new.picture.size))
    if 1 - alike(luma(part), luma(new.small)) > GAIN * (1 - frame):
        return None
    left, top, right, bottom = place.edges
    width, height = old.picture.size
    if (right - left) / width > 1 - LEAST_CUT and (bottom - top) / height > 1 - LEAST_CUT:
        return None
    box = Box(x1=left / width, y1=top / height, x2=right / width, y2=bottom / height)
    words = f"cropped: shows {box.area:.0%} of the original, {box.position}"
    if policy.crop:
        return difference(Kind.CROPPED, Outcome.PASS, words + "; judged against that part", box=box)
    return difference(Kind.CROPPED, Outcome.REVIEW, words + "; judged against that part", "check-crop", box=box)


def _padded(old: Side, new: Side, policy: Policy) -> Difference | None:
    """Bars that are new: what lies within them is the whole original, or it is no padding."""
    content, had = content_of(new.picture), content_of(old.picture)
    bars = 1 - Box.from_scaled(content, *new.picture.size).area
    if bars < LEAST_PADDED + 1 - Box.from_scaled(had, *old.picture.size).area:
        return None
    place = locate(new.picture, old.picture)
    if place is None or place.alike < LEAST_FRAME:
        return None
    box = Box.from_scaled(place.edges, *new.picture.size)
    if abs(1 - box.area - bars) > LEAST_PADDED:
        return None
    colour = colour_of(new.picture, content)
    shown = "#{:02x}{:02x}{:02x}".format(*colour)
    words = f"padded with bars of {shown} over {1 - box.area:.0%} of the copy"
    if policy.background is not None and is_near(policy.background, colour):
        return difference(Kind.PADDED, Outcome.PASS, words, box=box)
    return difference(Kind.PADDED, Outcome.REVIEW, words, "no-padding", settles=True, box=box)


def is_near(colour: str, other: tuple[int, ...]) -> bool:
    """Whether a colour "#rrggbb" and another are the same but for coding."""
    return max(abs(a - b) for a, b in zip(ImageColor.getrgb(colour), other, strict=False)) <= NEAR_COLOUR


def _turned_part(old: Side, new: Side) -> int:
    """The way in which the original must be turned so that the copy is a part of it, 1 for none."""
    best, least = 1, LEAST_CROP
    small = old.picture.copy()
    small.thumbnail((256, 256), Image.Resampling.BOX)
    for way, turn in ORIENTATIONS.items():
        laid = small.transpose(turn)
        place = locate(laid, new.picture)
        if place is not None and place.alike > least:
            best, least = way, place.alike
    return best
