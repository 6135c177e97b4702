"""Who reviews. Every window of the App has a name of its own for it, which `shim/reviewer.js` keeps and sends along."""

from __future__ import annotations

from typing import Any

from fiftyone.operators import types

from idetex_fiftyone.truth.sheet import Stamp

COMPONENT = "IdetexReviewer"
LONGEST = 100


def reviewer(ctx: Any) -> str:
    """The name that the window has sent, or else the user of the App's process."""
    name = str(ctx.params.get("reviewer") or "").strip()[:LONGEST]
    return name or Stamp("").by


def ask_for_reviewer(parts: types.Object) -> None:
    """The field for the name, with the name that counts while it is empty."""
    view = types.View(component=COMPONENT, otherwise=Stamp("").by)
    parts.define_property("by", types.String(), view=view)
