"""FiftyOne datasets: assess their photos, keep the results as fields, review them, take them away again."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from idetex_plugin.words.extras import extra

if TYPE_CHECKING:
    from idetex_fiftyone.assessing import assess
    from idetex_fiftyone.calibration import Calibration, calibrate
    from idetex_fiftyone.comparison import compare
    from idetex_fiftyone.counts import figures
    from idetex_fiftyone.evaluation import Evaluation, evaluate, false_alarms, misses
    from idetex_fiftyone.exporting import export
    from idetex_fiftyone.freshness import look
    from idetex_fiftyone.model import AssessorModel
    from idetex_fiftyone.pairs import assess_pairs
    from idetex_fiftyone.registry import delete_run, rename, repair, runs
    from idetex_fiftyone.training_records import to_training_records
    from idetex_fiftyone.truth.fields import truths
    from idetex_fiftyone.truth.rescue import migrate
    from idetex_fiftyone.truth.review import Review, accept, correct, draw, finish, judge, reject, reset, undo
    from idetex_fiftyone.views import clean, create_views, duplicates

_HOMES = {
    "AssessorModel": "model",
    "Calibration": "calibration",
    "Evaluation": "evaluation",
    "Review": "truth.review",
    "accept": "truth.review",
    "assess": "assessing",
    "assess_pairs": "pairs",
    "calibrate": "calibration",
    "clean": "views",
    "compare": "comparison",
    "correct": "truth.review",
    "create_views": "views",
    "delete_run": "registry",
    "draw": "truth.review",
    "duplicates": "views",
    "evaluate": "evaluation",
    "export": "exporting",
    "false_alarms": "evaluation",
    "figures": "counts",
    "finish": "truth.review",
    "judge": "truth.review",
    "look": "freshness",
    "migrate": "truth.rescue",
    "misses": "evaluation",
    "reject": "truth.review",
    "rename": "registry",
    "repair": "registry",
    "reset": "truth.review",
    "runs": "registry",
    "to_training_records": "training_records",
    "truths": "truth.fields",
    "undo": "truth.review",
}
__all__ = [
    "AssessorModel",
    "Calibration",
    "Evaluation",
    "Review",
    "accept",
    "assess",
    "assess_pairs",
    "calibrate",
    "clean",
    "compare",
    "correct",
    "create_views",
    "delete_run",
    "draw",
    "duplicates",
    "evaluate",
    "export",
    "false_alarms",
    "figures",
    "finish",
    "judge",
    "look",
    "migrate",
    "misses",
    "reject",
    "rename",
    "repair",
    "reset",
    "runs",
    "to_training_records",
    "truths",
    "undo",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    with extra("fiftyone", f"idetex_fiftyone.{name}"):
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
