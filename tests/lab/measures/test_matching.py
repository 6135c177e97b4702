import numpy as np
import pytest
from boxed import rows, tables
from hypothesis import given
from hypothesis import strategies as st

from idetex_plugin.lab.measures.matching import found_counts, match, matched_boxes, triplets

LEFT, RIGHT = (0.0, 0.0, 10.0, 10.0), (50.0, 0.0, 60.0, 10.0)


def test_triplets_worked_by_hand():
    # Three truths, four predictions. Right: the first alone (type, IoU 1, severity).
    # Wrong: severity, type, place. P = 1/4, R = 1/3, F1 = 2/7
    truth, predicted = tables(
        [(0, "Noise", LEFT, 1.0, 3), (0, "Noise", RIGHT, 1.0, 1), (1, "Noise", LEFT, 1.0, 2)],
        [
            (0, "Noise", LEFT, 1.0, 3), (0, "Noise", RIGHT, 1.0, 2), (1, "Low clarity", LEFT, 1.0, 2),
            (1, "Noise", RIGHT, 1.0, 2),
        ],
    )  # fmt: skip
    scores = triplets(truth, predicted)
    assert (scores.precision, scores.recall, scores.f1) == (1 / 4, 1 / 3, pytest.approx(2 / 7))
    assert found_counts(truth, predicted, 4, severities=True).tolist() == [[1, 2, 2], [0, 2, 1], [0] * 3, [0] * 3]
    assert found_counts(truth, predicted, 4, severities=False)[:, 0].tolist() == [2, 0, 0, 0]


def test_accuracies_of_matched_boxes_stand_beside_their_recall():
    truth, predicted = tables(
        [(0, "Noise", LEFT, 1.0, 3), (0, "Noise", RIGHT, 1.0, 1), (1, "Noise", LEFT, 1.0, 2)],
        [(0, "Noise", LEFT, 1.0, 2), (0, "Low clarity", RIGHT, 1.0, 1)],
    )
    scores = matched_boxes(truth, predicted)
    assert (scores.matched, scores.recall, scores.precision) == (2, 2 / 3, 1)
    assert (scores.mean_iou, scores.class_accuracy, scores.severity_accuracy) == (1, 0.5, 0.5)


def test_as_many_as_possible_are_matched():
    # The first prediction is nearest to the first truth (IoU 1), which the second one needs (its only fit, .8):
    # greedy matching would find one pair.
    truth, predicted = tables(
        [(0, "Noise", (0.0, 0.0, 10.0, 10.0), 1.0, 1), (0, "Noise", (0.0, 0.0, 10.0, 7.0), 1.0, 1)],
        [(0, "Noise", (0.0, 0.0, 10.0, 10.0), 1.0, 1), (0, "Noise", (0.0, 0.0, 20.0, 10.0), 1.0, 1)],
    )
    assert len(match(truth, predicted, kinds=True).truth) == 2


def test_nothing_is_not_perfect_and_not_zero():
    empty, some = tables([], [(0, "Noise", LEFT, 1.0, 1)])
    assert (triplets(empty, empty).f1, triplets(empty, empty).recall) == (None, None)
    assert (triplets(some, empty).recall, triplets(some, empty).precision, triplets(some, empty).f1) == (0, None, 0)
    assert matched_boxes(empty, some).class_accuracy is None


@given(rows)
def test_a_perfect_answer_is_perfect(truth_rows):
    truth, _ = tables(truth_rows, [])
    if truth_rows:
        assert triplets(truth, truth).f1 == 1
        assert matched_boxes(truth, truth).mean_iou == pytest.approx(1)


@given(rows, rows, st.randoms())
def test_the_order_does_not_matter(truth_rows, predicted_rows, shuffler):
    truth, predicted = tables(truth_rows, predicted_rows)
    first, places = triplets(truth, predicted), matched_boxes(truth, predicted)
    shuffler.shuffle(truth_rows)
    shuffler.shuffle(predicted_rows)
    truth, predicted = tables(truth_rows, predicted_rows)
    again = matched_boxes(truth, predicted)
    assert triplets(truth, predicted) == first
    assert (again.matched, again.recall) == (places.matched, places.recall)
    if places.mean_iou is not None:
        assert again.mean_iou == pytest.approx(places.mean_iou)
        assert 0 <= places.class_accuracy <= 1
    for score in (first.precision, first.recall, first.f1):
        assert score is None or 0 <= score <= 1


@given(rows, rows)
def test_counts_of_images_add_up(truth_rows, predicted_rows):
    truth, predicted = tables(truth_rows, predicted_rows)
    counts = found_counts(truth, predicted, 4, severities=True)
    whole = triplets(truth, predicted)
    assert counts.sum(axis=0).tolist() == [whole.right, whole.predicted, whole.truths]
    assert np.all(counts[:, 0] <= counts[:, 1:].min(axis=1))
