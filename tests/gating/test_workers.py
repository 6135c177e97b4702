"""Pairs compared in other processes: the same verdicts, and none lost when a process is."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Sequence
from multiprocessing import active_children
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from situations import coffee, jpeg, png, tagged
from standins import WindowEngine, nano_says

from idetex_plugin import Assessor, Gate, Pair, Verdict, policy_named
from idetex_plugin.gating import workers
from idetex_plugin.gating.workers import GateWorkers
from idetex_plugin.plugins.manager import Hooks


@pytest.fixture(autouse=True)
def _from_the_first_pair_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "ALONE", 0)


@pytest.fixture
def assessor() -> Iterator[Assessor]:
    with Assessor(engine=WindowEngine(answer=nano_says), hooks=Hooks(), decoders=3) as found:
        yield found


def pairs_in(folder: Path) -> list[Pair]:
    """What passes, what is plain, what a model is asked about, and what cannot be judged."""
    whole = png(coffee())
    copies = {
        "fine": jpeg(coffee(), 92), "doubtful": jpeg(coffee(), 30), "spoilt": jpeg(coffee(), 4),
        "cut": jpeg(coffee())[:900], "same": whole,
    }  # fmt: skip
    for name, data in copies.items():
        (folder / name).write_bytes(data)
    (folder / "turned.jpg").write_bytes(tagged(coffee(), 6))
    (folder / "whole.png").write_bytes(whole)
    pairs = [Pair.named(f"{name}.jpg", str(folder / "whole.png"), folder / name) for name in copies]
    pairs += [Pair.named("bytes.jpg", whole, copies["spoilt"]), Pair.named("alone.jpg", None, copies["fine"])]
    pairs += [Pair.named("turned.jpg", str(folder / "turned.jpg"), jpeg(coffee()))]
    pairs += [Pair.named("array.jpg", coffee(), np.asarray(coffee())), Pair.named("gone.jpg", "/nowhere.png", whole)]
    return pairs


def judged(assessor: Assessor, pairs: Sequence[Pair], comparer: GateWorkers | None = None) -> dict[int, Verdict]:
    policy = policy_named("web")
    gate = Gate(policy, assessor) if comparer is None else Gate(policy, assessor, comparer)
    return dict(gate.stream(enumerate(pairs)))


def test_the_verdicts_are_those_of_one_process(assessor: Assessor, tmp_path: Path) -> None:
    pairs = pairs_in(tmp_path)
    alone = judged(assessor, pairs)
    assert {verdict.decided_by for verdict in alone.values()} >= {"ssimulacra2", "model", "diagnosis", "unreadable"}
    with GateWorkers(2) as comparer:
        assert judged(assessor, pairs, comparer) == alone
        assert active_children()
    assert not active_children()


def test_a_process_that_dies_loses_no_verdict(assessor: Assessor, tmp_path: Path) -> None:
    pairs = pairs_in(tmp_path)
    alone = judged(assessor, pairs)
    with GateWorkers(2) as comparer:
        judged(assessor, pairs[:2], comparer)
        for child in active_children():
            os.kill(child.pid or 0, signal.SIGKILL)
        assert judged(assessor, pairs, comparer) == alone
        assert judged(assessor, pairs, comparer) == alone


def test_few_pairs_start_no_process(
    assessor: Assessor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "ALONE", 100)
    with GateWorkers(2) as comparer:
        judged(assessor, pairs_in(tmp_path), comparer)
        assert not active_children()


def test_images_and_no_workers(assessor: Assessor) -> None:
    with GateWorkers(1) as comparer:
        verdict = judged(assessor, [Pair("a", coffee(), Image.new("RGB", coffee().size))], comparer)[0]
        assert verdict.outcome == "reject"
        assert not active_children()
    with pytest.raises(ValueError, match="0 workers"):
        GateWorkers(0)
