from __future__ import annotations

import pytest
from hypothesis import given
from lab.training.labelled import records

from idetex_plugin.lab.data.augment import grounding
from idetex_plugin.lab.data.vida import Labelled
from idetex_plugin.lab.training.rewards import Terms, detection_reward, nearness, terms
from idetex_plugin.words.assessment import Region
from idetex_plugin.words.box import Box
from idetex_plugin.words.vocabulary import Severity


def region(name: str, severity: Severity, *corners: float) -> Region:
    return Region(distortion=name, severity=severity, box=Box.from_thousand(corners))  # type: ignore[arg-type]


NOISE = region("Noise", Severity.MINOR, 0, 0, 400, 400)


@given(records)
def test_the_right_answer_is_worth_one_and_nothing_is_worth_more(record: Labelled) -> None:
    unlike = {(mark.distortion, mark.severity, mark.box): mark for mark in record.marks}
    record = record.model_copy(update={"marks": tuple(unlike.values())})
    entries = [mark.model_dump(mode="json", by_alias=True) for mark in record.marks]
    answer = grounding.detection(record).answer
    (worth,) = detection_reward([answer], [entries])
    assert worth == pytest.approx(1)
    assert detection_reward([[{"role": "assistant", "content": answer}]], [entries]) == [worth]
    assert detection_reward(["I see noise."], [entries]) == [0]


def test_terms_by_hand() -> None:
    said = [region("Motion blur", Severity.SEVERE, 0, 0, 400, 200), region("Noise", Severity.MINOR, 800, 800, 900, 900)]
    assert terms(said, [NOISE]) == Terms(form=1, place=0.25, f1=2 / 3, kind=0, severity=0.2)
    assert terms([NOISE], [NOISE]) == Terms(1, 1, 1, 1, 1)
    assert terms([], []) == Terms(1, 1, 1, 1, 1)
    assert terms([], [NOISE]) == terms([NOISE], []) == Terms(form=1)
    assert terms(None, []).mean == 0


def test_severities_by_distance() -> None:
    assert [nearness(Severity.MINOR, severity) for severity in Severity] == [1, 0.6, 0.2]
    assert (nearness(None, Severity.MINOR), nearness(None, None)) == (0, 1)
