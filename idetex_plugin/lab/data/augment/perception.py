"""Questions with options from regions: type, absence, position, severity and significance, right answers balanced.

Every question redraws its distractors and the order of its options; severities and positions keep their fixed order, as
in ViDA-UGC.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from idetex_plugin.lab.data.augment.balance import Balance
from idetex_plugin.lab.data.augment.exchange import Exchange, dialect, exchange, views_of
from idetex_plugin.lab.data.questions import OPTIONS, Asked, other_types, shuffled, worst_severities
from idetex_plugin.lab.data.vida.records import Labelled
from idetex_plugin.tasks import questions as ask
from idetex_plugin.tasks import rules
from idetex_plugin.words.assessment import Region
from idetex_plugin.words.vocabulary import NOT_VISIBLE, VIDA

MOST_SHOWN = 5
DIALECT = dialect()
Maker = Callable[[Sequence[Region], Balance, np.random.Generator], Asked | None]


def present(regions: Sequence[Region], balance: Balance, rng: np.random.Generator) -> Asked | None:
    """Which type is there; "None" is among the options of half of the damaged images and of every clean one."""
    names = {region.distortion for region in regions}
    right = balance.choose("present", sorted(names) or [ask.NO_DISTORTION], rng)
    options = [right, *other_types(names, OPTIONS - 1, rng)]
    if names and rng.random() < 0.5:
        options[-1] = ask.NO_DISTORTION
    return (ask.type_present(shuffled(options, rng)), right) if len(options) > 1 and right in options else None


def absent(regions: Sequence[Region], balance: Balance, rng: np.random.Generator) -> Asked | None:
    """Which type is not there, among those that are; None for a clean image or one with everything."""
    names = {region.distortion for region in regions}
    missing = [name for name in VIDA.names if name not in names]
    if not names or not missing:
        return None
    right = balance.choose("absent", missing, rng)
    shown = [str(name) for name in rng.permutation(sorted(names))[: OPTIONS - 1]]
    return ask.type_absent(shuffled([right, *shown], rng)), right


def severity(regions: Sequence[Region], balance: Balance, rng: np.random.Generator) -> Asked | None:
    """How severe a type is, the worst of its marks; one that is absent as often as any severity."""
    known = worst_severities(regions)
    missing = [name for name in VIDA.names if all(region.distortion != name for region in regions)]
    named = {str(each): [name for name in known if known[name] == each] for each in known.values()}
    if missing:
        named[NOT_VISIBLE] = missing
    if not named:
        return None
    right = balance.choose("severity", sorted(named), rng)
    return ask.severity_of(balance.choose(f"severity {right}", named[right], rng)), right


def position(regions: Sequence[Region], balance: Balance, rng: np.random.Generator) -> Asked | None:
    """Where a type is that has one mark only; None where there is no such type."""
    names = [region.distortion for region in regions]
    single = {region.distortion: region.box.position for region in regions if names.count(region.distortion) == 1}
    if not single:
        return None
    right = balance.choose("position", sorted(set(single.values())), rng)
    there = [name for name, place in single.items() if place == right]
    return ask.position_of(there[int(rng.integers(len(there)))]), right


def significance(
    regions: Sequence[Region], balance: Balance, rng: np.random.Generator, known: Sequence[float] | None = None
) -> Asked | None:
    """Which of at least two types matters most; which types are shown is drawn so that the least frequent winner wins.
    None with fewer than two types, or two first ones. `known`: each region's significance, otherwise by `rules`."""
    best: dict[str, float] = {}
    for region, worth in zip(regions, known or map(rules.significance, regions), strict=True):
        best[region.distortion] = max(best.get(region.distortion, worth), worth)
    ranked = sorted(best, key=lambda name: best[name])
    if len(ranked) < 2 or best[ranked[-1]] == best[ranked[-2]]:
        return None
    winners = [name for place, name in enumerate(ranked) if place and best[name] > best[ranked[place - 1]]]
    right = balance.choose("significance", winners, rng)
    below = [str(name) for name in rng.permutation(ranked[: ranked.index(right)])[: MOST_SHOWN - 1]]
    return ask.most_significant(shuffled([right, *below], rng)), right


MAKERS: dict[str, Maker] = {
    maker.__name__: maker for maker in (present, absent, severity, position, significance)
}  # fmt: skip


def mcq(record: Labelled, asked: Asked) -> Exchange:
    """The question with lettered options; the answer is a letter."""
    question, right = asked
    letter = chr(ord("A") + question.options.index(right))
    return exchange("mcq", DIALECT.ask(views_of(record), question), f"{letter}.")


def vqa(asked: Asked) -> Exchange | None:
    """The same question without options, where it can be understood without; the answer in words."""
    question, right = asked
    if question.concern not in ("severity", "position"):
        return None
    text = "\n".join(filter(None, [question.preamble, question.text]))
    return Exchange("vqa", DIALECT.words["system"], text, f"{right}.")
