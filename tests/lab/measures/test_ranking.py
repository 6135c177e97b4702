from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from idetex_plugin.lab.measures.ranking import auroc

pairs = st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=30)


@given(pairs)
def test_it_is_what_scikit_learn_computes(drawn: list[tuple[int, bool]]) -> None:
    scores, positive = np.array([score for score, _ in drawn], float), np.array([flag for _, flag in drawn])
    if positive.all() or not positive.any():
        assert auroc(scores, positive) is None
    else:
        assert auroc(scores, positive) == pytest.approx(roc_auc_score(positive, scores))
        assert auroc(-scores, positive) == pytest.approx(1 - roc_auc_score(positive, scores))
