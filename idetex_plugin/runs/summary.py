"""A run in numbers: photos by state and level, regions by distortion and severity, failures by reason."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from idetex_plugin.runs.store import Run
from idetex_plugin.words.failure import State
from idetex_plugin.words.vocabulary import Level

PAGE = 20_000

@dataclass(frozen=True)
class Summary:
    """Counts over all rows of a run.

    levels: photos of each level, worst first. mean_score: 1..5, of the photos that have a score.
    regions: (distortion, severity or "") to regions; photos_with: distortion to photos that show it;
    damaged: photos that show any.
    failures: (what failed: "photo" or a task, reason) to photos.
    """

    total: int
    states: dict[State, int]
    copied: int
    levels: dict[Level, int]
    mean_score: float | None
    regions: dict[tuple[str, str], int]
    photos_with: dict[str, int]
    damaged: int
    failures: dict[tuple[str, str], int]

    @property
    def failed(self) -> int:
        """Photos with any failure."""
        return self.states.get(State.FAILED, 0)


def summarise(run: Run) -> Summary:
    """Count the rows of a run, in its database, with memory that does not grow with their number."""
    states = {State(state): count for state, count in run.query("SELECT state, count(*) FROM photos GROUP BY state")}
    levels = dict(run.query("SELECT level, count(*) FROM photos WHERE level IS NOT NULL GROUP BY level"))
    [(copied, mean_score)] = run.query("SELECT count(copied_from), avg(score) FROM photos")
    regions, photos_with, damaged = _damage(run)
    return Summary(
        total=sum(states.values()),
        states=states,
        copied=copied,
        levels={level: levels[level] for level in Level if level in levels},
        mean_score=mean_score,
        regions=regions,
        photos_with=photos_with,
        damaged=damaged,
        failures={
            (what, reason): count
            for what, reason, count in run.query(
                "SELECT 'photo', reason, count(*) FROM photos "
                "WHERE state = 'failed' AND json_valid(assessment) "
                "AND json_extract(assessment, '$.failure') IS NOT NULL GROUP BY reason "
                "UNION ALL SELECT task, tasks.reason, count(*) FROM tasks JOIN photos ON photos.number = tasks.photo "
                "WHERE photos.state = 'failed' AND tasks.state IN ('failed', 'partial') AND json_valid(assessment) "
                "AND json_extract(assessment, '$.failure') IS NULL GROUP BY 1, 2"
            )
        },
    )


def _damage(run: Run) -> tuple[dict[tuple[str, str], int], dict[str, int], int]:
    """Regions by distortion and severity, photos by distortion, damaged photos: in one pass, page by page."""
    regions: Counter[tuple[str, str]] = Counter()
    photos: Counter[str] = Counter()
    damaged = 0
    [(last,)] = run.query("SELECT coalesce(max(number), 0) FROM photos")
    for first in range(1, last + 1, PAGE):
        page = run.query(
            "SELECT photo, distortion, severity, count(*) FROM regions WHERE photo BETWEEN ? AND ? GROUP BY 1, 2, 3",
            first, first + PAGE - 1,
        )  # fmt: skip
        for _, distortion, severity, count in page:
            regions[distortion, severity or ""] += count
        shown = {(photo, distortion) for photo, distortion, _, _ in page}
        photos.update(distortion for _, distortion in shown)
        damaged += len({photo for photo, _ in shown})
    most_first = dict(sorted(photos.items(), key=lambda item: (-item[1], item[0])))
    return dict(sorted(regions.items())), most_first, damaged
