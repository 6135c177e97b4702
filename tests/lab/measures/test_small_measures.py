"""Referring, questions, calibration, levels, opinion scores, key distortions, text."""

import numpy as np
import pytest
from boxed import box, rows, tables
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import accuracy_score

from idetex_plugin.lab.measures.bootstrap import draws, interval, paired, ratio
from idetex_plugin.lab.measures.calibration import reliability
from idetex_plugin.lab.measures.choices import OVERALL, Choice, choice_scores
from idetex_plugin.lab.measures.keys import key_counts
from idetex_plugin.lab.measures.levels import level_scores
from idetex_plugin.lab.measures.opinion import opinion_scores
from idetex_plugin.lab.measures.referring import referring
from idetex_plugin.lab.measures.text import text_scores
from idetex_plugin.words.vocabulary import Level

SQUARE = np.array([0.0, 0, 10, 10])


class TestReferring:
    def test_by_hand(self):
        # IoU 1, .8 (with the second of two places), 0, and no answer: Acc@.5 = 2/4, mIoU = 1.8/4, response 3/4
        near, far = np.array([0.0, 0, 10, 8]), np.array([50.0, 50, 60, 60])
        score = referring([[SQUARE], [far, SQUARE], [SQUARE], [SQUARE]], [SQUARE, near, far, None])
        assert (score.accuracy, score.response_rate) == (0.5, 0.75)
        assert score.mean_iou == pytest.approx(0.45)

    def test_nothing_to_score(self):
        with pytest.raises(ValueError, match="no sentences"):
            referring([], [])
        with pytest.raises(ValueError, match="no true box"):
            referring([np.empty((0, 4))], [None])

    @given(st.lists(st.tuples(box(), st.none() | box()), min_size=1, max_size=6), st.randoms())
    def test_bounds_and_order(self, sentences, shuffler):
        def score():
            return referring(
                [np.array([truth]) for truth, _ in sentences],
                [None if said is None else np.array(said) for _, said in sentences],
            )

        first = score()
        assert 0 <= first.accuracy <= first.response_rate <= 1
        assert 0 <= first.mean_iou <= first.response_rate + 1e-12
        shuffler.shuffle(sentences)
        assert score().accuracy == first.accuracy


class TestChoices:
    def test_by_hand(self):
        scores = choice_scores([
            Choice("type", 4, "Noise", "Noise"), Choice("type", 4, "Noise", "Low clarity"),
            Choice("type", 2, "Overexposure", None), Choice("severity", 4, "Minor", "Minor"),
        ])  # fmt: skip
        assert scores["type"].accuracy == pytest.approx(1 / 3)
        assert scores["type"].majority == pytest.approx(2 / 3)
        assert scores["type"].chance == pytest.approx((1 / 4 + 1 / 4 + 1 / 2) / 3)
        assert (scores["type"].unanswered, scores["severity"].accuracy) == (1, 1)
        assert (scores[OVERALL].accuracy, scores[OVERALL].majority) == (0.5, pytest.approx(3 / 4))

    def test_nothing_to_score(self):
        with pytest.raises(ValueError, match="no questions"):
            choice_scores([])

    @given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xyz"), st.sampled_from("xyz")), min_size=1))
    def test_it_is_scikit_learns_accuracy(self, answers):
        scores = choice_scores([Choice(concern, 3, truth, said) for concern, truth, said in answers])
        assert scores[OVERALL].accuracy == pytest.approx(accuracy_score(*zip(*[(t, s) for _, t, s in answers],
                                                                             strict=True)))


class TestCalibration:
    def test_by_hand(self):
        # Two bins of two: (.2, .4) with one right of two: gap |.5 - .3| = .2; (.8, 1) both right: gap |1 - .9| = .1
        score = reliability(np.array([0.2, 0.4, 0.8, 1.0]), np.array([True, False, True, True]), bins=2)
        assert score.ece == pytest.approx(0.15)
        assert score.counts.tolist() == [2, 2]

    @given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1))
    def test_bounds_and_its_bins_are_scikit_learns(self, answers):
        sure, right = np.array([a for a, _ in answers]), np.array([b for _, b in answers])
        score = reliability(sure, right)
        assert 0 <= score.ece <= 1
        assert score.counts.sum() == len(answers)
        on_edge = np.any(np.isclose(sure * 10, np.round(sure * 10)))
        if not on_edge:
            accuracy, confidence = calibration_curve(right, sure, n_bins=10)
            filled = score.counts > 0
            np.testing.assert_allclose(score.accuracy[filled], accuracy)
            np.testing.assert_allclose(score.confidence[filled], confidence)

    @pytest.mark.parametrize("sure", [[], [1.5], [np.nan]])
    def test_what_is_no_confidence(self, sure):
        with pytest.raises(ValueError, match="confidence"):
            reliability(np.array(sure), np.array([True] * len(sure)))


