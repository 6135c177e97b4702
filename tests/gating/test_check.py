"""The gate with a checkpoint that sees severe noise in every photo, so that every pass is the metric's."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hostile import encoded
from PIL import Image
from standins import WindowEngine, nano_says

from idetex_plugin import Assessor
from idetex_plugin.gating.check import Gate
from idetex_plugin.gating.policies import policy_named
from idetex_plugin.gating.remedies import TABLE, remedies_for
from idetex_plugin.gating.similarity import worst_similarity
from idetex_plugin.pipeline.pipeline import gate
from idetex_plugin.plugins.manager import Hooks
from idetex_plugin.words.box import WHOLE
from idetex_plugin.words.policy import Policy
from idetex_plugin.words.verdict import Outcome
from idetex_plugin.words.vocabulary import VIDA

RNG = np.random.default_rng(0)
PHOTO = Image.fromarray(np.uint8(RNG.integers(0, 60, (160, 200, 3)) + np.linspace(0, 190, 200)[None, :, None]))
DEMO = Path(__file__).parents[2] / "demo"
JPEG = encoded("JPEG", PHOTO)


@pytest.fixture
def engine() -> WindowEngine:
    return WindowEngine(answer=nano_says)


@pytest.fixture
def assessor(engine: WindowEngine) -> Assessor:
    return Assessor(engine=engine, hooks=Hooks())


def test_the_metric_settles_what_is_plain_and_says_so(assessor: Assessor) -> None:
    same = gate(PHOTO, PHOTO, policy_named("web"), assessor)
    assert (same.outcome, same.decided_by, same.similarity) == (Outcome.PASS, "ssimulacra2", 100)
    black = gate(PHOTO, Image.new("RGB", PHOTO.size), policy_named("web"), assessor)
    assert (black.outcome, black.decided_by) == (Outcome.REJECT, "ssimulacra2")
    assert [remedy.action for remedy in black.remedies] == ["raise-quality"]
    assert black.similarity is not None and black.similarity < 50


def test_without_bounds_the_model_is_asked(assessor: Assessor) -> None:
    policy = Policy(name="strict")
    alone = gate(None, PHOTO, policy, assessor)
    assert (alone.outcome, alone.decided_by) == (Outcome.REJECT, "model")
    assert [remedy.action for remedy in alone.remedies] == ["denoise"]
    assert gate(PHOTO, PHOTO, policy, assessor).outcome is Outcome.PASS


def test_an_original_is_assessed_once(assessor: Assessor) -> None:
    judge = Gate(Policy(name="strict"), assessor)
    asked: list[str] = []
    assessor.notify = lambda assessment: asked.append(assessment.photo.sha256)  # type: ignore[method-assign]
    for quality in (90, 50):
        judge.check(JPEG, encoded("JPEG", PHOTO, quality=quality))
    assert len(asked) == len(set(asked)) == 3


@pytest.mark.parametrize(
    ("original", "compressed", "reason"),
    [
        (PHOTO, JPEG[: len(JPEG) // 2], "the compressed photo: .* cut short"),
        (PHOTO, b"GIF89a", "the compressed photo"),
        (PHOTO, b"", "the compressed photo: .* is empty"),
        (PHOTO, "gone.jpg", "the compressed photo: gone.jpg"),
        (b"no image", PHOTO, "the original: .* no image"),
        (PHOTO, PHOTO.resize((100, 80)), "differ in size: 200 x 160 and 100 x 80"),
    ],
)
def test_what_cannot_be_compared_is_for_review(
    assessor: Assessor, original: object, compressed: object, reason: str
) -> None:
    verdict = gate(original, compressed, policy_named("web"), assessor)
    assert (verdict.outcome, verdict.decided_by) == (Outcome.REVIEW, "unreadable")
    assert re.search(reason, verdict.reasons[0])


def test_a_thumbnail_is_compared_at_its_own_size(assessor: Assessor) -> None:
    policy = policy_named("thumbnail")
    small = gate(PHOTO, PHOTO.resize((100, 80), Image.Resampling.LANCZOS), policy, assessor)
    assert (small.outcome, small.decided_by) == (Outcome.PASS, "ssimulacra2")
    bent = gate(PHOTO, PHOTO.resize((100, 100)), policy, assessor)
    assert "differ in shape" in bent.reasons[0]


def test_similarity_is_that_of_the_worst_corner() -> None:
    spoilt = PHOTO.copy()
    spoilt.paste((0, 0, 0), (0, 0, 100, 100))
    assert worst_similarity(PHOTO, PHOTO) == (100, WHOLE)
    assert worst_similarity(PHOTO, spoilt)[0] < 50
    assert worst_similarity(Image.new("RGB", (16, 16)), Image.new("RGB", (16, 16)))[0] == 100
    with pytest.raises(ValueError, match="cannot be compared"):
        worst_similarity(PHOTO, PHOTO.resize((10, 10)))


def test_the_worst_part_of_a_large_photo_is_named(assessor: Assessor) -> None:
    large = PHOTO.resize((1500, 1200))
    spoilt = large.copy()
    spoilt.paste(large.crop((1000, 0, 1500, 600)).resize((10, 12)).resize((500, 600)), (1000, 0))
    verdict = gate(large, spoilt, policy_named("web"), assessor)
    assert verdict.outcome is Outcome.REJECT
    assert "worst at the top right" in verdict.reasons[0]


@pytest.mark.parametrize(
    "spoil", [lambda photo: photo.convert("L"), lambda photo: Image.merge("RGB", photo.split()[::-1])]
)
def test_lost_and_exchanged_colours_do_not_pass_by_the_metric(
    assessor: Assessor, spoil: Callable[[Image.Image], Image.Image]
) -> None:
    photo = Image.open(DEMO / "sofa-noisy.jpg")
    verdict = gate(photo, spoil(photo), policy_named("web"), assessor)
    assert verdict.outcome is not Outcome.PASS


def test_every_type_has_a_remedy_and_codecs_choose() -> None:
    assert {row.distortion for row in TABLE} == set(VIDA.names)
    from idetex_plugin.words.assessment import Region
    from idetex_plugin.words.box import WHOLE

    blocks = Region(distortion="Blocking artifacts", severity=None, box=WHOLE)
    assert [row.action for row in remedies_for([blocks, blocks], "jpeg")] == ["raise-quality", "full-chroma"]
    assert [row.action for row in remedies_for(blocks, "webp")] == ["raise-quality"]


def test_what_pixels_do_not_show_is_for_review(assessor: Assessor) -> None:
    frames = encoded("GIF", PHOTO, save_all=True, append_images=[PHOTO.rotate(180)])
    clear = PHOTO.copy()
    clear.putalpha(Image.linear_gradient("L").resize(PHOTO.size))
    for original, lost in ((frames, "first frame of 2 and nothing"), (clear, "transparency .* and nothing")):
        verdict = gate(original, PHOTO, policy_named("web"), assessor)
        assert verdict.outcome is Outcome.REVIEW
        assert re.search(lost, verdict.reasons[0])
    assert gate(frames, PHOTO.quantize(256), policy_named("thumbnail"), assessor).decided_by == "ssimulacra2"


def test_bytes_are_called_by_the_name_that_they_are_given(assessor: Assessor) -> None:
    judge = Gate(policy_named("web"), assessor)
    assert judge.check(None, b"", name="a.jpg").reasons == ("the compressed photo: a.jpg: is empty",)
    photo = judge.check(JPEG, JPEG, name="a.jpg").photo
    assert photo is not None and photo.name == "a.jpg"
