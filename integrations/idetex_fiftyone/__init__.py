"""FiftyOne datasets: assess their photos, keep the results as fields, review them, take them away again."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from idetex_fiftyone.assessing import assess
    from idetex_fiftyone.pairs import assess_pairs
    from idetex_fiftyone.registry import delete_run, repair, runs
    from idetex_fiftyone.views import create_views

_HOMES = {
    "assess": "assessing",
    "assess_pairs": "pairs",
    "create_views": "views",
    "delete_run": "registry",
    "repair": "registry",
    "runs": "registry",
}
__all__ = ["assess", "assess_pairs", "create_views", "delete_run", "repair", "runs"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
