"""How the frame of a copy lies on the original's: turned, cropped, squashed, padded, resized, enlarged."""

from __future__ import annotations

from PIL import Image, ImageColor

from idetex_plugin.gating.diagnose.crop import Place, locate, part_of
from idetex_plugin.gating.diagnose.edges import SIDE, missing
from idetex_plugin.gating.diagnose.findings import difference
from idetex_plugin.gating.diagnose.orientation import finding, turn_of
from idetex_plugin.gating.diagnose.padding import colour_of, content_of
from idetex_plugin.gating.diagnose.shift import parts, shift
from idetex_plugin.gating.diagnose.side import Side
from idetex_plugin.gating.diagnose.small import FLAT, alike, grid, luma
from idetex_plugin.photo.pixels import ORIENTATIONS
from idetex_plugin.words.box import Box
from idetex_plugin.words.policy import Policy
from idetex_plugin.words.verdict import Difference, Kind, Outcome

SHAPE = 0.02
PLAIN = 0.995
GAIN = 0.4
LEAST_CROP, LEAST_FRAME, SURE, STRANGER = 0.85, 0.9, 0.97, 0.5
LEAST_CUT = 0.01
LEAST_PADDED, BLURRED = 0.02, 8
ENLARGED = 1.02
NEAR_COLOUR = 12


def geometry(old: Side, new: Side, policy: Policy) -> list[Difference]:
    """What happened to the frame and to the size: one of turned, moved, padded, cropped, squashed, another picture."""
    one, two = luma(old.small), luma(new.small)
    straight, across = has_shape(old, new), has_shape(old, new, across=True)
    if one.std() < FLAT:
        return _sizes(old, new, policy) if straight else [_squashed(old, new)]
    way = turn_of(one, two, straight, across)
    if way != 1:
        return [finding(way, old.facts.orientation, new.facts.orientation)]
    if old.picture.size == new.picture.size:
        moved = shift(*parts(old.picture, new.picture))
        if moved is not None:
            return [moved]
    if straight and abs(alike(one, two)) >= PLAIN:
        return _sizes(old, new, policy)
    return _other_frame(old, new, policy, straight)


def _other_frame(old: Side, new: Side, policy: Policy, straight: bool) -> list[Difference]:
    """Of a copy whose frame is not plainly the original's."""
    frame = abs(alike(luma(old.small), luma(new.small)))
    found = (missing(*(grid(side.picture, SIDE) for side in (old, new))) if straight else None) or _padded(
        old, new, policy
    )
    place = None if found else _part(old, new, frame)
    if not found and not (straight and place):
        way = _turned_part(old, new, place.alike if place else frame)
        if way != 1:
            return [finding(way, old.facts.orientation, new.facts.orientation)]
    if place is not None:
        found = _cropped(old, place, policy)
    if found is not None:
        return [found, *_sizes(old, new, policy, box=found.box if found.kind is Kind.CROPPED else None)]
    if frame < STRANGER and luma(new.small).std() >= FLAT:
        words = "shows another picture than the original"
        return [difference(Kind.ANOTHER, Outcome.REJECT, words, "check-source", settles=True)]
    return _sizes(old, new, policy) if straight else [_squashed(old, new)]


def has_shape(old: Side, new: Side, *, across: bool = False) -> bool:
    """Whether the copy's shape is the original's (or the original's turned), as rounded to whole pixels."""
    width, height = old.picture.size[::-1] if across else old.picture.size
    after = new.picture
    return abs(after.width * height / (after.height * width) - 1) <= max(SHAPE, 1.01 / min(after.size))


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


def _part(old: Side, new: Side, frame: float) -> Place | None:
    """Where in the original the copy lies, if that is more like it than the whole frame."""
    place = locate(old.picture, new.picture)
    if place is None or place.alike < LEAST_CROP:
        return None
    part = grid(part_of(old.picture, place.edges, new.picture.size))
    if 1 - alike(luma(part), luma(new.small)) > GAIN * (1 - frame):
        return None
    left, top, right, bottom = place.edges
    width, height = old.picture.size
    return place if min((right - left) / width, (bottom - top) / height) <= 1 - LEAST_CUT else None


def _cropped(old: Side, place: Place, policy: Policy) -> Difference:
    box = Box.from_scaled(place.edges, *old.picture.size)
    words = f"cropped: shows {box.area:.0%} of the original, {box.position}; judged against that part"
    if policy.crop:
        return difference(Kind.CROPPED, Outcome.PASS, words, box=box)
    return difference(Kind.CROPPED, Outcome.REVIEW, words, "check-crop", box=box)


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
    if 1 - box.area < LEAST_PADDED:
        return None
    near = BLURRED + LEAST_PADDED * max(new.picture.size)
    if max(abs(one - two) for one, two in zip(place.edges, content, strict=True)) > near:
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


def _turned_part(old: Side, new: Side, best: float) -> int:
    """The way in which the original must be turned so that the copy is a part of it; 1 where it need not be."""
    if best >= SURE:
        return 1
    small = old.picture.copy()
    small.thumbnail((256, 256), Image.Resampling.BOX)
    found = {way: locate(small.transpose(turn), new.picture) for way, turn in ORIENTATIONS.items()}
    scores = {way: place.alike for way, place in found.items() if place is not None}
    way = max(scores, key=scores.__getitem__, default=1)
    return way if way != 1 and scores[way] >= LEAST_FRAME and 1 - scores[way] <= GAIN * (1 - best) else 1
