"""What a server is given of a reply makes the same prompt as the engines of this process build."""

import asyncio
import shutil
from typing import Any

import pytest
from engines.tiny import CHAT_TEMPLATE, THINKING_TEMPLATE, thinking_checkpoint, tiny_card
from families import chat

from idetex_plugin.engines.beginning import continued, message
from idetex_plugin.engines.prompts import Prompts, messages
from idetex_plugin.engines.served_template import ServedTemplate, TemplateError, ThoughtError, arguments
from idetex_plugin.words.request import Request

OFF = {"enable_thinking": False}
REQUEST = Request("how good?", ())
LAST = "{% if add_generation_prompt %}<answer>{% endif %}"
ONLY_BEFORE_A_REPLY = CHAT_TEMPLATE.replace(LAST, LAST.replace("<answer>", "<answer><think>\n\n</think>\n\n"))
SAID = "{{ part['text'] }}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return thinking_checkpoint(tmp_path_factory.mktemp("thinking"))


class Server:
    """Renders as vLLM does: with the checkpoint's tokenizer and the keyword arguments of the request."""

    def __init__(self, folder, template: str | None = None) -> None:
        self.chat = Prompts(tiny_card(folder, template=None, template_arguments=OFF))._chat
        self.template = template
        self.asked = 0

    def render(self, body: dict[str, Any]) -> str:
        said = [dict(each) for each in body["messages"]]
        for each in said:
            if isinstance(each["content"], str):
                each["content"] = [{"type": "text", "text": each["content"]}]
        return self.chat.apply_chat_template(
            said, tokenize=False, add_generation_prompt=body["add_generation_prompt"],
            continue_final_message=body["continue_final_message"], chat_template=self.template,
            **body.get("chat_template_kwargs", {}),
        )

    async def ask(self, path: str, body: dict[str, Any]) -> dict[str, Any] | None:
        self.asked += 1
        if path == "/tokenize":
            try:
                return {"tokens": [ord(letter) for letter in self.render(body)]}
            except ValueError:
                return None
        return {"prompt": "".join(map(chr, body["tokens"]))}

    def prompt(self, card, begun, request: Request = REQUEST) -> str:
        """The prompt of a request whose reply is begun by this assistant's message."""
        chat = continued(messages(request), begun)
        body = {"messages": chat, "add_generation_prompt": not begun, "continue_final_message": bool(begun)}
        return self.render({**body, **arguments(card)})


@pytest.mark.parametrize("prefix", ["", "The quality of the image is"])
@pytest.mark.parametrize("thought", [None, "Grain in the sky."])
def test_the_server_builds_the_prompt_of_this_process(folder, prefix, thought) -> None:
    changes = {"template_arguments": OFF} if thought is None else {"thinking_tokens": 9}
    card = tiny_card(folder, template=None, **changes)
    server = Server(folder)
    template = ServedTemplate(card, "tiny", server.ask)
    begun = asyncio.run(template.begin(prefix, thought))
    wanted = Prompts(card).text(Request("how good?", (), prefix=prefix), thought)
    assert server.prompt(card, begun.message) == wanted
    asked, confirmed = server.asked, 0 if thought is None else 2
    assert asyncio.run(template.begin(prefix, thought)) == begun and server.asked == asked + confirmed


GEMMA = {"thinking": ("<|channel>thought", "<channel|>")}
SHAPES = {
    "ChatML": (chat.chatml("<image>", "You are a helpful assistant."), {}, {}),
    "Qwen3.5": (chat.chatml_thinking("<image>"), OFF, {}),
    "SmolVLM2": (chat.speakers("<image>"), {}, {}),
    "LLaVA-OneVision": (chat.onevision("<image>"), {}, {}),
    "GLM-4.xV": (chat.glm_4("<image>"), OFF, {}),
    "Gemma 4": (chat.gemma_4("<image>"), OFF, GEMMA),
    "Gemma 4, first": (chat.gemma_4("<image>", keeps=False), OFF, GEMMA),
}
THOUGHTS = ("Grain in the sky.", "", "It holds <|channel> and </turn>.")


