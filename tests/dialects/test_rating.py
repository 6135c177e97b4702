import pytest
from hypothesis import given
from hypothesis import strategies as st

from idetex_plugin.dialects.rating import CHOICES, RatingDialect, quality_of
from idetex_plugin.words.assessment import Description, Quality
from idetex_plugin.words.failure import Failure, Reason
from idetex_plugin.words.request import Reply
from idetex_plugin.words.vocabulary import Level
from tests.said import LOOK, card

number = RatingDialect(card(dialect="rating"))
word = RatingDialect(card(dialect="rating", wording={"prefix": "The quality of this image is "}))
THOUGHT = "The sky is grainy and the edges are soft."


@pytest.mark.parametrize(
    "answer",
    [
        "<answer>3.52</answer>", "<answer> 3.52\n</answer>", '<answer>{"rating": 3.52}</answer>',
        '<answer>```json\n{"rating": "3.52"}\n```</answer>', "<answer>2</answer> No: <answer>3.52</answer><|im_end|>",
        "So \\boxed{3.52}",
    ],
)  # fmt: skip
def test_a_rating_is_the_score_and_reasoning_is_the_description(answer):
    for reply in (Reply(f"<think>{THOUGHT}</think>{answer}"), Reply(answer, reasoning=THOUGHT)):
        assert number.read_level(reply) == Quality(level=Level.GOOD, score=3.52)
        told = number.read_describe(reply, LOOK)
        assert isinstance(told, Description)
        assert (told.text, told.verdict, told.findings) == (THOUGHT, Level.GOOD, ())


@pytest.mark.parametrize(
    "text",
    [
        "3.5", "<answer></answer>", "<answer>good</answer>", "<answer>5.01</answer>", "<answer>0.9</answer>",
        "<answer>NaN</answer>", "<answer>1e0</answer>", '<answer>{"score": 3}</answer>', "<answer>{3}</answer>",
        '<answer>{"rating": null}</answer>', "<answer>3.5", "<answer>3 or 4</answer>", "<answer>-3</answer>",
        "<answer>3.5</answer><answer>high</answer>", "\\boxed{9}",
    ],
)  # fmt: skip
def test_anything_else_is_unparseable(text):
    for result in (number.read_level(Reply(text)), number.read_describe(Reply(text, reasoning=THOUGHT), LOOK)):
        assert isinstance(result, Failure) and result.reason is Reason.UNPARSEABLE


def test_a_rating_without_reasoning_is_no_description():
    assert isinstance(number.read_describe(Reply("<answer>3</answer>"), LOOK), Failure)


@given(st.floats(1, 5))
def test_the_level_is_the_nearest(score):
    assert abs(quality_of(score).level.score - score) <= 0.5


def test_halves_count_up():
    levels = [Level.BAD, Level.POOR, Level.FAIR, Level.GOOD, Level.EXCELLENT]
    assert [quality_of(score).level for score in (1, 1.5, 2.5, 3.5, 4.5)] == levels
    assert quality_of(1.49).level is Level.BAD and quality_of(5).level is Level.EXCELLENT


def test_level_and_description_are_asked_for_once():
    assert number.level(LOOK) == number.describe(LOOK)
    assert number.level(LOOK).choices is None and number.level(LOOK).images == LOOK.images


def test_a_level_word_after_its_beginning_has_probabilities():
    request = word.level(LOOK)
    assert (request.prefix, request.choices) == ("The quality of this image is ", CHOICES)
    assert CHOICES == ("Bad", "Poor", "Fair", "Good", "Excellent")
    shares = dict(zip(CHOICES, (0.0, 0.0, 0.5, 0.5, 0.0), strict=True))
    quality = word.read_level(Reply("Fair", choice_probabilities=shares))
    assert isinstance(quality, Quality) and (quality.level, quality.score) == (Level.FAIR, 3.5)
    assert word.describe(LOOK).schema is not None
    assert isinstance(word.read_level(Reply("Splendid")), Failure)


@given(st.text(max_size=60))
def test_reading_anything_never_raises(text):
    for dialect in (number, word):
        for reply in (Reply(text), Reply(f"<answer>{text}</answer>", reasoning="x")):
            assert isinstance(dialect.read_level(reply), Quality | Failure)
            assert isinstance(dialect.read_describe(reply, LOOK), Description | Failure)
