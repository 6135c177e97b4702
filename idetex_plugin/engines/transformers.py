"""transformers' own generate, for machines without vLLM: the same prompts and the same replies, more slowly.

Steps of the items in flight run in small batches of one kind; an item leaves when its last step is done.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from idetex_plugin.engines.base import Key
from idetex_plugin.engines.grammar import Grammars
from idetex_plugin.engines.prompts import Prompts, checkpoint_of, load_processor
from idetex_plugin.engines.runtime import pick_device, pick_dtype, settle
from idetex_plugin.engines.sampling import Recorder, drawing, presence_penalty
from idetex_plugin.engines.steps import ModelStep, StepOutcome, StepSlot, StreamItem, open_items
from idetex_plugin.words.card import Card
from idetex_plugin.words.failure import Failure, Reason
from idetex_plugin.words.request import Reply, Request

SLOTS = 16


class TransformersEngine:
    """Runs a card's checkpoint with transformers.

    device: "auto", "cpu" or a CUDA device. dtype: see `runtime.pick_dtype`.
    slots: the most prompts in one batch. The next item is taken when fewer steps are waiting.
    Raises what transformers raises when it cannot load the checkpoint.
    """

    name = "transformers"

    def __init__(
        self, card: Card, *, dtype: str = "auto", device: str = "auto", slots: int | None = None
    ) -> None:
        settle()
        import torch
        from transformers import AutoModelForImageTextToText

        self.device = pick_device(device)
        self.dtype = pick_dtype(dtype, self.device)
        self.slots = slots or SLOTS
        self.prompts = Prompts(card)
        self._processor: Any = load_processor(card)
        with _no_progress_bar():
            model: Any = AutoModelForImageTextToText.from_pretrained(
                checkpoint_of(card), dtype=getattr(torch, self.dtype), use_safetensors=True, trust_remote_code=False
            )
        self._model: Any = model.to(self.device).eval()
        self._pad: int = self.prompts.tokenizer.pad_token_id or 0
        self._grammars: Grammars | None = None
        self._lock = threading.Lock()

    def stream(self, items: Iterable[tuple[Key, Sequence[Request]]]) -> Iterator[tuple[Key, tuple[Reply, ...]]]:
        """See `Engine`. Several streams may be open at once."""
        source, mine, waiting = open_items(items, self.prompts), list[StreamItem[Key]](), deque[StepSlot]()
        more = True
        while more or mine:
            while more and len(waiting) < self.slots and not any(item.done for item in mine):
                item = next(source, None)
                more = item is not None
                if item is not None:
                    mine.append(item)
                    waiting.extend(item.places())
            finished = [item for item in mine if item.done]
            mine = [item for item in mine if not item.done]
            yield from ((item.key, item.replies()) for item in finished)
            if waiting and not finished:
                waiting.extend(self._run(take(waiting, self.slots)))

    def close(self) -> None:
        """Free the model. Idempotent."""
        if self._model is None:
            return
        import torch

        self._model = None
        if self.device != "cpu":
            torch.cuda.empty_cache()

    def _run(self, places: Sequence[StepSlot]) -> list[StepSlot]:
        """Run steps of one kind together; if that fails, one by one, so that a bad one fails alone. Returns the slots
        of the steps that follow from them."""
        steps = [place.step for place in places]
        try:
            outcomes = self._batch(steps)
        except Exception as error:
            if len(places) > 1:
                return [follow for place in places for follow in self._run([place])]
            message = f"{type(error).__name__}: {error}"
            outcomes = [StepOutcome(failure=Failure(reason=Reason.ENGINE_ERROR, message=message))]
        settled = [place.settle(outcome) for place, outcome in zip(places, outcomes, strict=True)]
        return [follow for follows in settled for follow in follows]

    def _batch(self, steps: Sequence[ModelStep]) -> list[StepOutcome]:
        inputs = self._inputs(steps)
        lengths = inputs["attention_mask"].sum(1).tolist()
        if max(lengths) >= self.prompts.max_length:
            if len(steps) > 1:
                raise ValueError("a prompt of the batch is too long")
            message = f"the prompt has {lengths[0]} tokens, the context {self.prompts.max_length}"
            return [StepOutcome(failure=Failure(reason=Reason.PROMPT_TOO_LONG, message=message))]
        with self._lock:
            return self._generate(steps, inputs, [self.prompts.max_length - length for length in lengths])

    def _inputs(self, steps: Sequence[ModelStep]) -> dict[str, Any]:
        """The model's inputs as tensors: ids with image tokens expanded, padded on the left, and the pixels."""
        images = [list(step.request.images) for step in steps]
        found = self._processor(
            text=[step.text for step in steps], images=images if any(images) else None, padding=True,
            padding_side="left", add_special_tokens=False, return_tensors="pt",
        )
        inputs = {name: _cast(value, self._model.dtype) for name, value in found.items()}
        masks = inputs["attention_mask"]
        for name in [name for name, value in inputs.items() if value.shape == masks.shape]:
            fill = int(name == "attention_mask")
            tails = [step.path if name == "input_ids" else [fill] * len(step.path) for step in steps]
            inputs[name] = _extend(inputs[name], masks.bool(), tails, self._pad if name == "input_ids" else 0)
        return {name: value.to(self.device) for name, value in inputs.items()}

    def _generate(self, steps: Sequence[ModelStep], inputs: dict[str, Any], room: Sequence[int]) -> list[StepOutcome]:
        import torch
        from transformers import GenerationConfig, LogitsProcessorList, StoppingCriteriaList

        width = inputs["input_ids"].shape[1]
        limits = [min(step.max_tokens, free) for step, free in zip(steps, room, strict=True)]
        schemas = [step.schema for step in steps if step.schema is not None]
        stop = self._stop(steps[0])
        sampling = steps[0].sampling
        settings = GenerationConfig(
            max_new_tokens=max(limits), eos_token_id=list(stop), pad_token_id=self._pad,
            return_dict_in_generate=True, **drawing(sampling),
        )
        record = Recorder()
        processors = [self._grammar().processor(schemas)] if schemas else []
        processors.append(record)
        if sampling is not None and sampling.presence_penalty:
            processors.append(presence_penalty(sampling.presence_penalty, width))
        with torch.inference_mode():
            result = self._model.generate(
                **inputs, generation_config=settings, logits_processor=LogitsProcessorList(processors),
                stopping_criteria=StoppingCriteriaList([_limit(limits, width)]),
            )
            logprobs = torch.stack(record.scores, 1).float().log_softmax(-1)
        if steps[0].scored:
            return [_scores(step, places[0]) for step, places in zip(steps, logprobs, strict=True)]
        made = zip(result.sequences[:, width:].tolist(), logprobs, limits, strict=True)
        return [_outcome(ids[:limit], places, stop) for ids, places, limit in made]

    def _stop(self, step: ModelStep) -> Sequence[int]:
        end = self.prompts.thought_end
        return (*self.prompts.stop, end) if step.thinking and end is not None else self.prompts.stop

    def _grammar(self) -> Grammars:
        if self._grammars is None:
            size = self._model.config.get_text_config().vocab_size
            self._grammars = Grammars(self.prompts.tokenizer, size)
        return self._grammars


