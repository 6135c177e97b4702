"""FiftyOne datasets: assess their photos, keep the results as fields, review them, take them away again."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from idetex_plugin.words.extras import extra

if TYPE_CHECKING:
    from idetex_fiftyone.assessing import assess
    from idetex_fiftyone.comparison import compare
    from idetex_fiftyone.counts import figures
    from idetex_fiftyone.model import AssessorModel
    from idetex_fiftyone.pairs import assess_pairs
    from idetex_fiftyone.registry import delete_run, rename, repair, runs
    from idetex_fiftyone.review import accept, reject, relabel, reset, undo
    from idetex_fiftyone.training_records import to_training_records
    from idetex_fiftyone.views import create_views

_HOMES = {
    "AssessorModel": "model",
    "accept": "review",
    "assess": "assessing",
    "assess_pairs": "pairs",
    "compare": "comparison",
    "create_views": "views",
    "delete_run": "registry",
    "figures": "counts",
    "reject": "review",
    "relabel": "review",
    "rename": "registry",
    "repair": "registry",
    "reset": "review",
    "runs": "registry",
    "to_training_records": "training_records",
    "undo": "review",
}
__all__ = [
    "AssessorModel",
    "accept",
    "assess",
    "assess_pairs",
    "compare",
    "create_views",
    "delete_run",
    "figures",
    "reject",
    "relabel",
    "rename",
    "repair",
    "reset",
    "runs",
    "to_training_records",
    "undo",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    with extra("fiftyone", f"idetex_fiftyone.{name}"):
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
