"""The part of the panel that tags photos: the selected ones, or all that are shown."""

from __future__ import annotations

from typing import Any

from fiftyone.operators import types

from idetex_fiftyone.app.scope import Scope
from idetex_plugin.words.counted import counted

ROW, NAME = "tagging", "tag"
"""Where the App keeps what is written into the field, also while it is being written."""


def tagging(panel: Any, parts: types.Object, ctx: Any, scope: Scope) -> None:
    """A field for the tag, and a button each to give it and to take it away."""
    photos = f"the {len(ctx.selected):,} selected" if ctx.selected else f"the {len(scope.shown):,} shown"
    row = parts.h_stack(ROW, gap=2, align_y="center")
    row.str(NAME, label="Tag of photos", default=ctx.panel.state.last_tag or "")
    row.btn("give_tag", label=f"Tag {photos}", icon="sell", on_click=panel.tag)
    row.btn("take_tag", label=f"Untag {photos}", icon="label_off", on_click=panel.untag)


def tag(ctx: Any, scope: Scope, *, give: bool) -> str:
    """Give the photos the tag that is written in the field, or take it away; returns what was done."""
    name = str(ctx.panel.get_state(f"{ROW}.{NAME}") or "").strip()
    if not name:
        return "Write a tag first"
    ctx.panel.state.last_tag = name
    photos = scope.shown.select(ctx.selected) if ctx.selected else scope.shown
    having = len(photos.match_tags(name))
    if not give:
        photos.untag_samples(name)
        return f"untagged “{name}”: {counted(having, 'photo')}"
    changed = len(photos) - having
    photos.tag_samples(name)
    return f"tagged “{name}”: {counted(changed, 'photo')}" + (f"; {having:,} had the tag" if having else "")