@pytest.mark.parametrize("prefix", ["", "The quality of the image is"])
@pytest.mark.parametrize("thought", [None, *THOUGHTS])
@pytest.mark.parametrize("shape", SHAPES)
def test_every_familys_template_begins_a_reply_alike_on_both_sides(folder, tmp_path, shape, prefix, thought) -> None:
    text, off, more = SHAPES[shape]
    place = shutil.copytree(folder, tmp_path / "made")
    (place / "chat_template.jinja").write_text(text)
    changes: dict[str, Any] = {"template_arguments": off, **more}
    if thought is not None:
        changes = {**changes, "template_arguments": {"enable_thinking": True} if off else {}, "thinking_tokens": 9}
    card = tiny_card(place, template=None, **changes)
    prompts = in_words(card) if thought is not None and shape.startswith("Gemma") else Prompts(card)
    begun = asyncio.run(ServedTemplate(card, "tiny", Server(place, text).ask).begin(prefix, thought))
    made = prompts.text(Request("how good?", (), prefix=prefix), thought)
    assert Server(place, text).prompt(card, begun.message) == made
    rest = made.removesuffix(prefix)
    assert made.endswith(prefix) and (thought is None or rest.rstrip().endswith(card.thinking[1]))
    assert thought in {None, ""} or rest.count(thought) == 1
    assert rest.rfind(card.thinking[0]) <= rest.rfind(card.thinking[1]), "it ends inside the thinking"


def in_words(card) -> Prompts:
    """Prompts of a card whose mark of the thinking's end is no token of this tokenizer."""
    prompts = Prompts(card.model_copy(update={"thinking": ("<think>", "</think>")}))
    prompts.card = card
    return prompts


def test_what_a_template_puts_before_a_reply_alone_is_given_with_the_prefix(folder) -> None:
    """Left out of an assistant's message, an empty thinking would make the checkpoint think in the answer's place."""
    card = tiny_card(folder, template=None, template_arguments=OFF)
    server = Server(folder, ONLY_BEFORE_A_REPLY)
    begun = asyncio.run(ServedTemplate(card, "tiny", server.ask).begin("It is"))
    assert server.prompt(card, begun.message).endswith("how good?<answer><think>\n\n</think>\n\nIt is")


def test_a_served_template_that_ends_inside_the_thinking_is_refused(folder) -> None:
    card = tiny_card(folder, template=None)
    with pytest.raises(TemplateError, match="ends inside <think>"):
        asyncio.run(ServedTemplate(card, "tiny", Server(folder).ask).begin(""))


def test_a_template_that_cannot_continue_a_reply_is_refused(folder) -> None:
    card = tiny_card(folder, template=None)
    template = CHAT_TEMPLATE.replace(SAID, f"{SAID.replace(' }}', ' | upper }}')}~{SAID}")
    with pytest.raises(TemplateError, match="does not continue a reply that begins with 'It is'"):
        asyncio.run(ServedTemplate(card, "tiny", Server(folder, template).ask).begin("It is"))


@pytest.mark.parametrize("shape", ["SmolVLM2", "LLaVA-OneVision", "GLM-4.xV"])
def test_a_blank_at_the_end_of_a_prefix_is_kept(folder, shape) -> None:
    """Without it, the words that follow would be other tokens."""
    text, off, _ = SHAPES[shape]
    card, server = tiny_card(folder, template=None, template_arguments=off), Server(folder, text)
    begun = asyncio.run(ServedTemplate(card, "tiny", server.ask).begin("It is "))
    assert server.prompt(card, begun.message).endswith("It is ")


def test_a_blank_at_the_end_of_a_prefix_that_is_not_kept_is_refused(folder) -> None:
    text, off, more = SHAPES["Gemma 4"]
    card = tiny_card(folder, template=None, template_arguments=off, **more)
    with pytest.raises(TemplateError, match="does not continue a reply that begins with 'It is '"):
        asyncio.run(ServedTemplate(card, "tiny", Server(folder, text).ask).begin("It is "))


def test_a_thought_that_no_message_keeps_fails_alone(folder) -> None:
    """The template changes a word in every message; a thought without it can be put before the answer."""
    template = THINKING_TEMPLATE.replace("{% endset %}", "{% endset %}{% set content = content | replace('sky', '') %}")
    card = tiny_card(folder, template=None, thinking_tokens=9)
    served = ServedTemplate(card, "tiny", Server(folder, template).ask)
    assert asyncio.run(served.begin("", "grain")).message is not None
    with pytest.raises(ThoughtError, match=r"does not keep the checkpoint's thought.*in the sky"):
        asyncio.run(served.begin("", "grain in the sky"))


def test_a_server_that_does_not_tokenize_is_trusted(folder) -> None:
    async def ask(path: str, body: dict[str, Any]) -> None:
        return None

    card = tiny_card(folder, template=None)
    assert asyncio.run(ServedTemplate(card, "tiny", ask).begin("It is")).message == message("It is")
    thought = asyncio.run(ServedTemplate(card, "tiny", ask).begin("It is", "so"))
    assert thought.message == message("<think>\nso\n</think>\n\nIt is")
    assert asyncio.run(ServedTemplate(card, "tiny", ask).begin("")).message is None
