"""Ray Data: assess datasets of photos on many machines, into Parquet that a stopped job continues."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from idetex_plugin.words.extras import extra

if TYPE_CHECKING:
    from idetex_ray.dataset import assess_dataset
    from idetex_ray.files import read_photos
    from idetex_ray.folder import Outcome, to_run

_HOMES = {"Outcome": "folder", "assess_dataset": "dataset", "read_photos": "files", "to_run": "folder"}
__all__ = ["Outcome", "assess_dataset", "read_photos", "to_run"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    with extra("ray", "idetex_ray"):
        return getattr(import_module(f"idetex_ray.{_HOMES[name]}"), name)
