"""A checkpoint that thinks, under real vLLM, in process and served, and under transformers: one answer from all."""

import json
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from engines.tiny import thinking_checkpoint, tiny_card
from PIL import Image
from vllm_server import free_port, running

from idetex_plugin.dialects.json import JsonDialect
from idetex_plugin.dialects.rating import RatingDialect
from idetex_plugin.dialects.vida import VidaDialect
from idetex_plugin.engines.beginning import continued
from idetex_plugin.engines.prompts import messages
from idetex_plugin.engines.retries import Backoff
from idetex_plugin.engines.server import ServerEngine
from idetex_plugin.engines.serving import serve_command
from idetex_plugin.engines.transformers import TransformersEngine
from idetex_plugin.tasks.questions import DEFAULT_QUESTIONS
from idetex_plugin.words.card import Sampling
from idetex_plugin.words.failure import Failure, Reason
from idetex_plugin.words.request import Reply, Request, Views

pytestmark = pytest.mark.integration
pytest.importorskip("vllm")

PHOTO = sorted((Path(__file__).parents[2] / "demo").glob("*.jpg"))[0]
LEVELS = (" bad", " poor", " fair", " good", " excellent")
SCHEMA = {"type": "array", "items": {"enum": [1, 2]}, "maxItems": 3}
CLOSE = 2e-5
WHOLE = {"views": "whole", "view_size": None, "template": None, "boxes": "thousand", "bins": None}
OFF = {"template_arguments": {"enable_thinking": False}}
ON = {"thinking_tokens": 12}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return thinking_checkpoint(tmp_path_factory.mktemp("thinking"))


def card(folder, **changes):
    """The card of the checkpoint, which looks at the photo as a whole."""
    return tiny_card(folder, **{**WHOLE, "dialect": "json", "max_model_len": 4096, **changes})


@pytest.fixture(scope="module")
def views():
    image = Image.open(PHOTO).convert("RGB").resize((256, 256))
    return Views((image,), 256, 256)


def questions(views: Views) -> tuple[Request, ...]:
    return (
        Request("what?", views.images, max_tokens=16),
        Request("how good?", views.images, prefix="The quality of the image is", choices=LEVELS),
        Request("as JSON", views.images, schema=SCHEMA, max_tokens=40),
    )


@contextmanager
def vllm_engine(card):
    from idetex_plugin.engines.vllm import VllmEngine

    engine = VllmEngine(card, dtype="float32", slots=4)
    try:
        yield engine
    finally:
        engine.close()


@contextmanager
def transformers_engine(card):
    engine = TransformersEngine(card, dtype="float32", device="cpu", slots=4)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def address(folder, tmp_path_factory):
    """A server started by the line that `idetex serve-command` prints, in 32-bit numbers."""
    port = free_port()
    line = serve_command(card(folder), port=port, cpu=True)
    line[line.index("--dtype") + 1] = "float32"
    log = tmp_path_factory.mktemp("server") / "log"
    with running([*line[1:], "--max-num-seqs", "8"], port, log) as address:
        yield address


@contextmanager
def server_engine(card, address):
    engine = ServerEngine(card, address, slots=4, backoff=Backoff(tries=2))
    try:
        yield engine
    finally:
        engine.close()


def ask(engine, requests) -> tuple[Reply, ...]:
    [(_, replies)] = engine.stream([(0, requests)])
    return replies


@pytest.mark.parametrize("changes", [OFF, ON], ids=["off", "on"])
def test_all_engines_agree_with_thinking_off_and_on(folder, views, address, changes) -> None:
    one = card(folder, **changes)
    with vllm_engine(one) as vllm:
        first = ask(vllm, questions(views))
    with transformers_engine(one) as other:
        second = ask(other, questions(views))
    with server_engine(one, address) as served:
        third = ask(served, questions(views))
    for replies in (first, second, third):
        assert [reply.failure for reply in replies] == [None, None, None]
        assert all(bool(reply.reasoning) == (changes is ON) for reply in replies)
        assert set(replies[1].choice_probabilities) == set(LEVELS)
        assert len(json.loads(replies[2].text)) <= 3
    for a, b, c in zip(first, second, third, strict=True):
        assert a.text == b.text and a.reasoning == b.reasoning == c.reasoning
        assert [token.text for token in a.tokens] == [token.text for token in b.tokens]
        assert b.choice_probabilities == pytest.approx(a.choice_probabilities, abs=CLOSE)
        assert c.text.rstrip("\ufffd") == a.text.rstrip("\ufffd")
        assert c.choice_probabilities == pytest.approx(a.choice_probabilities, abs=CLOSE)


def test_the_server_gets_the_same_prompt_token_by_token(folder, views, address) -> None:
    for changes in (OFF, ON):
        one = card(folder, **changes)
        with server_engine(one, address) as served:
            prompts = _prompts(one)
            for request in questions(views):
                thought = "grain" if changes is ON else None
                template = served._servers._sessions[0].template
                begun = served._loop.submit(template.begin(request.prefix, thought)).result().message
                chat = continued(messages(replace(request, images=())), begun)
                body = {
                    "model": served.model, "messages": chat, "add_generation_prompt": not begun,
                    "continue_final_message": bool(begun), "chat_template_kwargs": dict(one.template_arguments),
                }
                tokens = httpx.post(f"{address}/tokenize", json=body).json()["tokens"]
                assert tuple(tokens) == prompts.ids(prompts.text(replace(request, images=()), thought))


def _prompts(card):
    from idetex_plugin.engines.prompts import Prompts

    return Prompts(card)


def test_a_card_that_says_nothing_of_thinking_is_refused_by_every_engine(folder, address) -> None:
    for start in (vllm_engine, transformers_engine, lambda one: server_engine(one, address)):
        with pytest.raises(ValueError, match="ends inside <think>"), start(card(folder)):
            pass


def test_a_reply_that_was_cut_off_is_drawn_again(folder, views, address) -> None:
    one = card(folder, **OFF, sampling=Sampling(temperature=1.5, top_k=50, presence_penalty=1.5))
    request = Request("what?", views.images, max_tokens=4)
    for start in (vllm_engine, transformers_engine, lambda card: server_engine(card, address)):
        with start(one) as engine:
            [reply] = ask(engine, [request])
            assert reply.failure is None and (reply.finish_reason == "stop" or len(reply.tokens) in (3, 4))


def test_the_dialects_are_asked_and_read_whole(folder, views, address) -> None:
    """Random weights say little that can be read; what they say has a result or a reason, in every engine."""
    kinds = {"vida": VidaDialect, "rating": RatingDialect, "json": JsonDialect}
    made = [kind(card(folder, **OFF, dialect=name)) for name, kind in kinds.items()]
    for dialect in made:
        requests = [
            replace(request, max_tokens=min(request.max_tokens, 40))
            for request in (dialect.detect(views), dialect.ask(views, DEFAULT_QUESTIONS[1]), dialect.level(views))
        ]
        for start in (vllm_engine, lambda one: server_engine(one, address)):
            with start(dialect.card) as engine:
                detect, answer, level = ask(engine, requests)
            results = [
                dialect.read_detect(detect, views), dialect.read_ask(answer, DEFAULT_QUESTIONS[1]),
                dialect.read_level(level),
            ]
            for result in results:
                assert not isinstance(result, Failure) or result.reason in set(Reason)
