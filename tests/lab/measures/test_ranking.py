from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from idetex_plugin.lab.measures.ranking import auroc, best_line

pairs = st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=30)


@given(pairs)
def test_it_is_what_scikit_learn_computes(drawn: list[tuple[int, bool]]) -> None:
    scores, positive = np.array([score for score, _ in drawn], float), np.array([flag for _, flag in drawn])
    if positive.all() or not positive.any():
        assert auroc(scores, positive) is None
    else:
        assert auroc(scores, positive) == pytest.approx(roc_auc_score(positive, scores))
        assert auroc(-scores, positive) == pytest.approx(1 - roc_auc_score(positive, scores))


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans(), st.integers(0, 3)), min_size=2, max_size=30))
def test_weights_count_as_often_as_they_say(drawn: list[tuple[int, bool, int]]) -> None:
    scores, positive, weights = (np.array(column) for column in zip(*drawn, strict=True))
    repeated = np.repeat(scores, weights).astype(float), np.repeat(positive, weights)
    expected = auroc(*repeated) if len(repeated[0]) else None
    assert auroc(scores.astype(float), positive, weights.astype(float)) == (
        None if expected is None else pytest.approx(expected)
    )


@given(pairs, st.sampled_from([0, 0.1, 0.25, 0.5, 1]))
def test_no_threshold_that_keeps_to_the_rate_finds_more(drawn: list[tuple[int, bool]], rate: float) -> None:
    scores, positive = np.array([score for score, _ in drawn], float), np.array([flag for _, flag in drawn])
    line = best_line(scores, positive, rate)
    if positive.all():
        assert line is None
        return
    assert line is not None and line.false_alarms <= rate
    flagged = scores >= (np.inf if line.threshold is None else line.threshold)
    assert line.false_alarms == pytest.approx(flagged[~positive].mean())
    if not positive.any():
        assert line.recall is None
        return
    assert line.recall == pytest.approx(flagged[positive].mean())
    for threshold in np.unique(scores):
        if (scores[~positive] >= threshold).mean() <= rate:
            assert (scores[positive] >= threshold).mean() <= line.recall + 1e-12
