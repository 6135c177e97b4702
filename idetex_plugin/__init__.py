"""Explainable image-quality assessment as a plugin: regions, answers, a description and a level for every photo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from idetex_plugin.assess.assessor import Assessor
    from idetex_plugin.words.assessment import Assessment

__all__ = ["Assessment", "Assessor"]
__version__ = "0.1.0"

_HOMES = {"Assessment": "idetex_plugin.words.assessment", "Assessor": "idetex_plugin.assess.assessor"}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
