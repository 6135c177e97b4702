"""Real vLLM, real transformers and a real vLLM server on real photographs: one answer from all of them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from engines.tiny import WORDS, tiny_card, tiny_checkpoint
from PIL import Image
from vllm_server import free_port, running

from idetex_plugin.engines.retries import Backoff
from idetex_plugin.engines.server import ServerEngine
from idetex_plugin.engines.transformers import TransformersEngine
from idetex_plugin.words.failure import Reason
from idetex_plugin.words.request import Reply, Request, bare

pytestmark = pytest.mark.integration
pytest.importorskip("vllm")

DEMO = sorted((Path(__file__).parents[2] / "demo").glob("*.jpg"))
LEVELS = ("bad", "poor", "fair", "good", "excellent")
SHARED = ("Motion blur", "Motion", "Out of", "Out of focus", "Out of order", "Noise")
SCHEMA = {
    "type": "object",
    "properties": {"level": {"enum": ["good", "bad"]}, "blurred": {"type": "boolean"}},
    "required": ["level", "blurred"],
    "additionalProperties": False,
}
CLOSE = 2e-5


def views(path: Path) -> tuple[Image.Image, Image.Image]:
    photo = bare(Image.open(path))
    return photo.resize((256, 256)), photo.crop((0, 0, 256, 256))


def questions(images: tuple[Image.Image, ...]) -> tuple[Request, ...]:
    return (
        Request("<detect>", images, max_tokens=24),
        Request("how good?", images, system="Be brief. ", choices=LEVELS),
        Request("what is it?", images, prefix="It is ", choices=SHARED),
        Request("as JSON", images, schema=SCHEMA, max_tokens=60),
        Request("one view", images[:1], max_tokens=9),
    )


def items():
    for path in DEMO:
        yield path.name, questions(views(path))


@pytest.fixture(scope="module")
def card(tmp_path_factory):
    return tiny_card(tiny_checkpoint(tmp_path_factory.mktemp("tiny")))


@pytest.fixture(scope="module")
def vllm(card):
    from idetex_plugin.engines.vllm import VllmEngine

    engine = VllmEngine(card, dtype="float32", slots=7)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def answers(vllm):
    return dict(vllm.stream(items()))


@pytest.fixture(scope="module")
def transformers(card):
    engine = TransformersEngine(card, dtype="float32", device="cpu", slots=7)
    yield engine
    engine.close()


def same(one: Reply, other: Reply, *, served: bool = False) -> None:
    """A server spells broken characters in its own way, and leaves out one that is not finished at the end."""
    assert (one.failure, other.failure) == (None, None)
    assert one.finish_reason == other.finish_reason
    broken = "\ufffd" if served else ""
    assert one.text.rstrip(broken) == other.text.rstrip(broken)
    assert other.choice_probabilities == pytest.approx(one.choice_probabilities, abs=CLOSE)
    if not served:
        assert [token.text for token in one.tokens] == [token.text for token in other.tokens]
    assert len(one.tokens) - len(other.tokens) in range(4 if served else 1)
    if one.tokens:
        logprobs = np.array([[a.logprob, b.logprob] for a, b in zip(one.tokens, other.tokens, strict=not served)])
        assert np.abs(logprobs[:, 0] - logprobs[:, 1]).max() < CLOSE


def test_vllm_and_transformers_agree(answers, transformers) -> None:
    others = dict(transformers.stream(items()))
    assert set(answers) == set(others) == {path.name for path in DEMO}
    for key, replies in answers.items():
        for one, other in zip(replies, others[key], strict=True):
            same(one, other)
    assert len({replies[0].text for replies in answers.values()}) > 1, "the replies do not depend on the photo"


def test_requests_about_a_photo_share_its_tokens_and_nothing_is_compiled(vllm, monkeypatch) -> None:
    from torch._dynamo.utils import counters

    compiled, images, shared = counters["frames"]["total"], views(DEMO[0]), []
    step = vllm._engine.step

    def watched() -> list:
        outputs = step()
        shared.extend((output.num_cached_tokens, len(output.prompt_token_ids)) for output in outputs if output.finished)
        return outputs

    monkeypatch.setattr(vllm._engine, "step", watched)
    list(vllm.stream([("", [Request("<detect>", images, max_tokens=2), Request("how good?", images, choices=LEVELS)])]))
    (first, _), (second, length) = sorted(shared)
    assert first == 0 and 0 <= length - second < 64 + 16
    assert counters["frames"]["total"] == compiled


def test_replies_keep_their_promises(answers) -> None:
    for free, level, kind, shaped, short in answers.values():
        assert "".join(token.text for token in free.tokens) == free.text
        assert len(short.tokens) == 9 and short.finish_reason == "length"
        assert set(level.choice_probabilities) == set(LEVELS) and set(kind.choice_probabilities) == set(SHARED)
        for reply in (level, kind):
            assert sum(reply.choice_probabilities.values()) == pytest.approx(1)
            assert reply.text == max(reply.choice_probabilities, key=reply.choice_probabilities.__getitem__)
        assert set(json.loads(shaped.text)) == {"level", "blurred"}


@pytest.mark.parametrize("name", ["vllm", "transformers"])
def test_a_reply_cut_off_under_a_schema(name, request) -> None:
    engine = request.getfixturevalue(name)
    [(_, [reply])] = engine.stream([(0, [Request("", views(DEMO[0]), schema=SCHEMA, max_tokens=5)])])
    assert reply.finish_reason == "length" and len(reply.tokens) == 5


@pytest.mark.parametrize("name", ["vllm", "transformers"])
def test_bad_requests_fail_alone(name, request) -> None:
    engine = request.getfixturevalue(name)
    images = views(DEMO[0])
    bad = [
        Request("long " * 400, images),
        Request("an extra <image>", images),
        Request("", images, schema={"type": "no such type"}),
        Request("", images, choices=("",)),
    ]
    good = Request("<detect>", images, max_tokens=3)
    [(_, replies)] = engine.stream([(0, [good, *bad, good])])
    failures = [reply.failure for reply in replies]
    assert failures[0] is failures[-1] is None and replies[0].text == replies[-1].text
    assert [failure.reason for failure in failures[1:-1]] == [Reason.PROMPT_TOO_LONG, *[Reason.ENGINE_ERROR] * 3]


@pytest.mark.parametrize("name", ["vllm", "transformers"])
def test_a_prompt_of_the_longest_length(name, request) -> None:
    """The reply ends where the context does."""
    engine = request.getfixturevalue(name)
    images = views(DEMO[0])
    room = engine.prompts.max_length - len(engine.prompts.ids(engine.prompts.text(Request("", images)))) - 132
    [(_, [reply])] = engine.stream([(0, [Request("<detect>" * (room - 4), images, max_tokens=50)])])
    assert reply.failure is None and reply.finish_reason == "length" and len(reply.tokens) == 4


@pytest.mark.parametrize("name", ["vllm", "transformers"])
def test_items_are_pulled_as_slots_become_free(name, request) -> None:
    engine = request.getfixturevalue(name)
    pulled = finished = 0

    def source():
        nonlocal pulled
        for number in range(40):
            pulled += 1
            assert pulled - finished <= engine.slots
            yield number, [Request("<detect>", views(DEMO[number % len(DEMO)]), max_tokens=1 + number % 5)]

    for _ in engine.stream(source()):
        finished += 1
    assert finished == 40


def test_an_empty_stream_and_an_item_without_requests(vllm, transformers) -> None:
    for engine in (vllm, transformers):
        assert list(engine.stream([])) == []
        assert list(engine.stream([("nothing", [])])) == [("nothing", ())]


def test_streams_interleave_and_may_be_left_early(vllm, answers) -> None:
    outer = vllm.stream(items())
    first, _ = next(outer)
    [(_, [inner])] = vllm.stream([("inner", questions(views(DEMO[0]))[:1])])
    same(answers[DEMO[0].name][0], inner)
    rest = {key for key, _ in outer}
    assert {first, *rest} == set(answers)
    left = vllm.stream(items())
    next(left)
    left.close()
    again = dict(vllm.stream(items()))
    same(answers[DEMO[1].name][0], again[DEMO[1].name][0])


def test_vllm_leaves_the_random_generators_alone(card, vllm) -> None:
    code = (
        "import random, sys, numpy, torch\n"
        "from engines.tiny import tiny_card\n"
        "from idetex_plugin.engines.vllm import VllmEngine\n"
        "for seed in (random.seed, numpy.random.seed, torch.manual_seed): seed(5)\n"
        "def draw(): return random.random(), float(numpy.random.rand()), float(torch.rand(()))\n"
        "before = draw()\n"
        "for seed in (random.seed, numpy.random.seed, torch.manual_seed): seed(5)\n"
        "threads = torch.set_num_threads\n"
        f"card = tiny_card({card.checkpoint!r})\n"
        "for _ in range(2):\n"
        "    engine = VllmEngine(card, slots=2)\n"
        "    engine.close()\n"
        "    engine.close()\n"
        "assert draw() == before\n"
        "assert torch.set_num_threads is threads\n"
    )
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": f"{root}:{root / 'tests'}"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.fixture(scope="module")
def server(card, tmp_path_factory):
    port = free_port()
    arguments = ["--model", card.checkpoint, "--host", "127.0.0.1", "--port", str(port), "--dtype", "float32"]
    arguments += ["--max-model-len", "512", "--max-num-seqs", "8", "--enforce-eager", "--served-model-name", "tiny"]
    arguments += ["--structured-outputs-config", '{"backend": "xgrammar", "disable_any_whitespace": true}']
    log = tmp_path_factory.mktemp("server") / "log"
    with running(["-m", "vllm.entrypoints.openai.api_server", *arguments], port, log) as address:
        yield address


def test_a_vllm_server_agrees(card, server, answers) -> None:
    engine = ServerEngine(card, server, slots=7, backoff=Backoff(tries=2))
    try:
        others = dict(engine.stream(items()))
        long, missing = next(engine.stream([(0, [Request("long " * 400, ()), Request("fine", (), max_tokens=2)])]))[1]
    finally:
        engine.close()
    for key, (free, level, _, shaped, short) in answers.items():
        other = others[key]
        same(free, other[0], served=True)
        same(level, other[1])
        same(short, other[4], served=True)
        assert other[2].text in SHARED and other[2].choice_probabilities == {}, "one option begins another"
        assert json.loads(other[3].text) == json.loads(shaped.text)
    assert long.failure is not None and long.failure.reason is Reason.PROMPT_TOO_LONG
    assert missing.failure is None


def test_a_vllm_server_scores_shared_first_tokens(card, server, vllm) -> None:
    choices = ("Motion blur", "Motion", "Out of focus", "Out of order", "Noise")
    request = Request("what?", views(DEMO[0]), choices=choices)
    engine = ServerEngine(card, server)
    [(_, [other])] = engine.stream([(0, [request])])
    engine.close()
    [(_, [one])] = vllm.stream([(0, [request])])
    assert other.text == one.text
    assert other.choice_probabilities == pytest.approx(one.choice_probabilities, abs=CLOSE)


def test_words_of_the_grammar_are_tokens(vllm) -> None:
    assert all(len(vllm.prompts.ids(word)) == 1 for word in WORDS)
