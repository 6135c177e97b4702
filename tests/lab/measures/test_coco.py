"""COCO AP against pycocotools, the reference implementation."""

import contextlib
import io

import numpy as np
import pytest
from boxed import KINDS, rows, tables
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from idetex_plugin.lab.measures.coco import coco_ap
from idetex_plugin.lab.measures.table import BoxTable


def reference(truth: BoxTable, predicted: BoxTable, most: int = 100) -> np.ndarray:
    """(10, classes): AP by pycocotools, NaN for classes without ordinary truths."""

    def plain(table: BoxTable) -> list[dict]:
        return [
            {
                "id": number + 1, "image_id": int(image), "category_id": int(kind), "score": float(score),
                "bbox": [x1, y1, x2 - x1, y2 - y1], "area": (x2 - x1) * (y2 - y1), "iscrowd": int(crowd),
            }
            for number, (image, kind, (x1, y1, x2, y2), score, crowd) in enumerate(zip(
                table.images, table.kinds, table.boxes.tolist(), table.scores, table.crowd, strict=True
            ))
        ]  # fmt: skip

    with contextlib.redirect_stdout(io.StringIO()):
        known = COCO()
        known.dataset = {
            "info": {}, "images": [{"id": number} for number in range(5)],
            "categories": [{"id": number, "name": str(number)} for number in range(len(KINDS))],
            "annotations": plain(truth),
        }
        known.createIndex()
        said = known.loadRes(plain(predicted)) if len(predicted) else COCO()
        if not len(predicted):
            said.dataset = {**known.dataset, "annotations": []}
            said.createIndex()
        run = COCOeval(known, said, "bbox")
        run.params.maxDets = [most] * 3
        run.evaluate()
        run.accumulate()
    precision = run.eval["precision"][:, :, :, 0, 2]  # thresholds, recalls, classes
    return np.where(precision[:, 0] > -1, precision.mean(axis=1), np.nan)


def check(truth: BoxTable, predicted: BoxTable, most: int = 100) -> None:
    wanted = reference(truth, predicted, most)
    found = coco_ap(truth, predicted, most)
    assert set(found.by_class) == set(np.flatnonzero(~np.isnan(wanted[0])).tolist())
    for kind, values in found.by_class.items():
        np.testing.assert_allclose(values, wanted[:, kind], atol=1e-9, rtol=0)
    if found.by_class:
        assert found.ap == pytest.approx(np.nanmean(wanted), abs=1e-9)
        assert found.ap50 == pytest.approx(np.nanmean(wanted[0]), abs=1e-9)
        assert found.ap75 == pytest.approx(np.nanmean(wanted[5]), abs=1e-9)
    else:
        assert found.ap is None


@settings(max_examples=150)
@given(rows, rows, st.lists(st.booleans(), min_size=14, max_size=14), st.integers(1, 4))
def test_it_is_pycocotools(truth_rows, predicted_rows, crowd, most):
    truth, predicted = tables(truth_rows, predicted_rows)
    check(truth, predicted)
    crowded = BoxTable(
        truth.images, truth.kinds, truth.boxes, truth.scores, truth.severities, np.array(crowd[: len(truth)], bool)
    )
    check(crowded, predicted, most)


def test_it_is_pycocotools_on_many_boxes_with_more_than_a_hundred_of_a_class():
    rng = np.random.default_rng(3)

    def table(count: int) -> BoxTable:
        corners = rng.integers(0, 60, (count, 2))
        boxes = np.concatenate([corners, corners + rng.integers(5, 40, (count, 2))], axis=1).astype(float)
        return BoxTable(
            rng.integers(0, 5, count), rng.integers(0, 3, count), boxes, rng.random(count).round(2),
            np.ones(count, np.int64), np.zeros(count, bool),
        )

    check(table(400), table(2500))


def test_a_perfect_answer():
    truth, _ = tables([(0, "Noise", (0.0, 0.0, 4.0, 4.0), 1.0, 1)], [])
    assert coco_ap(truth, truth).ap == pytest.approx(1)
