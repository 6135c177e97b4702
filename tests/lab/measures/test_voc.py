import numpy as np
import pytest
from boxed import rows, tables
from hypothesis import given
from hypothesis import strategies as st

from idetex_plugin.lab.measures.table import BoxTable, Index
from idetex_plugin.lab.measures.voc import area, curves, mean_ap

SQUARE = (0.0, 0.0, 10.0, 10.0)
NEAR = (0.0, 0.0, 10.0, 8.0)  # IoU .8 with SQUARE
FAR = (50.0, 50.0, 60.0, 60.0)


def score(truth, predicted):
    index = Index()
    return mean_ap(curves(BoxTable.of(truth, index), BoxTable.of(predicted, index)))


def test_an_example_worked_by_hand():
    # One class, 5 truths on images a..e. Seven predictions by falling score:
    #   right  yes no  yes yes no  no  yes
    #   TP      1   1   2   3   3   3   4
    #   p      1/1 1/2 2/3 3/4 3/5 3/6 4/7      r  .2 .2 .4 .6 .6 .6 .8
    # Envelope: p at r >= .2 is 1, at r >= .4 and .6 it is 3/4 (2/3 is lifted), at r >= .8 it is 4/7.
    # AP = .2 * 1 + .2 * 3/4 + .2 * 3/4 + .2 * 4/7
    truth = [(image, "Noise", SQUARE, 1.0, 0) for image in "abcde"]
    said = [("a", NEAR), ("a", FAR), ("b", SQUARE), ("c", NEAR), ("c", SQUARE), ("x", SQUARE), ("d", SQUARE)]
    predicted = [(image, "Noise", box, 0.9 - number / 10, 0) for number, (image, box) in enumerate(said)]
    wanted = 0.2 + 0.2 * 3 / 4 + 0.2 * 3 / 4 + 0.2 * 4 / 7
    assert score(truth, predicted) == pytest.approx(wanted, abs=1e-15)
    assert score(truth, predicted[::-1]) == pytest.approx(wanted, abs=1e-15)


def test_the_second_best_truth_is_not_taken():
    # Both predictions overlap the first truth most; the second one is a false positive though the second truth
    # (IoU .8 with it) is free. TP FP of 2 truths: AP = .5
    truth = [("a", "Noise", SQUARE, 1.0, 0), ("a", "Noise", NEAR, 1.0, 0)]
    predicted = [("a", "Noise", SQUARE, 1.0, 0), ("a", "Noise", SQUARE, 1.0, 0)]
    assert score(truth, predicted) == 0.5


def test_the_first_of_equally_near_truths_is_looked_at():
    truth = [("a", "Noise", SQUARE, 1.0, 0), ("a", "Noise", SQUARE, 1.0, 0)]
    assert score(truth, [("a", "Noise", SQUARE, 1.0, 0)] * 2) == 0.5


def test_equal_scores_keep_their_order():
    truth = [("a", "Noise", SQUARE, 1.0, 0), ("b", "Noise", SQUARE, 1.0, 0)]
    right, wrong = ("a", "Noise", SQUARE, 1.0, 0), ("a", "Noise", FAR, 1.0, 0)
    assert score(truth, [right, wrong]) == 0.5
    assert score(truth, [wrong, right]) == 0.25


def test_classes_of_one_side_count_nothing():
    truth = [("a", "Noise", SQUARE, 1.0, 0)]
    assert score(truth, truth) == 1
    assert score(truth, [*truth, ("a", "Banding", SQUARE, 1.0, 0)]) == 0.5
    assert score([*truth, ("a", "Low clarity", SQUARE, 1.0, 0)], truth) == 0.5


def test_nothing_at_all_is_no_score():
    with pytest.raises(ValueError, match="no boxes"):
        score([], [])
    assert score([("a", "Noise", SQUARE, 1.0, 0)], []) == 0
    assert score([], [("a", "Noise", SQUARE, 1.0, 0)]) == 0


@given(rows, rows, st.randoms())
def test_bounds_and_order(truth_rows, predicted_rows, shuffler):
    if not truth_rows and not predicted_rows:
        return
    truth, predicted = tables(truth_rows, predicted_rows)
    value = mean_ap(curves(truth, predicted))
    assert 0 <= value <= 1
    distinct = [(*row[:3], number / 100, row[4]) for number, row in enumerate(predicted_rows)]
    shuffled = list(distinct)
    shuffler.shuffle(shuffled)
    assert mean_ap(curves(*tables(truth_rows, distinct))) == mean_ap(curves(*tables(truth_rows, shuffled)))


@given(rows, rows)
def test_it_is_the_plain_loop(truth_rows, predicted_rows):
    truth, predicted = tables(truth_rows, predicted_rows)
    for kind, curve in curves(truth, predicted).items():
        mine = sorted(np.flatnonzero(predicted.kinds == kind), key=lambda row: -predicted.scores[row])
        taken, hits = set(), []
        for row in mine:
            best, target = 0.0, None
            for other in np.flatnonzero((truth.kinds == kind) & (truth.images == predicted.images[row])):
                (x1, y1), (x2, y2) = np.maximum(predicted.boxes[row, :2], truth.boxes[other, :2]), np.minimum(
                    predicted.boxes[row, 2:], truth.boxes[other, 2:]
                )
                shared = max(x2 - x1, 0) * max(y2 - y1, 0)
                sizes = [np.prod(each[2:] - each[:2]) for each in (predicted.boxes[row], truth.boxes[other])]
                if shared / (sum(sizes) - shared) > best:
                    best, target = shared / (sum(sizes) - shared), other
            hits.append(best >= 0.5 and target not in taken)
            if hits[-1]:
                taken.add(target)
        assert curve.right.tolist() == hits


@given(rows, rows, st.lists(st.integers(0, 3), min_size=4, max_size=4))
def test_weights_are_repeated_images(truth_rows, predicted_rows, weights):
    truth, predicted = tables(truth_rows, predicted_rows)
    if not len(truth) and not len(predicted):
        return
    once = curves(truth, predicted)

    def repeated(table_rows):
        return [((row[0], copy), *row[1:]) for row in table_rows for copy in range(weights[row[0]])]

    index = Index(kinds={kind: code for code, kind in enumerate(("Noise", "Low clarity", "Overexposure"))})
    more = curves(BoxTable.of(repeated(truth_rows), index), BoxTable.of(repeated(predicted_rows), index))
    for kind, curve in once.items():
        assert curve.ap(np.array(weights, float)) == pytest.approx(more[kind].ap() if kind in more else 0.0, abs=1e-12)


def test_the_area_of_no_curve_is_nothing():
    assert area(np.empty(0), np.empty(0)) == 0
