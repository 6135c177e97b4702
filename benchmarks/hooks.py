"""What the hook machinery adds to an assessment: python benchmarks/hooks.py PHOTOS... [--plugins 5]

Two measures on the same photos with the embedded checkpoint: the time of an assessment without plugins, and the time of
all hook calls of one photo with so many plugins that have every hook of a photo and do nothing in it.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

from idetex_plugin import Assessor
from idetex_plugin.hooks import hookimpl
from idetex_plugin.hooks.before import before_assess
from idetex_plugin.hooks.events import Assessed, BeforeAssess
from idetex_plugin.hooks.manager import Hooks
from idetex_plugin.photo import load_photo


class Idle:
    """Has every hook that is called for a photo, and does nothing."""

    @hookimpl
    def idetex_before_assess(self, event: BeforeAssess) -> None: ...

    @hookimpl
    def idetex_assessed(self, event: Assessed) -> None: ...

    @hookimpl
    def idetex_judge(self, assessment: Any, policy: Any) -> None: ...


def hooks_of(plugins: int) -> Hooks:
    """The built-in plugin and so many idle ones."""
    hooks = Hooks()
    for number in range(plugins):
        hooks.register(Idle(), f"idle-{number}")
    return hooks


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
    photos = [load_photo(path) for path in wanted.photos]
    print(f"an assessment, {len(photos)} photos, {wanted.engine}: {assessed * 1000:.1f} ms")
    print("| plugins | before_assess ms | assessed ms | judge ms | all, % of an assessment |")
    print("| ---: | ---: | ---: | ---: | ---: |")
    for plugins in (0, 1, wanted.plugins):
        hooks = hooks_of(plugins)
        spent = {"before": 0.0, "told": 0.0, "judged": 0.0}
        for _ in range(wanted.rounds):
            for photo, assessment in zip(photos, assessments, strict=True):
                moments = [time.perf_counter()]
                before_assess(hooks, photo, load_photo)
                moments.append(time.perf_counter())
                hooks.tell(Assessed(assessment))
                moments.append(time.perf_counter())
                others = [ask for name, ask in hooks.each("idetex_judge", object) if name != "built-in"]
                for ask in others:
                    ask(assessment=assessment, policy=None, original=None)
                moments.append(time.perf_counter())
                for name, begin, end in zip(spent, moments, moments[1:], strict=False):
                    spent[name] += end - begin
        calls = [seconds / wanted.rounds / len(photos) for seconds in spent.values()]
        columns = " | ".join(f"{seconds * 1000:.3f}" for seconds in calls)
        print(f"| {plugins} | {columns} | {sum(calls) / assessed * 100:.2f} |")


if __name__ == "__main__":
    main()
