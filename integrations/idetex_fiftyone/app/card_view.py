"""The part of the panel that shows one photo and asks about its regions."""

from __future__ import annotations

from typing import Any

from fiftyone.operators import types

from idetex_fiftyone.app.picture import Marked, picture
from idetex_fiftyone.app.queue import Card
from idetex_fiftyone.truth.sheet import CORRECTED, REJECTED, Doc
from idetex_plugin.report.palette import UNKNOWN
from idetex_plugin.words.box import Box
from idetex_plugin.words.vocabulary import VIDA, Level, Severity

KEY = " · "
"""Stands between what a button does and its key, which `shim/keys.js` looks for."""
LEVEL_KEYS = "67890"
SAID = {"accepted": "✓", REJECTED: "✗", CORRECTED: "✎"}
RELABEL = "relabel_"


def key(label: str, letter: str) -> str:
    """A button's label with its key."""
    return f"{label}{KEY}{letter}"


def show_card(panel: Any, parts: types.Object, card: Card, region: Doc | None, done: bool) -> None:
    """Picture, regions and buttons. The buttons' parameters say which photo and region they are about."""
    _picture(parts, card, region)
    about = {"sample": card.sample, "region": str(region["_id"]) if region else ""}
    parts.md(_words(card, region), name="words")
    if region is not None:
        _region_buttons(panel, parts, card, region, about)
    _photo_buttons(panel, parts, card, about, done)


def choose_type(panel: Any, parts: types.Object, card: Card, region: Doc) -> None:
    """The list of the other distortions that a region can be."""
    view = types.DropdownView(label=key("Right, but", "T"), placeholder="another type …")
    names = [name for name in VIDA.names if name != region.get("label")]
    parts.enum(f"{RELABEL}{card.sample}_{region['_id']}", names, view=view, on_change=panel.relabel)


def _region_buttons(panel: Any, parts: types.Object, card: Card, region: Doc, about: dict[str, str]) -> None:
    row = parts.btn_group("decide")
    row.btn("accept", label=key("Accept", "A"), variant="contained", on_click=panel.accept, params=about)
    row.btn("reject", label=key("Reject", "R"), variant="outlined", on_click=panel.reject, params=about)
    if len(card.regions) > 1:
        row.btn("next", label=key("Next", "J"), on_click=panel.next_region, params=about)
    row = parts.btn_group("severity")
    for number, severity in enumerate(Severity, 1):
        row.btn(
            f"severity{number}", label=key(str(severity), str(number)), on_click=panel.severity,
            params={**about, "severity": str(severity)},
        )  # fmt: skip


def _photo_buttons(panel: Any, parts: types.Object, card: Card, about: dict[str, str], done: bool) -> None:
    row = parts.btn_group("levels")
    for level, letter in zip(Level, LEVEL_KEYS, strict=True):
        chosen = "contained" if card.sheet.level == level else "outlined"
        row.btn(
            f"level_{level}", label=key(str(level), letter), variant=chosen, on_click=panel.level,
            params={**about, "level": str(level)},
        )  # fmt: skip
    waiting = len(card.waiting)
    label = "Nothing more is wrong" if card.regions else "Nothing is wrong"
    if waiting:
        label = f"Reject the {waiting} waiting, nothing more is wrong"
    row = parts.btn_group("finished")
    row.btn("finish", label=key(label, "N"), variant="contained", on_click=panel.finish, params=about, disabled=done)
    row = parts.btn_group("photo")
    row.btn("later", label=key("Later", "L"), on_click=panel.later, params=about)
    row.btn("open", label=key("Draw", "D"), on_click=panel.open_photo, params=about)
    row.btn("undo", label=key("Undo", "U"), on_click=panel.undo)


def _words(card: Card, region: Doc | None) -> str:
    level = f"{card.level}, {card.score:.2f} of 5" if card.level and card.score is not None else card.level
    state = f" · {card.sheet.state} reviewed" if card.sheet.state else ""
    lines = [f"**{card.path.rpartition('/')[2]}** · {level or 'no level'}{state}"]
    for number, each in enumerate(card.regions, 1):
        decision = card.sheet.decisions.get(str(each["_id"]), {})
        said = SAID.get(decision.get("verdict", ""), "?")
        now = card.sheet.regions.get(decision.get("truth") or "", each)
        sure = f" {each['confidence']:.0%}" if each.get("confidence") is not None else ""
        words = f"{number} {said} {now.get('label')}, {now.get('severity') or 'no severity'}{sure}"
        lines.append(f"**→ {words}**" if each is region else words)
    drawn = [each for each in card.sheet.regions.values() if not each.get("prediction")]
    lines += [f"+ {each.get('label')}, {each.get('severity') or 'no severity'} (drawn)" for each in drawn]
    if not card.regions:
        lines.append("The model found nothing here.")
    return "  \n".join(lines)


def _picture(parts: types.Object, card: Card, region: Doc | None) -> None:
    boxes = []
    for number, each in enumerate(card.regions, 1):
        decision = card.sheet.decisions.get(str(each["_id"]), {})
        now = card.sheet.regions.get(decision.get("truth") or "", each)
        rejected = decision.get("verdict") == REJECTED
        boxes += _marked(now, str(number), each is region, rejected)
    for each in card.sheet.regions.values():
        if not each.get("prediction"):
            boxes += _marked(each, "+", False, False)
    try:
        shown = picture(card.path, boxes)
    except ValueError as error:
        parts.md(f"No picture: {error}", name="picture")
    else:
        view = types.ImageView(alt=card.path)
        parts.define_property("picture", types.String(), default=shown, view=view)


def _marked(region: Doc, name: str, current: bool, faint: bool) -> list[Marked]:
    kind = VIDA.find(str(region.get("label")))
    try:
        box = Box.from_xywh(tuple(region["bounding_box"]))
    except (KeyError, TypeError, ValueError):
        return []
    return [Marked(box, kind.colour if kind else UNKNOWN, name, current, faint)]
