"""From conversations to a model's inputs, with only the answers to learn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from PIL import Image

from idetex_plugin.lab.data.vida.conversations import IMAGE, Conversation
from idetex_plugin.lab.training.finetune.conversations import Talk
from idetex_plugin.views.resize import fit
from idetex_plugin.words.card import Card

IGNORED = -100
ROLES = {"human": "user", "gpt": "assistant"}
FILLERS = {"attention_mask": 0, "labels": IGNORED, "mm_token_type_ids": 0}


class Collator:
    """Batches for a processor whose chat template puts one token for an image, which the processor then multiplies.

    Photos are shown as the card says, so that training sees what assessing will."""

    def __init__(self, processor: Any, card: Card, max_tokens: int) -> None:
        self.processor, self.card, self.max_tokens = processor, card, max_tokens
        self.pad: int = processor.tokenizer.pad_token_id

    def __call__(self, talks: Sequence[Talk]) -> dict[str, torch.Tensor]:
        """Tokens padded on the right, (N, length); pixels of all images after each other."""
        encoded = [self.encode(talk, image) for talk, image in talks]
        batch = {}
        for name in encoded[0]:
            columns = [each[name] for each in encoded]
            if name == "input_ids" or name in FILLERS:
                rows = [column[0] for column in columns]
                filler = FILLERS.get(name, self.pad)
                batch[name] = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=filler)
            else:
                batch[name] = torch.cat(columns)
        return batch

    def encode(self, talk: Conversation, image: Image.Image) -> dict[str, torch.Tensor]:
        """One conversation's inputs and labels. Raises ValueError if it is too long, or if its answers cannot be told
        apart in its tokens."""
        said = messages(talk)
        whole = self._text(said)
        inputs = dict(self.processor(text=[whole], images=[fit(image, self.card)], return_tensors="pt"))
        ids = inputs["input_ids"][0]
        if len(ids) > self.max_tokens:
            raise ValueError(f"conversation {talk.id} has {len(ids)} tokens, max_tokens is {self.max_tokens}")
        places = self.processor.tokenizer(whole, return_offsets_mapping=True)["offset_mapping"]
        grown = len(ids) - len(places)
        labels = torch.full_like(ids, IGNORED)
        for at in [at for at, each in enumerate(said) if each["role"] == "assistant"]:
            try:
                start, end = self._answer(said, at, whole)
            except ValueError as error:
                raise ValueError(
                    f"conversation {talk.id}: the chat template does not keep what was said before"
                ) from error
            learned = [grown + number for number, (first, last) in enumerate(places) if start < last and first < end]
            labels[learned] = ids[learned]
        return {**inputs, "labels": labels[None]}

    def _answer(self, said: list[dict[str, Any]], at: int, whole: str) -> tuple[int, int]:
        """Where an answer and the end of its turn are in the whole text. Raises ValueError where they are not.

        An answer begins where the template asks for one, or, where it writes an answer otherwise, with its first word.
        """
        asked, answered = self._text(said[:at], answer_next=True), self._text(said[: at + 1])
        if not whole.startswith(answered):
            raise ValueError("the turns after an answer change it")
        if answered.startswith(asked):
            return len(asked), len(answered)
        return answered.index(said[at]["content"][0]["text"], len(self._text(said[:at]))), len(answered)

    def _text(self, said: list[dict[str, Any]], *, answer_next: bool = False) -> str:
        text: str = self.processor.apply_chat_template(
            said, tokenize=False, add_generation_prompt=answer_next, **dict(self.card.template_arguments)
        )
        return text


def messages(talk: Conversation) -> list[dict[str, Any]]:
    """The conversation as a chat template takes it; the image goes where it was told."""
    said: list[dict[str, Any]] = []
    if talk.system:
        said.append({"role": "system", "content": [{"type": "text", "text": talk.system}]})
    for each in talk.said:
        content: list[dict[str, str]] = []
        for number, text in enumerate(each.value.split(IMAGE)):
            content += [{"type": "image"}] * (number > 0)
            content += [{"type": "text", "text": text.strip("\n")}] if text.strip("\n") else []
        said.append({"role": ROLES[each.role], "content": content})
    return said
