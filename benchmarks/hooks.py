"""What the hook machinery adds to an assessment: python benchmarks/hooks.py PHOTOS... [--plugins 5]

Two measures on the same photos with the embedded checkpoint: the time of an assessment without plugins, and the time of
all hook calls of one photo with so many plugins that have every hook of a photo and do nothing in it.
"""

from __future__ import annotations

import argparse
import time
from itertools import pairwise
from statistics import mean

from idetex_plugin import (
    Assessed,
    Assessment,
    Assessor,
    BeforeAssess,
    Hook,
    Hooks,
    Judging,
    Photo,
    Verdict,
    hookimpl,
    load_photo,
)
from idetex_plugin.gating.policies import policy_named
from idetex_plugin.plugins.before import before_assess


class Idle:
    """Has every hook that is called for a photo, and does nothing."""

    @hookimpl
    def idetex_before_assess(self, event: BeforeAssess) -> None: ...

    @hookimpl
    def idetex_assessed(self, event: Assessed) -> None: ...

    @hookimpl
    def idetex_judge(self, event: Judging) -> None: ...


def hooks_of(plugins: int) -> Hooks:
    """The built-in plugin and so many idle ones."""
    hooks = Hooks()
    for number in range(plugins):
        hooks.register(Idle(), f"idle-{number}")
    return hooks


def calls(hooks: Hooks, photo: Photo, assessment: Assessment) -> list[float]:
    """Seconds that the calls for one photo take: before it is assessed, after it, and for the verdict."""
    moments = [time.perf_counter()]
    before_assess(hooks, photo, load_photo)
    moments.append(time.perf_counter())
    hooks.notify(Assessed(assessment))
    moments.append(time.perf_counter())
    hooks.decide(Hook.JUDGE, Judging(assessment, policy_named("web")), Verdict)
    moments.append(time.perf_counter())
    return [end - begin for begin, end in pairwise(moments)]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", nargs="+")
    parser.add_argument("--plugins", type=int, default=5)
    parser.add_argument("--engine", default="transformers")
    parser.add_argument("--rounds", type=int, default=20, help="of hook calls for each photo")
    wanted = parser.parse_args()
    with Assessor(engine=wanted.engine, hooks=Hooks()) as assessor:
        assessments = list(assessor.assess_many(wanted.photos))
        start = time.perf_counter()
        list(assessor.assess_many(wanted.photos))
        assessed = (time.perf_counter() - start) / len(wanted.photos)
    pairs = list(zip(map(load_photo, wanted.photos), assessments, strict=True)) * wanted.rounds
    print(f"an assessment, {len(assessments)} photos, {wanted.engine}: {assessed * 1000:.1f} ms")
    print("| plugins | before_assess ms | assessed ms | judge ms | all, % of an assessment |")
    print("| ---: | ---: | ---: | ---: | ---: |")
    for plugins in (0, 1, wanted.plugins):
        hooks = hooks_of(plugins)
        spent = [mean(each) for each in zip(*(calls(hooks, *pair) for pair in pairs), strict=True)]
        columns = " | ".join(f"{seconds * 1000:.3f}" for seconds in spent)
        print(f"| {plugins} | {columns} | {sum(spent) / assessed * 100:.2f} |")


if __name__ == "__main__":
    main()