def take(waiting: deque[StepSlot], most: int) -> list[StepSlot]:
    """Remove and return the oldest waiting step and as many others of its kind, in order, as make up a batch."""
    first = kind(waiting[0].step)
    taken = [place for place in waiting if kind(place.step) == first][:most]
    left = {id(place) for place in taken}
    rest = [place for place in waiting if id(place) not in left]
    waiting.clear()
    waiting.extend(rest)
    return taken


def kind(step: ModelStep) -> tuple[object, ...]:
    """Steps of one kind can share a batch: scored, thought or generated, free or under a schema, drawn in the same way,
    and of as many images."""
    return (
        bool(step.scored), bool(step.thinking), step.schema is not None, step.sampling, len(step.request.images),
    )  # fmt: skip


@contextmanager
def _no_progress_bar() -> Iterator[None]:
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()


def _outcome(ids: Sequence[int], places: Any, stop: Sequence[int]) -> StepOutcome:
    end = next((at for at, id in enumerate(ids) if id in stop), None)
    kept = ids if end is None else ids[: end + 1]
    logprobs = [float(places[at, id]) for at, id in enumerate(kept)]
    return StepOutcome(kept, logprobs, "length" if end is None else "stop")


def _scores(step: ModelStep, places: Any) -> StepOutcome:
    return StepOutcome(scores={id: float(places[id]) for id in step.scored})


def _cast(value: Any, dtype: Any) -> Any:
    return value.to(dtype) if value.is_floating_point() else value


def _extend(rows: Any, masks: Any, tails: Sequence[Sequence[int]], pad: int) -> Any:
    """Left-padded rows, with a tail of its own put after each. rows, masks: (N, width)."""
    import torch

    whole = [torch.cat([row[mask], row.new_tensor(tail)]) for row, mask, tail in zip(rows, masks, tails, strict=True)]
    return torch.nn.utils.rnn.pad_sequence(whole, batch_first=True, padding_value=pad, padding_side="left")


def _limit(limits: Sequence[int], width: int) -> Any:
    """A stopping criterion that ends each row at its own limit."""
    import torch
    from transformers import StoppingCriteria

    class Limit(StoppingCriteria):
        def __call__(self, input_ids: Any, scores: Any, **kwargs: Any) -> Any:
            made = input_ids.shape[1] - width
            return torch.tensor([made >= limit for limit in limits], device=input_ids.device)

    return Limit()