class TestLevels:
    def test_by_hand(self):
        score = level_scores(
            [Level.FAIR, Level.FAIR, Level.BAD, Level.GOOD], [Level.FAIR, Level.POOR, Level.GOOD, None]
        )
        assert (score.exact, score.within_one, score.unanswered, score.majority) == (0.25, 0.5, 1, 0.5)

    def test_nothing_to_score(self):
        with pytest.raises(ValueError, match="no levels"):
            level_scores([], [])


class TestOpinion:
    def test_a_known_example(self):
        score = opinion_scores(np.array([1.0, 2, 3, 4]), np.array([1.0, 3, 2, 4]))
        assert (score.srcc, score.plcc, score.krcc) == (pytest.approx(0.8), pytest.approx(0.8), pytest.approx(4 / 6))

    def test_undefined_is_none(self):
        assert opinion_scores(np.array([1.0, 2, 3]), np.array([2.0, 2, 2])).srcc is None
        assert opinion_scores(np.array([1.0, 2]), np.array([2.0, 1])).krcc is None
        with pytest.raises(ValueError, match="finite"):
            opinion_scores(np.array([1.0, 2, np.nan]), np.array([1.0, 2, 3]))

    @given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=3))
    def test_bounds_and_sign(self, values):
        opinions, scores = np.array(values, float).T
        score, mirrored = opinion_scores(opinions, scores), opinion_scores(opinions, -scores)
        for one, other in zip((score.srcc, score.plcc, score.krcc), (mirrored.srcc, mirrored.plcc, mirrored.krcc),
                              strict=True):
            assert (one is None) == (other is None)
            assert one is None or (abs(one) <= 1 + 1e-9 and one == pytest.approx(-other))


class TestKeys:
    def test_by_hand(self):
        # IoU exactly .5 is not enough. Two predictions fit the one truth of image 0: accuracy 2/3, recall 1/2.
        truth, predicted = tables(
            [(0, "Noise", (0.0, 0.0, 10.0, 10.0), 1.0, 0), (1, "Noise", (0.0, 0.0, 10.0, 10.0), 1.0, 0)],
            [
                (0, "Noise", (0.0, 0.0, 10.0, 10.0), 1.0, 0), (0, "Noise", (0.0, 0.0, 10.0, 6.0), 1.0, 0),
                (1, "Noise", (0.0, 0.0, 10.0, 5.0), 1.0, 0),
            ],
        )  # fmt: skip
        score, fitted = key_counts(truth, predicted)
        assert (score.precision, fitted / score.truths) == (pytest.approx(2 / 3), 0.5)

    @given(rows)
    def test_a_perfect_answer(self, truth_rows):
        truth, _ = tables(truth_rows, [])
        score, fitted = key_counts(truth, truth)
        assert score.right == fitted == len(truth)


class TestText:
    def test_the_same_and_another_text(self):
        same = text_scores(["the sky is washed out by light"], ["the sky is washed out by light"])
        assert same.bleu == pytest.approx(100)
        assert same.rouge1 == same.rouge_l == pytest.approx(100)
        # ROUGE-1: 2 of 3 words are shared: F1 = 2/3. ROUGE-2: no pair is. ROUGE-L: one word in a row of order: 2/3
        other = text_scores(["noise in dark"], ["noise of dark"])
        assert (other.rouge1, other.rouge2, other.rouge_l) == (pytest.approx(66.6667, abs=1e-3), 0, other.rouge1)
        assert "version" in other.bleu_signature

    def test_nothing_to_compare(self):
        with pytest.raises(ValueError, match="cannot be compared"):
            text_scores([], [])


class TestBootstrap:
    def test_a_share_of_many_is_sure_and_of_few_is_not(self):
        right = np.tile([1.0, 0.0], 500)
        many = interval(ratio(right, np.ones(1000)), draws(1000, 0))
        few = interval(ratio(right[:10], np.ones(10)), draws(10, 0))
        assert many.value == few.value == 0.5
        assert many.low < 0.5 < many.high
        assert many.high - many.low < 0.08 < few.high - few.low

    def test_a_pair_has_the_same_draws(self):
        right = np.random.default_rng(0).random(200) < 0.5
        better = right | (np.arange(200) % 10 == 0)
        both = paired(ratio(right * 1.0, np.ones(200)), ratio(better * 1.0, np.ones(200)), draws(200, 1))
        assert both.difference.low > 0
        assert both.first.high > both.second.low

    def test_what_is_undefined_stays_so(self):
        nothing = ratio(np.zeros(3), np.zeros(3))
        assert interval(nothing, draws(3, 0)).low is None
        with pytest.raises(ValueError, match="no images"):
            draws(0, 0)

    def test_a_seed_decides(self):
        assert np.array_equal(draws(7, 5), draws(7, 5))
        assert not np.array_equal(draws(7, 5), draws(7, 6))
