from math import exp

import pytest

from idetex_plugin.dialects.confidence import Spelling
from idetex_plugin.words.request import Reply, Token

REPLY = Reply("Low clarity:", tokens=(Token("Low", -0.5), Token(" cla", -0.25), Token("rity", None), Token(":", -1.0)))


def test_product_over_the_tokens_that_touch_the_span():
    spelling = Spelling(REPLY)
    assert spelling.probability(0, 3) == pytest.approx(exp(-0.5))
    assert spelling.probability(2, 5) == pytest.approx(exp(-0.75))
    assert spelling.probability(11, 12) == pytest.approx(exp(-1))


@pytest.mark.parametrize("span", [(0, 11), (5, 8), (3, 3), (0, 99), (-1, 2)])
def test_unknown_is_none(span):
    assert Spelling(REPLY).probability(*span) is None


def test_tokens_that_do_not_spell_the_reply_are_not_used():
    assert Spelling(Reply("Low", tokens=(Token("Lo", -0.1),))).probability(0, 2) is None
    assert Spelling(Reply("Low")).probability(0, 2) is None
