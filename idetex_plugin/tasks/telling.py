"""A description in the light of what is reported: where thresholds and the photo's pixels decide on regions and level,
the reply that describes the photo knows nothing of them."""

from __future__ import annotations

from collections.abc import Sequence

from idetex_plugin.dialects.steps import readable
from idetex_plugin.tasks.effects import effect
from idetex_plugin.tasks.rules import key_distortions, supposed
from idetex_plugin.words.assessment import Description, Finding, Quality, Region


def told(said: Description, regions: Sequence[Region], quality: Quality | None) -> Description:
    """The description that tells of these regions, each in the words of the reply where it speaks of this type and
    severity and else in those of `effects`, and of no others; key distortions by their significance. Its verdict is the
    level, or without one what the regions amount to. One that told of just these is as it was, but for the verdict."""
    words = {(finding.distortion, finding.severity): finding.effect for finding in said.findings}
    told_of = {(finding.distortion, finding.severity, box) for finding in said.findings for box in finding.boxes}
    same = told_of == {(region.distortion, region.severity, region.box) for region in regions}
    verdict = quality.level if quality else said.verdict if same else supposed(regions)
    findings, keys = said.findings, said.key_distortions
    if not same:
        findings = tuple(
            Finding(
                distortion=region.distortion, severity=region.severity, boxes=(region.box,),
                effect=words.get((region.distortion, region.severity)) or effect(region.distortion, region.severity),
            )
            for region in regions
        )  # fmt: skip
        keys = key_distortions(regions)
    elif verdict == said.verdict:
        return said
    text = readable(said.content, findings, keys, verdict)
    return Description(text=text, content=said.content, findings=findings, key_distortions=keys, verdict=verdict)
