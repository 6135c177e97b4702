"""vLLM in this process: requests enter whenever a slot is free and items leave as they finish. No batches, no barrier.

On a CPU the engine compiles nothing and has an explicit cache size: that starts in seconds, costs no speed, and needs
no C++ compiler.
Only this module imports vllm, and only when an engine is made.
"""

from __future__ import annotations

import itertools
import logging
import os
import random
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from idetex_plugin.engines.base import EngineDeadError, Key
from idetex_plugin.engines.prompts import Prompts, checkpoint_of, too_long
from idetex_plugin.engines.runtime import pick_dtype, settle
from idetex_plugin.engines.serving import CPU_BLOCK, STRUCTURED, cache_gib, images_per_prompt
from idetex_plugin.engines.steps import ModelStep, StepOutcome, StepSlot, StreamItem, open_items
from idetex_plugin.words.card import Card
from idetex_plugin.words.failure import Failure, Reason
from idetex_plugin.words.request import Reply, Request

SLOTS = {"cpu": 64, "cuda": 256}
PROCESSOR_CACHE_GIB = 0.25


class VllmEngine:
    """Runs a card's checkpoint in vLLM.

    dtype: "auto", "float32", "bfloat16" or "float16" (see `runtime.pick_dtype`).
    slots: requests that run at once; by default 64 on a CPU and 256 on a GPU. The next item is taken when fewer run.
    Raises ImportError when vllm is not installed or cannot be imported, and what vllm raises when it cannot start.
    """

    name = "vllm"

    def __init__(self, card: Card, *, dtype: str = "auto", slots: int | None = None) -> None:
        settle()
        logging.getLogger("vllm").setLevel(os.environ["VLLM_LOGGING_LEVEL"])
        os.environ.setdefault("VLLM_CPU_KVCACHE_SPACE", str(cache_gib(card)))
        self._lock = threading.Lock()
        self._numbers = itertools.count()
        self._running: dict[str, StepSlot] = {}
        self._engine: Any = None
        with _own_randomness():
            self._start(card, dtype, slots)

    def stream(self, items: Iterable[tuple[Key, Sequence[Request]]]) -> Iterator[tuple[Key, tuple[Reply, ...]]]:
        """See `Engine`. Several streams may be open at once; each gives its own items.

        Raises EngineDeadError when vLLM itself fails; then this engine is of no more use.
        """
        source, mine, more = open_items(items, self.prompts), list[StreamItem[Key]](), True
        try:
            while more or mine:
                while more and len(self._running) < self.slots and not any(item.done for item in mine):
                    item = next(source, None)
                    more = item is not None
                    if item is not None:
                        mine.append(item)
                        self._submit(item.places())
                finished = [item for item in mine if item.done]
                mine = [item for item in mine if not item.done]
                yield from ((item.key, item.replies()) for item in finished)
                if not finished and (more or mine):
                    self._step()
        finally:
            self._abandon(mine)

    def close(self) -> None:
        """Free the model. Idempotent."""
        if self._engine is None:
            return
        import torch
        from vllm.distributed import cleanup_dist_env_and_memory

        self._engine.engine_core.shutdown()
        self._engine = None
        self._running.clear()
        cleanup_dist_env_and_memory()
        torch.set_num_threads = self._set_threads

    def _start(self, card: Card, dtype: str, slots: int | None) -> None:
        import torch
        from vllm.platforms import current_platform

        self.device = "cpu" if current_platform.is_cpu() else "cuda"
        import vllm

        self.dtype = pick_dtype(dtype, self.device)
        self.slots = slots or SLOTS[self.device]
        self.prompts = Prompts(card)
        self._set_threads = torch.set_num_threads
        _inspect_here(checkpoint_of(card))
        with self._uncompiled():
            self._engine = vllm.LLMEngine.from_engine_args(vllm.EngineArgs(**self._arguments(card)))

    def _uncompiled(self) -> AbstractContextManager[None]:
        """In which nothing is compiled, on a CPU. Compiling anew for every size of batch would take a fifth of the time
        of a first hundred photos."""
        import torch

        return torch.compiler.set_stance("force_eager") if self.device == "cpu" else nullcontext()

    def _arguments(self, card: Card) -> dict[str, Any]:
        arguments: dict[str, Any] = {
            "model": checkpoint_of(card),
            "trust_remote_code": False,
            "load_format": "safetensors",
            "dtype": self.dtype,
            "max_model_len": self.prompts.max_length,
            "max_num_seqs": self.slots,
            "limit_mm_per_prompt": images_per_prompt(card),
            "mm_processor_cache_gb": PROCESSOR_CACHE_GIB,
            "enable_prefix_caching": True,
            "structured_outputs_config": dict(STRUCTURED),
            "disable_log_stats": True,
            "use_tqdm_on_load": False,
        }
        if self.device == "cpu":
            arguments.update(
                distributed_executor_backend="uni", enforce_eager=True, skip_mm_profiling=True, block_size=CPU_BLOCK
            )
        return arguments

    def _submit(self, places: Iterable[StepSlot]) -> None:
        waiting = deque(places)
        while waiting:
            place = waiting.popleft()
            name, names = str(next(self._numbers)), place.item.image_names
            for image in place.step.request.images:
                names.setdefault(id(image), f"image-{next(self._numbers)}")
            try:
                with self._lock:
                    self._engine.add_request(name, self._prompt(place.step, names), self._sampling(place.step))
                    self._running[name] = place
            except Exception as error:
                reason = Reason.PROMPT_TOO_LONG if too_long(str(error)) else Reason.ENGINE_ERROR
                waiting.extend(place.settle(StepOutcome(failure=Failure(reason=reason, message=str(error)))))

    def _prompt(self, step: ModelStep, names: Mapping[int, str]) -> dict[str, Any]:
        """The prompt as ids. Images go by names of their own, so that vLLM need not hash the pixels to know them."""
        prompt: dict[str, Any] = {"prompt_token_ids": [*self.prompts.ids(step.text), *step.path]}
        if images := list(step.request.images):
            prompt["multi_modal_data"] = {"image": images}
            prompt["multi_modal_uuids"] = {"image": [names[id(image)] for image in images]}
        return prompt

    def _sampling(self, step: ModelStep) -> Any:
        from vllm import SamplingParams
        from vllm.sampling_params import StructuredOutputsParams

        schema, stop = step.schema, list(self.prompts.stop)
        if step.thinking and self.prompts.thought_end is not None:
            stop.append(self.prompts.thought_end)
        drawn: dict[str, Any] = {"temperature": 0} if step.sampling is None else step.sampling.settings
        return SamplingParams(
            **drawn, max_tokens=step.max_tokens, detokenize=False, stop_token_ids=stop,
            logprobs=None if step.scored else 0, logprob_token_ids=list(step.scored) or None,
            structured_outputs=None if schema is None else StructuredOutputsParams(json=dict(schema)),
        )

    def _step(self) -> None:
        with self._lock, self._uncompiled():
            try:
                outputs = self._engine.step()
            except Exception as error:
                self._running.clear()
                raise EngineDeadError(f"vLLM failed: {type(error).__name__}: {error}") from error
            done = [output for output in outputs if output.finished and output.request_id in self._running]
            places = [self._running.pop(output.request_id) for output in done]
        for place, output in zip(places, done, strict=True):
            self._submit(place.settle(_outcome(place.step, output.outputs[0])))

    def _abandon(self, items: Sequence[StreamItem[Any]]) -> None:
        """Take back what a stream that was closed early has left running."""
        left = {id(item) for item in items}
        with self._lock:
            names = [name for name, place in self._running.items() if id(place.item) in left]
            for name in names:
                del self._running[name]
            if names and self._engine is not None:
                self._engine.abort_request(names)


