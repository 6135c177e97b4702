"""A checkpoint's words: the text of a prompt, its token ids, the options' ids, and the spelling of generated ids.

Every engine in this process builds its prompts here, so that all of them give a model the same ids.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from idetex_plugin.engines import thinking
from idetex_plugin.engines.beginning import PROBE, Beginning, Message, begin, continued
from idetex_plugin.engines.choices import Choice, Ids
from idetex_plugin.engines.loop import at_once
from idetex_plugin.words.card import EMBEDDED_FOLDER, Card
from idetex_plugin.words.failure import Failure, Reason
from idetex_plugin.words.request import Reply, Request, Token

TOO_LONG = re.compile(r"too long to fit|longer than the maximum|maximum (context|model) length|max_model_len")
PLACEHOLDERS = {"images": "", "system": "", "prompt": "", "prefix": ""}


def checkpoint_of(card: Card) -> str:
    """The folder or hub id that holds the card's checkpoint; OWNER/NAME/FOLDER is a folder of a hub's repository, which
    is downloaded. FileNotFoundError when the embedded one is missing."""
    if not card.embedded:
        return _inside_repository(card.checkpoint) or card.checkpoint
    if not (EMBEDDED_FOLDER / "config.json").is_file():
        raise FileNotFoundError(f"the embedded checkpoint is missing: {EMBEDDED_FOLDER} has no config.json")
    return str(EMBEDDED_FOLDER)


def _inside_repository(checkpoint: str) -> str | None:
    owner, _, rest = checkpoint.partition("/")
    name, _, folder = rest.partition("/")
    if not folder or not owner.strip(".~") or Path(checkpoint).exists():
        return None
    from huggingface_hub import snapshot_download

    return str(Path(snapshot_download(f"{owner}/{name}", allow_patterns=[f"{folder}/*"])) / folder)


def load_processor(card: Card) -> Any:
    """The checkpoint's processor of texts and images."""
    from transformers import AutoProcessor

    return AutoProcessor.from_pretrained(checkpoint_of(card), trust_remote_code=False)


