"""Thinking in what was generated."""

from hypothesis import given
from hypothesis import strategies as st

from idetex_plugin.engines.thinking import separated, thought
from idetex_plugin.words.request import Reply, Token

MARKS = ("<think>", "</think>")


@given(st.text("ab\n", max_size=9), st.text("xy ", max_size=9), st.integers(1, 4))
def test_thinking_in_a_reply_is_separated(thought, said, size) -> None:
    text = f"<think>{thought}</think>\n{said}"
    tokens = tuple(Token(text[at : at + size], -0.1) for at in range(0, len(text), size))
    reply = separated(Reply(text, tokens=tokens), MARKS)
    assert reply.text == said.lstrip() == "".join(token.text for token in reply.tokens)
    assert reply.reasoning == thought.strip()


def test_thinking_without_end_leaves_no_reply() -> None:
    reply = separated(Reply("<think>so grainy", "length"), MARKS)
    assert (reply.text, reply.reasoning, reply.finish_reason) == ("", "so grainy", "length")
    plain = Reply("I <think> so</think>")
    assert separated(plain, MARKS) is plain


@given(st.text("ab \n", max_size=9), st.sampled_from(("", *MARKS)), st.sampled_from(("", "</think>", "</think> more")))
def test_a_thought_holds_no_mark(words, inside, end) -> None:
    found = thought(f"<think>\n{words}{inside}{words}{end}", MARKS)
    assert found == (words.strip() if inside == "</think>" else (words + words).strip())