def _outcome(step: ModelStep, completion: Any) -> StepOutcome:
    if completion.finish_reason not in {"stop", "length"}:
        message = f"vLLM ended the request with {completion.finish_reason!r}"
        return StepOutcome(failure=Failure(reason=Reason.ENGINE_ERROR, message=message))
    if step.scored:
        found = completion.logprobs[0]
        return StepOutcome(scores={id: found[id].logprob for id in step.scored})
    ids = list(completion.token_ids)
    logprobs = [place[id].logprob for id, place in zip(ids, completion.logprobs, strict=True)]
    return StepOutcome(ids, logprobs, completion.finish_reason)


def _inspect_here(checkpoint: str) -> None:
    """Register the checkpoint's model class as a class.

    Given a class's name alone, vLLM looks at it in a new process: that takes as long as importing vllm does, and the
    packages that `settle` hides here are not hidden there.
    """
    from transformers import AutoConfig
    from vllm import ModelRegistry

    for architecture in AutoConfig.from_pretrained(checkpoint, trust_remote_code=False).architectures or ():
        lazy: Any = ModelRegistry.models.get(architecture)
        if hasattr(lazy, "load_model_cls"):
            ModelRegistry.register_model(architecture, lazy.load_model_cls())


@contextmanager
def _own_randomness() -> Iterator[None]:
    """vLLM seeds the process's random generators as it starts and draws from them; leave them as they were."""
    import numpy as np
    import torch

    states = random.getstate(), np.random.get_state(), torch.get_rng_state()
    try:
        yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])
        torch.set_rng_state(states[2])
