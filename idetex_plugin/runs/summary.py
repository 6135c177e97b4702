"""A run in numbers: photos by state and level, regions by distortion and severity, failures by reason."""

from __future__ import annotations

from dataclasses import dataclass

from idetex_plugin.runs.schema import readable
from idetex_plugin.runs.store import Run
from idetex_plugin.words.failure import State
from idetex_plugin.words.vocabulary import Level


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
    """Count the rows of a run, in its database."""
    with readable(run.folder):
        return _summary(run)


def _summary(run: Run) -> Summary:
    states = {State(state): count for state, count in run.query("SELECT state, count(*) FROM photos GROUP BY state")}
    levels = dict(run.query("SELECT level, count(*) FROM photos WHERE level IS NOT NULL GROUP BY level"))
    [(copied, mean_score)] = run.query("SELECT count(copied_from), avg(score) FROM photos")
    return Summary(
        total=sum(states.values()),
        states=states,
        copied=copied,
        levels={level: levels[level] for level in Level if level in levels},
        mean_score=mean_score,
        regions={
            (distortion, severity or ""): count
            for distortion, severity, count in run.query(
                "SELECT distortion, severity, count(*) FROM regions GROUP BY distortion, severity"
            )
        },
        photos_with=dict(
            run.query("SELECT distortion, count(DISTINCT photo) FROM regions GROUP BY distortion ORDER BY 2 DESC, 1")
        ),
        damaged=run.query("SELECT count(DISTINCT photo) FROM regions")[0][0],
        failures={
            (what, reason): count
            for what, reason, count in run.query(
                "SELECT 'photo', reason, count(*) FROM photos "
                "WHERE json_extract(assessment, '$.failure') IS NOT NULL GROUP BY reason "
                "UNION ALL SELECT task, tasks.reason, count(*) FROM tasks JOIN photos ON photos.number = tasks.photo "
                "WHERE tasks.state IN ('failed', 'partial') AND json_extract(assessment, '$.failure') IS NULL "
                "GROUP BY 1, 2"
            )
        },
    )
