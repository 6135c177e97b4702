"""The part of the review panel that shows one region and asks what it is."""

from __future__ import annotations

from typing import Any

from fiftyone.operators import types

from idetex_fiftyone.app.picture import picture
from idetex_fiftyone.app.queue import Waiting
from idetex_plugin.report.palette import UNKNOWN
from idetex_plugin.words.box import Box
from idetex_plugin.words.vocabulary import VIDA

RELABEL = "relabel_"


def show_region(panel: Any, parts: types.Object, ctx: Any, region: Waiting | None) -> None:
    """Picture, words and buttons. The buttons' parameters, and the list's name, say which region they are about."""
    if region is None:
        skipped = len(ctx.panel.state.skipped)
        parts.md("Every region shown has been reviewed." if not skipped else f"{skipped} skipped.", name="none")
        side = parts.v_stack("side")
    else:
        row = parts.h_stack("card", columns=2, gap=2)
        _picture(row, region)
        side = row.v_stack("side", gap=1)
        sure = "" if region.confidence is None else f", confidence {region.confidence:.0%}"
        about = {"region": region.region, "sample": region.sample}
        side.md(f"**{region.label}**\n\n{region.severity or 'No severity'}{sure}\n\n{region.effect}", name="words")
        both = side.btn_group("decide")
        both.btn("accept", label="Accept", icon="check", variant="contained", on_click=panel.accept, params=about)
        both.btn("reject", label="Reject", icon="close", variant="outlined", on_click=panel.reject, params=about)
        others = types.DropdownView(placeholder="Accept as …")
        names = [name for name in VIDA.names if name != region.label]
        side.enum(f"{RELABEL}{region.region}", names, view=others, on_change=panel.relabel)
    row = side.btn_group("more")
    if region is not None:
        row.btn("skip", label="Skip", icon="skip_next", on_click=panel.skip, params=about)
        row.btn("open", label="Open", icon="open_in_full", on_click=panel.open_photo, params=about)
    if ctx.panel.state.skipped:
        row.btn("unskip", label="Skipped", icon="replay", on_click=panel.unskip)
    if ctx.panel.state.undo:
        row.btn("undo", label="Undo", icon="undo", on_click=panel.undo)


def _picture(parts: types.Object, region: Waiting) -> None:
    kind = VIDA.find(region.label)
    try:
        x, y, width, height = region.box
        shown = picture(region.path, Box.from_xywh((x, y, width, height)), kind.colour if kind else UNKNOWN)
    except ValueError as error:
        parts.md(f"No picture: {error}", name="picture")
    else:
        view = types.ImageView(alt=region.path, width="100%")
        parts.define_property("picture", types.String(), default=shown, view=view)
