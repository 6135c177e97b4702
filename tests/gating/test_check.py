"""The gate with a checkpoint that sees severe noise in every photo, so that every pass is the metric's."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from films import MOVING_JXL
from hostile import encoded
from PIL import Image
from standins import WindowEngine, nano_says

from idetex_plugin import Assessor, Ensemble
from idetex_plugin.cards.registry import get_card
from idetex_plugin.gating.check import Gate
from idetex_plugin.gating.pairs import Pair
from idetex_plugin.gating.policies import policy_named
from idetex_plugin.gating.remedies import TABLE, remedies_for
from idetex_plugin.gating.similarity import worst_similarity
from idetex_plugin.pipeline.pipeline import gate
from idetex_plugin.plugins.manager import Hooks
from idetex_plugin.words.box import WHOLE
from idetex_plugin.words.policy import Policy, Similarity
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
    fine = gate(PHOTO, encoded("JPEG", PHOTO, quality=95, subsampling=0), policy_named("web"), assessor)
    assert (fine.outcome, fine.decided_by) == (Outcome.PASS, "ssimulacra2")
    photo = Image.open(DEMO / "bedside.jpg")
    coarse = gate(photo, encoded("JPEG", photo, quality=4), policy_named("web"), assessor)
    assert (coarse.outcome, coarse.decided_by) == (Outcome.REJECT, "ssimulacra2")
    assert [remedy.action for remedy in coarse.remedies] == ["raise-quality"]
    assert coarse.similarity is not None and coarse.similarity < 50


def test_the_same_pixels_need_no_metric(assessor: Assessor) -> None:
    same = gate(PHOTO, PHOTO, policy_named("web"), assessor)
    assert (same.outcome, same.decided_by, same.similarity) == (Outcome.PASS, "diagnosis", 100)
    assert same.reasons == ("note: the same pixels",)


def test_without_bounds_the_model_is_asked(assessor: Assessor) -> None:
    policy = Policy(name="strict")
    alone = gate(None, PHOTO, policy, assessor)
    assert (alone.outcome, alone.decided_by) == (Outcome.REJECT, "model")
    assert [remedy.action for remedy in alone.remedies] == ["denoise"]
    assert gate(PHOTO, PHOTO, policy, assessor).outcome is Outcome.PASS


def test_where_the_metric_doubts_a_model_that_is_not_sure_leaves_it_to_a_person(assessor: Assessor) -> None:
    copy = encoded("JPEG", PHOTO, quality=95)
    doubts = policy_named("web").model_copy(update={"similarity": Similarity(passes=100, rejects=0, sure=2)})
    verdict = gate(PHOTO, copy, doubts, assessor)
    assert (verdict.outcome, [remedy.action for remedy in verdict.remedies]) == (Outcome.REVIEW, ["raise-quality"])
    assert re.search(r"between 0 and 100, and the model is not sure", verdict.reasons[0])
    trusts = doubts.model_copy(update={"similarity": Similarity(passes=100, rejects=0, sure=0)})
    assert gate(PHOTO, copy, trusts, assessor).outcome is Outcome.PASS


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
        ("nowhere.png", PHOTO, "the original: nowhere.png: "),
    ],
)
def test_what_cannot_be_compared_is_for_review(
    assessor: Assessor, original: object, compressed: object, reason: str
) -> None:
    verdict = gate(original, compressed, policy_named("web"), assessor)
    assert (verdict.outcome, verdict.decided_by) == (Outcome.REVIEW, "unreadable")
    assert re.search(reason, verdict.reasons[0])


def test_each_side_is_called_by_its_own_name(assessor: Assessor) -> None:
    judge = Gate(policy_named("web"), assessor)
    assert judge.check("nowhere.png", JPEG, name="copy.jpg").reasons[0].startswith("the original: nowhere.png: ")
    called = Pair.named("copy.jpg", b"no image", JPEG, original_name="first.png")
    [(_, verdict)] = judge.stream([(0, called)])
    assert verdict.reasons[0].startswith("the original: first.png: ")
    [(_, verdict)] = judge.stream([(0, replace(called, original=JPEG, compressed=b"no image"))])
    assert verdict.reasons[0].startswith("the compressed photo: copy.jpg: ")


def test_a_thumbnail_is_compared_at_its_own_size(assessor: Assessor) -> None:
    policy = policy_named("thumbnail")
    small = gate(PHOTO, PHOTO.resize((100, 80), Image.Resampling.LANCZOS), policy, assessor)
    assert (small.outcome, small.decided_by) == (Outcome.PASS, "ssimulacra2")


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


def test_open_files_are_judged_like_their_bytes(assessor: Assessor, tmp_path: Path) -> None:
    judge = Gate(policy_named("web"), assessor)
    clear = PHOTO.copy()
    clear.putalpha(Image.linear_gradient("L").resize(PHOTO.size))
    files = [io.BytesIO(encoded("PNG", clear)), io.BytesIO(JPEG)]
    assert judge.check(*files) == judge.check(files[0].getvalue(), JPEG)
    (tmp_path / "a.jpg").write_bytes(JPEG)
    with (tmp_path / "a.jpg").open("rb") as file:
        photo = judge.check(None, file).photo
    assert photo is not None and photo.name == str(tmp_path / "a.jpg")


def test_bytes_are_called_by_the_name_that_they_are_given(assessor: Assessor) -> None:
    judge = Gate(policy_named("web"), assessor)
    assert judge.check(None, b"", name="a.jpg").reasons == ("the compressed photo: a.jpg: is empty",)
    photo = judge.check(JPEG, JPEG, name="a.jpg").photo
    assert photo is not None and photo.name == "a.jpg"


def test_several_models_judge_together() -> None:
    cards = [get_card("nano"), get_card("nano").model_copy(update={"name": "other"})]
    engines = [WindowEngine(answer=nano_says), WindowEngine(answer=nano_says)]
    with Ensemble(cards, engines=engines, hooks=Hooks()) as assessor:
        verdict = Gate(policy_named("web"), assessor).check(None, PHOTO)
    assert (verdict.outcome, verdict.decided_by) == (Outcome.REJECT, "model")
    assert [region.distortion for region in verdict.regions] == ["Noise"]
    assert all(engine.asked for engine in engines)


def test_frames_of_jpeg_xl_are_missed_though_none_can_be_counted(assessor: Assessor) -> None:
    pytest.importorskip("pillow_jxl")
    frames = [Image.new("RGB", (20, 24), colour) for colour in ("#0000c8", "#00c800", "#c80000")]
    still, moving = encoded("PNG", frames[0]), encoded("GIF", frames[0], save_all=True, append_images=frames[1:])
    for original, copy, reason in (
        (MOVING_JXL, still, "frames lost: one frame of several is left"),
        (still, MOVING_JXL, "moves: the copy has several frames and the original one"),
        (MOVING_JXL, moving, "frames: several became 3, and not all of them can be compared"),
    ):
        verdict = gate(original, copy, policy_named("web"), assessor)
        assert verdict.outcome is Outcome.REVIEW and any(reason in each for each in verdict.reasons)
    assert gate(MOVING_JXL, MOVING_JXL, policy_named("web"), assessor).outcome is Outcome.PASS
