"""Verdicts for other programs: JSON, JUnit XML and SARIF 2.1.0, so that a CI shows which photos it stopped for what."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

from idetex_plugin import __version__
from idetex_plugin.words.assessment import Region
from idetex_plugin.words.box import Box
from idetex_plugin.words.verdict import DIAGNOSIS, MODEL, Difference, Kind, Outcome, Verdict
from idetex_plugin.words.vocabulary import VIDA, Vocabulary

Judged = tuple[str, Verdict]
SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {Outcome.REVIEW: "warning", Outcome.REJECT: "error"}
NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
OTHER_RULE = "verdict"


def as_json(judged: Sequence[Judged], policy: str) -> str:
    """One object: the policy, counts by outcome, and every verdict with its photo."""
    counts = Counter(verdict.outcome for _, verdict in judged)
    photos = [{"name": name, **verdict.model_dump(mode="json")} for name, verdict in judged]
    whole = {"policy": policy, "outcomes": {str(each): counts[each] for each in Outcome}, "photos": photos}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def as_junit(
    judged: Sequence[Judged], policy: str, failing: Collection[Outcome] = (Outcome.REVIEW, Outcome.REJECT)
) -> str:
    """One test case a photo; a failing outcome is a failure of that type, of others the reasons are output."""
    failed = sum(verdict.outcome in failing for _, verdict in judged)
    counts = {"tests": str(len(judged)), "failures": str(failed)}
    root = ElementTree.Element("testsuites", counts)
    suite = ElementTree.SubElement(root, "testsuite", {"name": f"idetex gate ({policy})", **counts})
    for name, verdict in judged:
        case = ElementTree.SubElement(suite, "testcase", {"name": _xml(name), "classname": "idetex.gate"})
        words = [*verdict.reasons, *(remedy.advice for remedy in verdict.remedies)]
        if verdict.differences:
            properties = ElementTree.SubElement(case, "properties")
            for each in verdict.differences:
                about = {"name": f"difference.{each.kind}", "value": _xml(each.reason)}
                ElementTree.SubElement(properties, "property", about)
        if words and verdict.outcome not in failing:
            ElementTree.SubElement(case, "system-out").text = _xml("\n".join(words))
        elif verdict.outcome in failing:
            first = verdict.reasons[0] if verdict.reasons else str(verdict.outcome)
            about = {"type": str(verdict.outcome), "message": _xml(first)}
            ElementTree.SubElement(case, "failure", about).text = _xml("\n".join(words))
    ElementTree.indent(root)
    coded: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return coded.decode() + "\n"


def as_sarif(judged: Sequence[Judged], policy: str, vocabulary: Vocabulary = VIDA) -> str:
    """One result a flagged region and a difference, with its rectangle in pixels; one for all other reasons.

    A difference that passes is a note.
    """
    results = [result for name, verdict in judged for result in _results(name, verdict)]
    meanings = {_rule(kind.name): kind.meaning for kind in vocabulary}
    rules = [_described(rule, meanings.get(rule, "")) for rule in sorted({result["ruleId"] for result in results})]
    driver = {"name": "idetex", "version": __version__, "rules": rules}
    run = {"tool": {"driver": driver}, "results": results, "properties": {"policy": policy}}
    return json.dumps({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=1) + "\n"


def _results(name: str, verdict: Verdict) -> list[dict[str, Any]]:
    """Of a pass only what is a note; else its regions, its differences and whatever else was said."""
    place = {"uri": Path(name).as_uri() if Path(name).is_absolute() else quote(name)}
    common = {
        # Code-scanning services refuse a result without a line.
        "locations": [{"physicalLocation": {"artifactLocation": place, "region": {"startLine": 1}}}],
        "properties": {"outcome": str(verdict.outcome), "decidedBy": verdict.decided_by},
    }
    differing = [
        _differing(each, verdict, place) | common for each in verdict.differences if each.kind is not Kind.IDENTICAL
    ]
    if verdict.outcome is Outcome.PASS:
        return differing
    level = {"level": LEVELS[verdict.outcome]}
    flagged = [_flagged(region, verdict, place) | level | common for region in verdict.regions]
    told = {each.reason for each in verdict.differences}
    others = [reason for reason in verdict.reasons if reason not in told]
    if verdict.decided_by in {MODEL, DIAGNOSIS}:
        others = others[len(flagged) :]
    if others or not (flagged or differing):
        text = "; ".join(others) or str(verdict.outcome)
        flagged.append({"ruleId": OTHER_RULE, "message": {"text": text}, **level, **common})
    return flagged + differing


def _differing(each: Difference, verdict: Verdict, place: dict[str, str]) -> dict[str, Any]:
    advice = [each.remedy.advice] if each.remedy else []
    result: dict[str, Any] = {
        "ruleId": str(each.kind), "message": {"text": ". ".join([each.words, *advice])},
        "level": LEVELS.get(each.outcome, "note"),
    }  # fmt: skip
    if each.box is not None and each.kind is not Kind.CROPPED:
        result |= _attached(each.box, verdict, place)
    return result


def _rule(distortion: str) -> str:
    return distortion.lower().replace(" ", "-")


def _described(rule: str, meaning: str) -> dict[str, Any]:
    """A rule as code-scanning services ask for it, also the one for reasons without a region."""
    text = {"text": meaning or "The photo may not ship, or a person should look at it."}
    return {"id": rule, "shortDescription": text, "fullDescription": text, "help": text}


def _flagged(region: Region, verdict: Verdict, place: dict[str, str]) -> dict[str, Any]:
    said = {"ruleId": _rule(region.distortion), "message": {"text": _words(region, verdict)}}
    return said | _attached(region.box, verdict, place)


def _attached(box: Box, verdict: Verdict, place: dict[str, str]) -> dict[str, Any]:
    """The rectangle in pixels, where the size of the photo is known."""
    photo = verdict.photo
    if photo is None or not photo.width or not photo.height:
        return {}
    edges = zip(("left", "top", "right", "bottom"), box.to_scaled(photo.width, photo.height), strict=True)
    return {"attachments": [{"artifactLocation": place, "rectangles": [dict(edges)]}]}


def _words(region: Region, verdict: Verdict) -> str:
    advice = [remedy.advice for remedy in verdict.remedies if remedy.distortion == region.distortion]
    severity = f"{region.severity} " if region.severity else ""
    return " ".join([f"{severity}{region.distortion.lower()}, {region.box.position}.", *advice])


def _xml(text: str) -> str:
    return NOT_IN_XML.sub("\ufffd", text)
