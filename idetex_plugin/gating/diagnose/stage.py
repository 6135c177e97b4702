"""The stage before the metric: every kind of difference looked for once, the plain ones first."""

from __future__ import annotations

from collections.abc import Iterator

from idetex_plugin.gating.diagnose.alpha import transparency
from idetex_plugin.gating.diagnose.channels import channels
from idetex_plugin.gating.diagnose.compare import comparable
from idetex_plugin.gating.diagnose.detail import detail
from idetex_plugin.gating.diagnose.edges import edge
from idetex_plugin.gating.diagnose.findings import difference
from idetex_plugin.gating.diagnose.frames import frames
from idetex_plugin.gating.diagnose.geometry import geometry, has_shape
from idetex_plugin.gating.diagnose.identical import identical
from idetex_plugin.gating.diagnose.profile import SHOWS, effect, profile
from idetex_plugin.gating.diagnose.shift import parts
from idetex_plugin.gating.diagnose.side import Side, laid
from idetex_plugin.gating.diagnose.small import grid
from idetex_plugin.gating.diagnose.tone import PLAIN, tone
from idetex_plugin.words.box import WHOLE, Box
from idetex_plugin.words.policy import Policy
from idetex_plugin.words.verdict import Difference, Kind, Outcome

CONVERTED = 3.0
"""How many times a tone may differ where colours were converted: intents and black points are not one."""


def diagnose(original: Side, compressed: Side, policy: Policy) -> tuple[Difference, ...]:
    """What happened to the copy, worst first. A difference that settles explains what a comparison would see.

    Cheap: small pictures, strips at the edges and one part of 256 pixels, whatever the size of the photos.
    Raises PhotoError for what cannot be read, where it is not the same as the other all the same.
    """
    same = identical(original, compressed)
    if same is not None:
        return (*_budget(original, compressed, policy), same)
    for side in (compressed, original):
        if side.fault is not None:
            raise side.fault
    found = [*_found(original, compressed, policy)]
    return tuple(sorted(found, key=lambda each: (-each.outcome.rank, not each.settles)))


def _found(old: Side, new: Side, policy: Policy) -> Iterator[Difference]:
    """In the order in which one explains the next; nothing is looked for behind what settles."""
    yield from _budget(old, new, policy)
    yield from _file(old, new)
    flat = transparency(old, new, policy) if has_shape(old, new) else None
    frame = [flat] if flat and flat.settles else geometry(*laid(old, new, policy), policy)
    yield from frame
    if _settles(frame):
        return
    layers = [each for each in (frames(old, new, policy), flat or transparency(old, new, policy, _part(frame))) if each]
    yield from layers
    if _settles(layers):
        return
    tags = [each for each in (profile(old, new, policy),) if each]
    pixels = [] if _settles(tags) else [*_pixels(old, new, policy, [*frame, *layers])]
    yield from pixels or tags
    if pixels and not _settles(pixels):
        yield from tags


def _pixels(old: Side, new: Side, policy: Policy, known: list[Difference]) -> Iterator[Difference]:
    """What small pictures show, then what only unscaled pixels do."""
    before, after = comparable(old, new, policy, known)[0]
    one, two = grid(before), grid(after)
    converted = old.facts.mode == "CMYK" or max(effect(old), effect(new)) >= SHOWS
    looked = channels(one, two) or tone(one, two, PLAIN * (CONVERTED if converted else 1))
    if looked is not None:
        yield looked
        return
    if old.picture.size == new.picture.size:
        lost = detail(*parts(before, after))
        if lost is not None:
            yield lost
    padded = any(each.kind is Kind.PADDED for each in known)
    damaged = None if padded else edge(before, after)
    if damaged is not None:
        yield damaged


def _part(frame: list[Difference]) -> Box:
    """What the copy shows of the original."""
    return next((each.box for each in frame if each.kind is Kind.CROPPED), None) or WHOLE


def _file(old: Side, new: Side) -> Iterator[Difference]:
    """Of the files: what the pixels do not show and a copy for the web may lack."""
    if old.facts.gain_map and not new.facts.gain_map:
        yield difference(
            Kind.GAIN_MAP, Outcome.PASS, "the HDR gain map is gone: bright screens show it as a plain photo"
        )
    if old.facts.bits > 8 >= new.facts.bits:
        yield difference(Kind.DEPTH, Outcome.PASS, f"{old.facts.bits} bits a channel became {new.facts.bits}")


def _budget(old: Side, new: Side, policy: Policy) -> Iterator[Difference]:
    """What the policy says of the file's size."""
    size, before = new.facts.bytes, old.facts.bytes
    if policy.max_bytes is not None and size is not None and size > policy.max_bytes:
        words = f"{size:,} bytes, the policy takes {policy.max_bytes:,}"
        yield difference(Kind.BYTES, Outcome.REJECT, words, "smaller-file")
    if policy.min_saving is not None and size is not None and before:
        saved = 1 - size / before
        if saved < policy.min_saving:
            words = f"saves {saved:.0%} of {before:,} bytes, the policy asks for {policy.min_saving:.0%}"
            yield difference(Kind.BYTES, Outcome.REVIEW, words, "smaller-file")


def _settles(found: list[Difference]) -> bool:
    return any(each.settles for each in found)
