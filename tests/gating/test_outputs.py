from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up import HOSTILE_TEXTS

from idetex_plugin.gating.outputs import as_json, as_junit, as_sarif
from idetex_plugin.gating.remedies import remedies_for
from idetex_plugin.words.assessment import PhotoInfo, Region
from idetex_plugin.words.box import Box
from idetex_plugin.words.verdict import Difference, Kind, Outcome, Remedy, Verdict
from idetex_plugin.words.vocabulary import Severity

NOISE = Region(distortion="Noise", severity=Severity.SEVERE, box=Box(x1=0, y1=0.5, x2=0.25, y2=1))
PASS = Verdict(outcome=Outcome.PASS, decided_by="ssimulacra2", similarity=99)
REJECT = Verdict(
    outcome=Outcome.REJECT, reasons=("reject: noise",), regions=(NOISE,), remedies=remedies_for(NOISE),
    decided_by="model", photo=PhotoInfo(name="b.jpg", width=400, height=200),
)  # fmt: skip
REVIEW = Verdict.undecided("is cut short")
JUDGED = [("a b.jpg", PASS), ("b.jpg", REJECT), ("c.jpg", REVIEW)]


def test_json_holds_every_verdict() -> None:
    whole = json.loads(as_json(JUDGED, "web"))
    assert whole["outcomes"] == {"pass": 1, "review": 1, "reject": 1}
    for (name, verdict), photo in zip(JUDGED, whole["photos"], strict=True):
        assert photo.pop("name") == name
        assert Verdict.model_validate(photo) == verdict


def test_junit_counts_and_explains() -> None:
    root = ElementTree.fromstring(as_junit(JUDGED, "web").encode())
    assert (root.get("tests"), root.get("failures")) == ("3", "2")
    failures = root.findall(".//failure")
    assert [failure.get("type") for failure in failures] == ["reject", "review"]
    assert "Denoise" in (failures[0].text or "")


def test_junit_is_utf_8_whatever_the_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("locale.getpreferredencoding", lambda do_setlocale=True: "cp1252")
    assert "cp1252" not in as_junit(JUDGED, "web")
    named = as_junit([("写真.jpg", verdict) for _, verdict in JUDGED], "web")
    assert ElementTree.fromstring(named.encode()).find(".//testcase[@name='写真.jpg']") is not None


def test_junit_lets_through_what_does_not_fail() -> None:
    root = ElementTree.fromstring(as_junit(JUDGED, "web", [Outcome.REJECT]).encode())
    assert root.get("failures") == "1"
    assert [out.text for out in root.iter("system-out")] == ["is cut short"]


def test_sarif_keeps_reasons_that_have_no_region_and_describes_rules() -> None:
    verdict = REJECT.model_copy(update={"reasons": (*REJECT.reasons, "reject: quality fell from good to bad")})
    [run] = json.loads(as_sarif([("/photos/ü.jpg", verdict)], "web"))["runs"]
    assert [result["message"]["text"] for result in run["results"]][1:] == ["reject: quality fell from good to bad"]
    assert all(rule["fullDescription"]["text"] for rule in run["tool"]["driver"]["rules"])
    [location] = run["results"][0]["locations"]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == "file:///photos/%C3%BC.jpg"


def test_sarif_points_at_regions_in_pixels() -> None:
    [run] = json.loads(as_sarif(JUDGED, "web"))["runs"]
    noise, cut = run["results"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["noise", "verdict"]
    assert (noise["level"], cut["level"]) == ("error", "warning")
    assert noise["attachments"][0]["rectangles"] == [{"left": 0, "top": 100, "right": 100, "bottom": 200}]
    assert cut["message"]["text"] == "is cut short"
    assert noise["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "b.jpg"


@given(st.text(max_size=30) | st.sampled_from(HOSTILE_TEXTS))
def test_any_name_and_reason_can_be_written(text: str) -> None:
    judged = [(text, Verdict.undecided(text or "?"))]
    ElementTree.fromstring(as_junit(judged, "web").encode("utf-8", "replace"))
    json.loads(as_json(judged, "web"))
    json.loads(as_sarif(judged, "web"))


TURN = Remedy(distortion="", action="apply-orientation", advice="Turn the pixels.")
TURNED = Difference(kind=Kind.TURNED, outcome=Outcome.REJECT, words="turned by 90 degrees", remedy=TURN)
EDGE = Difference(kind=Kind.EDGE, outcome=Outcome.REVIEW, words="edge damaged", box=Box(x1=0.75, y1=0, x2=1, y2=1))
GAIN = Difference(kind=Kind.GAIN_MAP, outcome=Outcome.PASS, words="the gain map is gone")


def differing(outcome: Outcome, *found: Difference) -> Verdict:
    info = PhotoInfo(name="b.jpg", width=400, height=200)
    reasons = tuple(each.reason for each in found)
    return Verdict(outcome=outcome, reasons=reasons, decided_by="diagnosis", photo=info, differences=found)


def test_every_output_carries_the_differences() -> None:
    judged = [("a.jpg", differing(Outcome.REJECT, TURNED, EDGE)), ("b.jpg", differing(Outcome.PASS, GAIN))]
    kinds = [[each["kind"] for each in photo["differences"]] for photo in json.loads(as_json(judged, "web"))["photos"]]
    assert kinds == [["turned", "edge"], ["gain-map"]]
    root = ElementTree.fromstring(as_junit(judged, "web").encode())
    assert {each.get("name"): each.get("value") for each in root.iter("property")} == {
        "difference.turned": "reject: turned by 90 degrees", "difference.edge": "review: edge damaged",
        "difference.gain-map": "note: the gain map is gone",
    }  # fmt: skip
    turned, edge, gain = json.loads(as_sarif(judged, "web"))["runs"][0]["results"]
    assert [each["ruleId"] for each in (turned, edge, gain)] == ["turned", "edge", "gain-map"]
    assert [each["level"] for each in (turned, edge, gain)] == ["error", "warning", "note"]
    assert turned["message"]["text"] == "turned by 90 degrees. Turn the pixels."
    assert edge["attachments"][0]["rectangles"] == [{"left": 300, "top": 0, "right": 400, "bottom": 200}]


def test_every_result_of_sarif_has_a_line() -> None:
    judged = [*JUDGED, ("d.jpg", differing(Outcome.REVIEW, EDGE))]
    for result in json.loads(as_sarif(judged, "web"))["runs"][0]["results"]:
        assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 1}
