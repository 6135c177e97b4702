import numpy as np
from boxed import box, rows, tables
from hypothesis import given
from hypothesis import strategies as st

from idetex_plugin.lab.measures import overlap
from idetex_plugin.lab.measures.overlap import iou_matrix, pairs
from idetex_plugin.words.box import Box


@given(st.lists(box(), min_size=1, max_size=5), st.lists(box(), min_size=1, max_size=5))
def test_it_is_the_iou_of_the_programs_own_boxes(first, second):
    matrix = iou_matrix(np.array(first), np.array(second))
    for row, one in enumerate(first):
        for column, other in enumerate(second):
            same = Box.from_scaled(one, 20, 20).iou(Box.from_scaled(other, 20, 20))
            assert abs(matrix[row, column] - same) < 1e-12
    assert np.array_equal(matrix, iou_matrix(np.array(second), np.array(first)).T)


def test_bad_boxes_overlap_nothing_and_raise_nothing():
    good = [0.0, 0.0, 10.0, 10.0]
    bad = np.array([
        [10, 10, 0, 0], [10, 0, 0, 10], [0, 10, 10, 0], [5, 5, 5, 9], [np.nan, 0, 10, 10], [0, 0, np.inf, 10],
        [-np.inf, 0, np.inf, 10], [np.nan] * 4,
    ], np.float64)
    assert not iou_matrix(bad, np.array([good])).any()
    assert not iou_matrix(bad, bad).any()


def test_no_boxes():
    assert iou_matrix(np.empty((0, 4)), np.ones((3, 4))).shape == (0, 3)


def test_a_crowd_is_measured_by_the_other_box():
    whole, part = np.array([[0.0, 0, 100, 100]]), np.array([[0.0, 0, 10, 10]])
    assert iou_matrix(part, whole)[0, 0] == 0.01
    assert iou_matrix(part, whole, np.array([True]))[0, 0] == 1


@given(rows, rows, st.integers(1, 5))
def test_pairs_are_the_matrix_whatever_the_chunk(truth_rows, predicted_rows, chunk):
    truth, predicted = tables(truth_rows, predicted_rows)
    wanted = [
        (i, j, iou_matrix(predicted.boxes[[i]], truth.boxes[[j]])[0, 0])
        for i in range(len(predicted)) for j in range(len(truth))
        if predicted.images[i] == truth.images[j] and predicted.kinds[i] == truth.kinds[j]
    ]
    before, overlap.CHUNK = overlap.CHUNK, chunk
    try:
        got = [each for part in pairs(predicted, truth, 0.3) for each in zip(*(x.tolist() for x in part), strict=True)]
    finally:
        overlap.CHUNK = before
    assert got == [each for each in wanted if each[2] >= 0.3]
