"""What both framed dialects share: lettered options, the level, the card's wording."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idetex_plugin.dialects.vida import VidaDialect
from idetex_plugin.tasks.questions import DEFAULT_QUESTIONS, severity_of
from idetex_plugin.words.assessment import Answer, Quality
from idetex_plugin.words.failure import Failure
from idetex_plugin.words.question import Question
from idetex_plugin.words.request import Reply
from idetex_plugin.words.vocabulary import Level
from tests.said import LOOK, card, vida, zero_shot

QUESTION = Question(name="sky", text="How is the sky?", options=("Blue", "Grey", "There is none"))


def test_options_are_lettered_lines_and_the_instruction_comes_last():
    request = vida.ask(LOOK, QUESTION)
    assert request.prompt == (
        "How is the sky?\nA. Blue\nB. Grey\nC. There is none\n"
        "Answer with a single option's letter (A, B, C, ...) from the given choices directly."
    )
    assert request.choices == ("A", "B", "C")
    assert request.system == vida.detect(LOOK).system


def test_severity_definitions_come_before_the_question_and_the_order_is_fixed():
    prompt = vida.ask(LOOK, severity_of("Noise")).prompt
    assert prompt.index("Minor: barely perceptible") < prompt.index("How severe")
    assert "A. Minor\nB. Moderate\nC. Severe\nD. Not visible\n" in prompt


@pytest.mark.parametrize("text", ["B", "B.", " B. Grey", "(B)", "B) grey.", "Grey", "grey.", "B.<|im_end|>"])
def test_answers_are_letters(text):
    answer = vida.read_ask(Reply(text), QUESTION)
    assert isinstance(answer, Answer), answer
    assert answer.choice == "Grey"
    assert answer.probabilities == {}


@pytest.mark.parametrize("text", ["D", "b", "A or B", "B. Blue", "BB", "Black", ".", "", "The answer is B", "A. Grey"])
def test_other_answers_are_failures(text):
    assert isinstance(vida.read_ask(Reply(text), QUESTION), Failure)


def test_probabilities_are_those_of_the_options():
    answer = vida.read_ask(Reply("B", choice_probabilities={"A": 0.2, "B": 0.7, "C": 0.1}), QUESTION)
    assert answer.probabilities == {"Blue": 0.2, "Grey": 0.7, "There is none": 0.1}
    partial = vida.read_ask(Reply("B", choice_probabilities={"A": 0.2, "B": 0.7}), QUESTION)
    assert partial.probabilities == {}


def test_every_default_question_fits_into_letters():
    for question in DEFAULT_QUESTIONS:
        assert len(vida.ask(LOOK, question).choices) == len(question.options) <= 11


def test_level_is_the_next_word_of_the_sentence():
    for dialect in (vida, zero_shot):
        request = dialect.level(LOOK)
        assert request.prefix == "The quality of the image is"
        assert request.choices == (" bad", " poor", " fair", " good", " excellent")


def test_score_is_the_mean_of_the_levels_under_their_probabilities():
    shares = {" bad": 0.0, " poor": 0.0, " fair": 0.5, " good": 0.5, " excellent": 0.0}
    assert vida.read_level(Reply(" good", choice_probabilities=shares)) == Quality(
        level=Level.GOOD, score=3.5, probabilities={Level(key.strip()): share for key, share in shares.items()}
    )
    without = vida.read_level(Reply(" good."))
    assert (without.level, without.score) == (Level.GOOD, None)
    assert vida.read_level(Reply(" good", choice_probabilities={" good": 0.9})).score is None


@pytest.mark.parametrize("text", ["superb", "goodish", "good or fair", "3", "?"])
def test_other_levels_are_failures(text):
    assert isinstance(vida.read_level(Reply(text)), Failure)


@given(st.text())
def test_reading_anything_never_raises(text):
    vida.read_ask(Reply(text), QUESTION)
    vida.read_level(Reply(text))


def test_the_card_words_the_sentences():
    dialect = VidaDialect(card(wording={"detect": "Find faults.", "affects": "What is wrong with {box}, {really}?"}))
    assert dialect.detect(LOOK).prompt == "Find faults."
    assert dialect.locate(LOOK, "{box} noise").prompt == vida.locate(LOOK, "{box} noise").prompt
    assert "{box} noise" in dialect.locate(LOOK, "{box} noise").prompt


@pytest.mark.parametrize(
    ("wording", "message"), [({"detekt": "x"}, "wording.detekt is none of"), ({"affects": "What?"}, "lacks {box}")]
)
def test_wording_that_does_not_fit_is_named(wording, message):
    with pytest.raises(ValueError, match=message):
        VidaDialect(card(wording=wording))


def test_bins_have_no_frame():
    with pytest.raises(ValueError, match="needs boxes"):
        VidaDialect(card(boxes="bins", bins=8))
