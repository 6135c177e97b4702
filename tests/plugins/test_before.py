"""Plugins veto and replace photos before they are assessed, and cannot spoil one in silence."""

import asyncio
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image
from standins import WindowEngine, nano_says

from idetex_plugin import Assessor, hookimpl
from idetex_plugin.plugins.events import BeforeAssess, Replacement, Veto
from idetex_plugin.plugins.manager import Hooks
from idetex_plugin.words.box import WHOLE
from idetex_plugin.words.failure import Failure, Reason, State
from idetex_plugin.words.request import Reply, Request

PHOTO = Image.new("RGB", (64, 48), (90, 120, 150))


class Does:
    """Does this with every photo, and keeps what it was shown."""

    def __init__(self, does: Callable[[BeforeAssess], Any]) -> None:
        self.does = does
        self.shown: list[Image.Image] = []

    @hookimpl
    def idetex_before_assess(self, event: BeforeAssess) -> Any:
        self.shown.append(event.image())
        return self.does(event)


def assessor(*plugins: Any, answer: Callable[[Request], Reply] = nano_says, **options: Any) -> Assessor:
    hooks = Hooks(**options)
    for number, plugin in enumerate(plugins):
        hooks.register(plugin, f"p{number}")
    return Assessor(engine=WindowEngine(answer=answer), hooks=hooks)


def test_a_veto_is_the_reason_of_every_task() -> None:
    assessment = assessor(Does(lambda event: Veto(f"{event.info.width} pixels wide"))).assess(PHOTO)
    assert assessment.failure == Failure(reason=Reason.VETOED, message="image: plugin p0: 64 pixels wide")
    assert {status.reason for status in assessment.tasks.values()} == {Reason.VETOED}
    assert assessment.photo.sha256


def test_a_replacement_is_what_the_model_sees_and_the_row_says_so() -> None:
    white = Does(lambda event: Replacement(Image.new("RGB", (80, 60), "white"), "blank"))
    seen: list[Request] = []
    plain = Assessor(engine=WindowEngine(answer=nano_says)).assess(PHOTO)
    assessment = assessor(white, answer=lambda request: seen.append(request) or nano_says(request)).assess(PHOTO)
    assert seen[0].images[0].getpixel((9, 9)) == (255, 255, 255)
    assert assessment.state is State.OK
    assert assessment.photo.notes == ("replaced by plugin p0: blank",)
    assert (assessment.photo.width, assessment.photo.height) == (80, 60)
    assert assessment.photo.sha256 == plain.photo.sha256
    assert assessment.fingerprint != plain.fingerprint


def test_each_sees_what_the_one_before_it_left() -> None:
    first = Does(lambda event: Replacement(np.zeros((50, 50, 3), np.uint8)))
    second = Does(lambda event: Veto("black") if event.image().getpixel((0, 0)) == (0, 0, 0) else None)
    assert assessor(second, first).assess(PHOTO).failure.message == "image: plugin p0: black"


def test_pixels_are_a_copy() -> None:
    def paint(event: BeforeAssess) -> None:
        event.image().paste("red", (0, 0, 64, 48))

    looks = Does(lambda event: None)
    assert assessor(looks, Does(paint)).assess(PHOTO).state is State.OK
    assert looks.shown[0].getpixel((5, 5)) == (90, 120, 150)


class Mute(Exception):
    """Cannot say what is wrong."""

    def __str__(self) -> str:
        raise ValueError

    __repr__ = __str__


class Breaks:
    """Looks like an array."""

    def __array__(self) -> None:
        raise Mute


def mute(event: BeforeAssess) -> None:
    raise Mute


def cancels(event: BeforeAssess) -> None:
    raise asyncio.CancelledError


def raises(event: BeforeAssess) -> None:
    raise RuntimeError("no disk")


def leaves(event: BeforeAssess) -> None:
    raise SystemExit(3)


@pytest.mark.parametrize("does", [raises, leaves, cancels, mute])
def test_one_that_raises_is_passed_over(does: Callable[[BeforeAssess], None]) -> None:
    used = assessor(Does(does))
    assert used.assess(PHOTO).state is State.OK
    [problem] = used.hooks.problems
    assert "raised" in problem.message


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (Mute(), "p0: idetex_before_assess gave Mute <Mute instance"),
        (Replacement(Breaks()), "cannot be judged: "),
        (True, "p0: idetex_before_assess gave bool True, which is no Veto or Replacement"),
        (Replacement(b"garbage"), "p0 replaced the photo with what cannot be judged: "),
        (Replacement(np.full((40, 40), np.nan)), "cannot be judged"),
        (Replacement(None), "cannot be judged: TypeError: NoneType is no path"),
        (Replacement(Image.new("RGB", (2, 2))), "cannot be judged"),
    ],
)
def test_an_answer_that_is_none_fails_the_photo(answer: Any, message: str) -> None:
    failure = assessor(Does(lambda event: answer)).assess(PHOTO).failure
    assert failure.reason is Reason.INTERNAL
    assert message in failure.message


def test_questions_about_a_region_ask_the_plugins_too() -> None:
    failure = assessor(Does(lambda event: Veto("no"))).ask_region(PHOTO, WHOLE)
    assert failure == Failure(reason=Reason.VETOED, message="image: plugin p0: no")
