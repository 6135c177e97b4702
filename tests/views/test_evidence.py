from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from PIL import Image

from idetex_plugin.cards.registry import get_card
from idetex_plugin.views.evidence import FILE_NAME, Evidence, evidence_of
from idetex_plugin.views.show import make_views
from idetex_plugin.views.statistics import statistics
from idetex_plugin.words.card import EMBEDDED_FOLDER, Card, CardError

PHOTO = Image.fromarray(np.random.default_rng(0).integers(0, 256, (96, 128, 3), np.uint8))
NAMES = tuple(statistics(PHOTO))


def networks(names: tuple[str, ...] = NAMES, count: int = 2) -> Evidence:
    """Whose first type goes by the first statistic, and is never severe; and whose second is never there."""
    first = np.zeros((count, len(names), 2), np.float32)
    first[:, 0, 0] = 1
    out = np.zeros((count, 2, 6), np.float32)
    out[:, 0, :3] = 2
    last = np.float32([[[-1, -2, -9, -9, -9, -9]]] * count)
    return Evidence(
        ("Noise", "Overexposure"), names, np.zeros(len(names), np.float32), np.ones(len(names), np.float32),
        (first, np.broadcast_to(np.eye(2, dtype=np.float32), (count, 2, 2)), out),
        (np.zeros((count, 1, 2), np.float32), np.zeros((count, 1, 2), np.float32), last),
    )  # fmt: skip


def card(folder: Path, **more: object) -> Card:
    values = {"evidence": {"Noise": (0.5, 0.5)}, **more}
    return Card(name="n", title="n", checkpoint=str(folder), dialect="json", **values)  # type: ignore[arg-type]


def test_the_networks_say_what_their_layers_amount_to_and_are_kept_as_they_are(tmp_path: Path) -> None:
    made = networks()
    first = max(min(next(iter(statistics(PHOTO).values())), 4), 0)
    found = made.of(PHOTO)
    assert found["Noise"] == pytest.approx([1 / (1 + np.exp(least - 2 * first)) for least in (1, 2, 9)])
    assert found["Overexposure"] == pytest.approx([1 / (1 + np.exp(9))] * 3)
    made.save(tmp_path / FILE_NAME)
    assert Evidence.load(tmp_path / FILE_NAME).of(PHOTO) == made.of(PHOTO)
    assert made.of(Image.new("RGB", (9, 9))) == {}


@given(arrays(np.float32, (5, 3), elements=st.floats(-1e6, 1e6, width=32)))
def test_a_worse_grade_is_never_likelier(values: NDArray[np.float32]) -> None:
    rng = np.random.default_rng(0)
    sides = (3, 4, 4, 3)
    weights = [rng.normal(size=(2, *pair)).astype(np.float32) for pair in pairwise(sides)]
    biases = [rng.normal(size=(2, 1, side)).astype(np.float32) for side in sides[1:]]
    zero, one = np.zeros(3, np.float32), np.ones(3, np.float32)
    made = Evidence(("Noise",), ("a", "b", "c"), zero, one, tuple(weights), tuple(biases))  # type: ignore[arg-type]
    shares = made.shares(values)
    assert shares.shape == (5, 1, 3) and ((shares >= 0) & (shares <= 1)).all()
    assert (np.diff(shares, axis=-1) <= 0).all()


def test_a_cards_views_come_with_what_the_pixels_say(tmp_path: Path) -> None:
    networks().save(tmp_path / FILE_NAME)
    assert make_views(card(tmp_path), PHOTO).whole == networks().of(PHOTO)
    assert make_views(card(tmp_path, evidence={}), PHOTO).whole == {}


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        (None, "No such file"), (b"no archive", "evidence.npz"), ("names", "other statistics"),
        ("types", "do not know Motion blur"),
    ],
)  # fmt: skip
def test_a_checkpoint_that_cannot_give_evidence_is_named(tmp_path: Path, kept: bytes | str | None, said: str) -> None:
    if isinstance(kept, bytes):
        (tmp_path / FILE_NAME).write_bytes(kept)
    elif kept is not None:
        networks(("other", *NAMES[1:]) if kept == "names" else NAMES).save(tmp_path / FILE_NAME)
    wanted = {"Motion blur": (0.5, 0.5)} if kept == "types" else {"Noise": (0.5, 0.5)}
    with pytest.raises(CardError, match=f"n has `evidence`, which needs .*{said}"):
        evidence_of(card(tmp_path, evidence=wanted), PHOTO)


def test_the_embedded_networks_know_the_types_of_the_card_and_dark_from_bright() -> None:
    embedded = Evidence.load(EMBEDDED_FOLDER / FILE_NAME)
    assert embedded.inputs == NAMES
    assert set(get_card("nano").evidence) <= set(embedded.types)
    scene = Image.fromarray(np.random.default_rng(3).integers(60, 180, (60, 80, 3), np.uint8)).resize((640, 480))
    dark, bright = (embedded.of(Image.eval(scene, change)) for change in (lambda v: v // 12, lambda v: min(255, v * 5)))
    assert dark["Underexposure"][0] > 0.5 > bright["Underexposure"][0]
    assert bright["Overexposure"][0] > 0.5 > dark["Overexposure"][0]
