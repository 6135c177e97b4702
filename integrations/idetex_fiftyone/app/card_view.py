"""The part of the panel that shows one photo and asks about its regions."""

from __future__ import annotations

from typing import Any

from fiftyone.operators import types

from idetex_fiftyone.app.keys import UNDO, Keys, labelled
from idetex_fiftyone.app.picture import Marked, picture
from idetex_fiftyone.app.queue import Card
from idetex_fiftyone.truth.sheet import CORRECTED, REJECTED, Doc
from idetex_plugin.report.palette import UNKNOWN
from idetex_plugin.words.box import Box
from idetex_plugin.words.vocabulary import VIDA, Level, Severity

LEVEL_KEYS = "67890"
LETTERS = f"ARJT123{LEVEL_KEYS}NLD{UNDO}"
SAID = {"accepted": "✓", REJECTED: "✗", CORRECTED: "✎"}
RELABEL = "relabel_"


def show_card(keys: Keys, parts: types.Object, card: Card, region: Doc | None, done: bool) -> None:
    """Picture, regions and buttons. The buttons' parameters say which photo and region they are about."""
    _picture(parts, card, region)
    about = {"sample": card.sample, "region": str(region["_id"]) if region else ""}
    parts.md(_words(card, region), name="words")
    if region is not None:
        _region_buttons(keys, parts, card, about)
    _photo_buttons(keys, parts, card, about, done)


def choose_type(panel: Any, keys: Keys, parts: types.Object, card: Card, region: Doc) -> None:
    """The list of the other distortions that a region can be."""
    view = types.DropdownView(label=labelled("Right, but", "T"), placeholder="another type …")
    names = [name for name in VIDA.names if name != region.get("label")]
    parts.enum(f"{RELABEL}{card.sample}_{region['_id']}", names, view=view, on_change=panel.relabel)
    keys.opens_list("T")


def _region_buttons(keys: Keys, parts: types.Object, card: Card, about: dict[str, str]) -> None:
    row = parts.btn_group("decide")
    keys.button(row, "accept", "Accept", "A", "accept", about, variant="contained")
    keys.button(row, "reject", "Reject", "R", "reject", about, variant="outlined")
    if len(card.regions) > 1:
        keys.button(row, "next", "Next", "J", "next_region", about)
    row = parts.btn_group("severity")
    for number, severity in enumerate(map(str, Severity), 1):
        keys.button(row, f"severity{number}", severity, str(number), "severity", {**about, "severity": severity})


def _photo_buttons(keys: Keys, parts: types.Object, card: Card, about: dict[str, str], done: bool) -> None:
    row = parts.btn_group("levels")
    for level, letter in zip(map(str, Level), LEVEL_KEYS, strict=True):
        chosen = "contained" if card.sheet.level == level else "outlined"
        keys.button(row, f"level_{level}", level, letter, "level", {**about, "level": level}, variant=chosen)
    waiting = len(card.waiting)
    label = "Nothing more is wrong" if card.regions else "Nothing is wrong"
    if waiting:
        label = f"Reject the {waiting} waiting, nothing more is wrong"
    row = parts.btn_group("finished")
    keys.button(row, "finish", label, "N", "finish", about, variant="contained", disabled=done)
    row = parts.btn_group("photo")
    keys.button(row, "later", "Later", "L", "later", about)
    keys.button(row, "open", "Draw", "D", "open_photo", about)
    keys.button(row, "undo", "Undo", UNDO, "undo")


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
    lines += [f"\\+ {each.get('label')}, {each.get('severity') or 'no severity'} (drawn)" for each in drawn]
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
