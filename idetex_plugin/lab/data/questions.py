"""Questions with options about a photo whose regions are known, each with its right answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from idetex_plugin.tasks import questions as ask
from idetex_plugin.tasks import rules
from idetex_plugin.words.assessment import Region
from idetex_plugin.words.question import Question
from idetex_plugin.words.vocabulary import NOT_VISIBLE, VIDA, Severity

OPTIONS = 4
Asked = tuple[Question, str]
Maker = Callable[[Sequence[Region], np.random.Generator], Asked]


def present(regions: Sequence[Region], rng: np.random.Generator) -> Asked:
    """Which of four types is there, or none of three."""
    names = {region.distortion for region in regions}
    right = str(rng.choice(sorted(names))) if names else ask.NO_DISTORTION
    return ask.type_present(shuffled([right, *other_types(names, OPTIONS - 1, rng)], rng)), right


def absent(regions: Sequence[Region], rng: np.random.Generator) -> Asked:
    """Which type is not there, among those that are; for a clean photo, which is there."""
    names = {region.distortion for region in regions}
    if not names:
        return present(regions, rng)
    right = other_types(names, 1, rng)[0]
    return ask.type_absent(shuffled([right, *sorted(names)], rng)), right


def severity(regions: Sequence[Region], rng: np.random.Generator) -> Asked:
    """How severe a type is; a quarter of the time one that is not there."""
    worst = worst_severities(regions)
    if not worst or rng.random() < 0.25:
        return ask.severity_of(other_types({region.distortion for region in regions}, 1, rng)[0]), NOT_VISIBLE
    name = str(rng.choice(sorted(worst)))
    return ask.severity_of(name), str(worst[name])


def position(regions: Sequence[Region], rng: np.random.Generator) -> Asked:
    """Where the only region of a type is; a question of severity where every type has several."""
    single = [r for r in regions if sum(other.distortion == r.distortion for other in regions) == 1]
    if not single:
        return severity(regions, rng)
    region = single[int(rng.integers(len(single)))]
    return ask.position_of(region.distortion), region.box.position


def dominant(regions: Sequence[Region], rng: np.random.Generator) -> Asked:
    """Which of the distortions present matters most; with fewer than two, which is there."""
    names = {region.distortion for region in regions}
    if len(names) < 2:
        return present(regions, rng)
    right = max(regions, key=rules.significance).distortion
    return ask.most_significant(shuffled(sorted(names), rng)), right


def worst_severities(regions: Sequence[Region]) -> dict[str, Severity]:
    """The highest severity of each type; types of which a region's severity is unknown are left out."""
    worst: dict[str, Severity] = {}
    unknown = {region.distortion for region in regions if region.severity is None}
    for region in regions:
        if region.severity and region.distortion not in unknown:
            known = worst.get(region.distortion, region.severity)
            worst[region.distortion] = max(known, region.severity, key=lambda severity: severity.rank)
    return worst


def other_types(names: set[str], count: int, rng: np.random.Generator) -> list[str]:
    """So many types beside these."""
    rest = [name for name in VIDA.names if name not in names]
    return [str(name) for name in rng.choice(rest, size=min(count, len(rest)), replace=False)]


def shuffled(options: Sequence[str], rng: np.random.Generator) -> tuple[str, ...]:
    """These options in a drawn order."""
    return tuple(str(option) for option in rng.permutation(list(options)))