class Prompts:
    """Prompts for one card, with its checkpoint's own tokenizer. Imports transformers.

    stop: the ids that end a turn: the end-of-sequence ids of the generation settings and the tokenizer, and the
    card's `stop`. max_length: the most tokens of prompt and reply together: the card's, or the checkpoint's if less.
    thought_end: the id that ends the thinking, for a card that allows it.
    Raises ValueError for a template with an unknown placeholder, one that ends inside the checkpoint's thinking, and a
    stop or a mark of the thinking that is not one token.
    """

    def __init__(self, card: Card) -> None:
        from transformers import AutoTokenizer

        if card.template is not None:
            _check_template(card)
        self.card = card
        self._beginnings: dict[tuple[str, bool], Beginning] = {}
        self.tokenizer: Any = AutoTokenizer.from_pretrained(checkpoint_of(card), trust_remote_code=False)
        self.stop = self._stop_ids()
        self.max_length = self._max_length()
        self.thought_end = self._one_id(card.thinking[1], "thinking") if card.thinking_tokens else None
        self._check_thinking()

    def text(self, request: Request, thought: str | None = None) -> str:
        """The whole prompt up to where the reply begins, one image token (or block of them) an image.

        thought: what the checkpoint has thought about the request, where its card allows that.
        """
        if self.card.template is not None:
            return self.card.template.format(
                images=(self.card.image_token or "") * len(request.images), system=request.system or "",
                prompt=request.prompt, prefix=request.prefix,
            )
        chat, start = self._rendered(request)
        if not request.prefix and thought is None:
            return chat + start
        return chat + self._begun(request.prefix, thought)

    def thinking(self, request: Request) -> str:
        """The whole prompt up to where the checkpoint thinks about the request. The template opens the thinking, or
        else the checkpoint does so itself."""
        return "".join(self._rendered(request))

    def ids(self, text: str) -> Ids:
        """Token ids of a text in which all special tokens are already spelt out."""
        return tuple(self.tokenizer.encode(text, add_special_tokens=False))

    def choice(self, request: Request) -> Choice:
        """The tree of the request's options. Raises ValueError when they cannot be told apart."""
        options = {option: option_ids(self.ids, request.prefix, option) for option in request.choices or ()}
        return Choice(options, self.stop)

    def check(self, request: Request, text: str) -> Failure | None:
        """Why this prompt cannot be asked: it ends inside the checkpoint's thinking, or its own words spell an image
        token, so that images and text would not fit. None when it can."""
        if not self.card.thinking_tokens and self._thinks(request):
            return Failure(reason=Reason.ENGINE_ERROR, message=thinking.refusal(self.card))
        token = self.card.image_token
        if self.card.template is None or not token or text.count(token) == len(request.images):
            return None
        message = f"the prompt spells {text.count(token)} image tokens for {len(request.images)} images"
        return Failure(reason=Reason.ENGINE_ERROR, message=message)

    def spell(self, ids: Sequence[int]) -> list[str]:
        """The text of each id, special tokens kept; their join is the text of all.

        A character of several tokens belongs to the token that completes it.
        """
        texts = self._streamed(ids)
        if texts:
            whole = self.tokenizer.backend_tokenizer.decode(list(ids), skip_special_tokens=False)
            texts[-1] += whole[len("".join(texts)) :]
        return texts

    def thought(self, ids: Sequence[int]) -> str:
        """What these generated ids say that the checkpoint has thought. As at a server, a character that is cut off at
        the end is left out."""
        ends = (*self.stop, self.thought_end)
        return thinking.thought("".join(self._streamed([id for id in ids if id not in ends])), self.card.thinking)

    def _streamed(self, ids: Sequence[int]) -> list[str]:
        from tokenizers.decoders import DecodeStream

        stream, core = DecodeStream(skip_special_tokens=False), self.tokenizer.backend_tokenizer
        return [stream.step(core, id) or "" for id in ids]

    def reply(self, ids: Sequence[int], logprobs: Sequence[float], finish_reason: str) -> Reply:
        """The reply of these generated ids, without the one that ended the turn."""
        if ids and ids[-1] in self.stop:
            ids, logprobs = ids[:-1], logprobs[: len(ids) - 1]
        tokens = tuple(Token(text, value) for text, value in zip(self.spell(ids), logprobs, strict=True))
        return thinking.separated(
            Reply("".join(token.text for token in tokens), finish_reason, tokens), self.card.thinking
        )

    def _rendered(self, request: Request) -> tuple[str, str]:
        """The request in the chat template, and what that puts between the request and the reply."""
        arguments = dict(self.card.template_arguments)
        whole = str(
            self._chat.apply_chat_template(messages(request), add_generation_prompt=True, tokenize=False, **arguments)
        )
        at = whole.rfind(request.prompt) + len(request.prompt) if request.prompt in whole else len(whole)
        return whole[:at], whole[at:]

    def _begun(self, prefix: str, thought: str | None) -> str:
        """What stands between a request and the rest of its reply, with this prefix and after this thought."""
        thinks = thought is not None
        if (prefix, thinks) not in self._beginnings:
            found = at_once(begin(prefix, self.card.thinking, self._continued, thinks=thinks))
            self._beginnings[prefix, thinks] = found
        return self._beginnings[prefix, thinks].after(thought).text or ""

    async def _continued(self, begun: Message | None) -> str | None:
        """The probe in the chat template with its reply begun; None where the template cannot continue that."""
        if begun is None:
            return "".join(self._rendered(PROBE))
        for content in ([{"type": "text", "text": begun["content"]}], begun["content"]):
            chat = continued(messages(PROBE), begun)
            if begun["role"] == "assistant":
                chat[-1]["content"] = content
            try:
                return str(self._chat.apply_chat_template(
                    chat, add_generation_prompt=False, continue_final_message=True, tokenize=False,
                    **dict(self.card.template_arguments),
                ))
            except Exception:
                continue
        return None

    def _thinks(self, request: Request) -> bool:
        return self.card.template is None and thinking.opened(self._rendered(request)[1], self.card.thinking)

    def _check_thinking(self) -> None:
        """Refuse a template that always ends inside the thinking; one that needs more than a word is asked later."""
        try:
            refused = not self.card.thinking_tokens and self._thinks(Request("?", ()))
        except Exception:
            return
        if refused:
            raise ValueError(thinking.refusal(self.card))

    @cached_property
    def _chat(self) -> Any:
        """Tokenizer or processor, whichever has the chat template."""
        if self.tokenizer.chat_template:
            return self.tokenizer
        return load_processor(self.card)

    def _max_length(self) -> int:
        from transformers import AutoConfig

        whole = AutoConfig.from_pretrained(checkpoint_of(self.card), trust_remote_code=False)
        longest = getattr(whole.get_text_config(), "max_position_embeddings", self.card.max_model_len)
        return min(self.card.max_model_len, longest)

    def _stop_ids(self) -> Ids:
        from transformers import GenerationConfig

        ends: list[int] = []
        try:
            configured = GenerationConfig.from_pretrained(checkpoint_of(self.card)).eos_token_id
        except OSError:
            configured = None
        if configured is not None:
            ends += configured if isinstance(configured, list) else [configured]
        if self.tokenizer.eos_token_id is not None:
            ends.append(self.tokenizer.eos_token_id)
        ends += [self._one_id(stop, "stop") for stop in self.card.stop]
        return tuple(dict.fromkeys(ends))

    def _one_id(self, text: str, key: str) -> int:
        ids = self.ids(text)
        if len(ids) != 1:
            raise ValueError(f"card {self.card.name!r}: {key} {text!r} is {len(ids)} tokens, it has to be one")
        return ids[0]


def messages(request: Request, images: Sequence[dict[str, Any]] | None = None) -> list[dict[str, Any]]:
    """The request as chat messages: the system's words if any, then the images before the text."""
    if images is None:
        images = [{"type": "image"}] * len(request.images)
    system = [{"role": "system", "content": [{"type": "text", "text": request.system}]}] if request.system else []
    return [*system, {"role": "user", "content": [*images, {"type": "text", "text": request.prompt}]}]


def option_ids(encode: Any, prefix: str, option: str) -> Ids:
    """The ids of an option as they follow the answer's prefix; `encode` turns a text into ids.

    Where the prefix's own tokens would be merged with the option's first letters, the option is spelt alone, since
    the prefix's tokens are already given.
    """
    base, full = tuple(encode(prefix)) if prefix else (), tuple(encode(prefix + option))
    return full[len(base) :] if full[: len(base)] == base else tuple(encode(option))


def too_long(message: str) -> bool:
    """Whether an engine's error message says that the prompt does not fit the model's context."""
    return TOO_LONG.search(message) is not None


def failed(reason: Reason, message: str) -> Reply:
    """The reply of a request that the engine could not answer."""
    return Reply("", "error", failure=Failure(reason=reason, message=message))


def _check_template(card: Card) -> None:
    try:
        (card.template or "").format(**PLACEHOLDERS)
    except (KeyError, IndexError, ValueError) as error:
        raise ValueError(
            f"card {card.name!r}: template {card.template!r} may hold only {sorted(PLACEHOLDERS)} in braces"
        ) from error
