from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lab.training.labelled import records

from idetex_plugin.lab.data import questions
from idetex_plugin.lab.data.augment import description, grounding, perception
from idetex_plugin.lab.data.augment.balance import Balance
from idetex_plugin.lab.data.augment.exchange import views_of
from idetex_plugin.lab.data.augment.instructions import SUBTASKS, Tasks, Teller
from idetex_plugin.lab.data.vida import Labelled
from idetex_plugin.lab.data.vida.records import labelled
from idetex_plugin.lab.synthesis import Synthesizer
from idetex_plugin.tasks import questions as ask
from idetex_plugin.words.assessment import Description, Region
from idetex_plugin.words.failure import Failure
from idetex_plugin.words.request import Reply
from idetex_plugin.words.vocabulary import NOT_VISIBLE, VIDA


def drawn(count: int) -> list[Labelled]:
    maker = Synthesizer()
    plans = [maker.plan(np.random.default_rng((5, number))) for number in range(count)]
    return [
        labelled("a.png", 64, 64, tuple(Region(distortion=n, severity=s, box=b) for n, s, b in plan)) for plan in plans
    ]


def reply(text: str) -> Reply:
    return Reply(text, finish_reason="stop")


@settings(max_examples=60)
@given(records, st.integers(0, 2**32))
def test_the_right_answers_read_back_as_the_record(record: Labelled, seed: int) -> None:
    rng, views, speak = np.random.default_rng(seed), views_of(record), grounding.DIALECT
    regions = speak.read_detect(reply(grounding.detection(record).answer), views)
    assert not isinstance(regions, Failure)
    assert {(r.distortion, r.severity, r.box) for r in regions} == {
        (m.distortion, m.severity, m.box) for m in record.marks
    }
    told = speak.read_describe(reply(description.full(record, "A wall.", rng).answer), views)
    assert isinstance(told, Description)
    assert told.verdict == record.verdict
    assert set(told.key_distortions) == set(record.keys)
    asked = grounding.referring(record, rng)
    assert (asked is None) == (not record.marks)
    if asked:
        found = speak.read_locate(reply(asked.answer), views)
        assert not isinstance(found, Failure) and set(found) <= {mark.box for mark in record.marks}


@settings(max_examples=60)
@given(records, st.integers(0, 2**32))
def test_every_question_has_its_right_answer_and_no_other(record: Labelled, seed: int) -> None:
    rng, balance = np.random.default_rng(seed), Balance()
    names = {mark.distortion for mark in record.marks}
    worst = questions.worst_severities(record.regions)
    for kind, maker in perception.MAKERS.items():
        asked = maker(record.regions, balance, rng)
        if asked is None:
            continue
        question, right = asked
        assert right in question.options
        wrong = set(question.options) - {right}
        if kind == "present":
            assert (right in names or not names) and not wrong & names
        elif kind == "absent":
            assert right not in names and wrong <= names
        elif kind == "severity":
            name = next(name for name in VIDA.names if f"severe is {name} in" in question.text)
            assert right == worst[name] if name in names else right == NOT_VISIBLE
        elif kind == "position":
            name = next(name for name in VIDA.names if f"Where is {name} in" in question.text)
            assert [mark.box.position for mark in record.marks if mark.distortion == name] == [right]


def test_what_people_find_significant_comes_before_the_rule() -> None:
    whole = {"distortion": "Noise", "coordinates": [0, 0, 1000, 1000], "severity": "Severe", "significance_score": 1}
    small = {"distortion": "Low clarity", "coordinates": [0, 0, 90, 90], "severity": "Minor", "significance_score": 4}
    record = Labelled.model_validate({"image": "a", "width": 9, "height": 9, "distortions": [whole, small]})
    told = Teller(Tasks(grounding=False, description=False)).exchanges(record, np.random.default_rng(0))
    (asked,) = [each for each in told if "affects the image most" in each.asked]
    assert f"{asked.answer} Low clarity" in asked.asked
    assert record.keys == ("Low clarity",)


def test_no_answer_wins_by_frequency() -> None:
    balance, rng = Balance(), np.random.default_rng(0)
    letters: Counter[int] = Counter()
    for record in drawn(600):
        for kind, maker in perception.MAKERS.items():
            asked = maker(record.regions, balance, rng)
            if asked and kind not in {"severity", "position"}:
                letters[asked[0].options.index(asked[1])] += 1
    severities = balance.counts("severity")
    assert max(severities.values()) < 1.3 * min(severities.values())
    absent = balance.counts("absent")
    assert max(absent.values()) < 1.2 * min(absent.values())
    present = {name: count for name, count in balance.counts("present").items() if name != ask.NO_DISTORTION}
    assert max(present.values()) < 1.5 * min(present.values())
    assert max(letters[place] for place in range(2)) < 1.2 * min(letters[place] for place in range(2))


@pytest.mark.parametrize(
    ("tasks", "gone"),
    [
        (Tasks(grounding=False), {"detection", "region", "referring"}),
        (Tasks(perception=False), {"mcq", "vqa"}),
        (Tasks(description=False), {"score", "full", "brief", "single"}),
        (Tasks(), set()),
    ],
)
def test_each_task_can_be_left_out(tasks: Tasks, gone: set[str]) -> None:
    teller, rng = Teller(tasks), np.random.default_rng(1)
    told = {kind for record in drawn(30) for kind, _ in teller.conversations(record, rng)}
    assert told == set(SUBTASKS) - gone


def test_a_balance_goes_on_where_it_was() -> None:
    one, rng = Balance(), np.random.default_rng(0)
    for _ in range(5):
        one.choose("kind", ["a", "b", "c"], rng)
    other = Balance()
    other.load_state_dict(one.state_dict())
    assert other.counts("kind") == one.counts("kind")
