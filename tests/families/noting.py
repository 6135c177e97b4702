"""The prompts that a model gets, image tokens and all, as the engine that runs it has them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from idetex_plugin.engines.asking import Asking
from idetex_plugin.engines.server import ServerEngine
from idetex_plugin.engines.transformers import TransformersEngine

Prompts = set[tuple[int, ...]]


@contextmanager
def noting(engine: Any, prompts: Prompts) -> Iterator[None]:
    """Note the ids of every prompt of this engine."""
    if isinstance(engine, ServerEngine):
        changed = patch.object(Asking, "complete", _served(prompts))
    elif isinstance(engine, TransformersEngine):
        changed = patch.object(engine, "_inputs", _transformers(engine._inputs, prompts))
    else:
        changed = patch.object(engine._engine, "step", _vllm(engine._engine.step, prompts))
    with changed:
        yield


def _vllm(step: Any, prompts: Prompts) -> Any:
    def watched() -> Any:
        outputs = step()
        prompts.update(tuple(output.prompt_token_ids) for output in outputs if output.finished)
        return outputs

    return watched


def _transformers(inputs: Any, prompts: Prompts) -> Any:
    def watched(steps: Any) -> Any:
        found = inputs(steps)
        masks = found["attention_mask"].bool()
        prompts.update(tuple(ids[mask].tolist()) for ids, mask in zip(found["input_ids"], masks, strict=True))
        return found

    return watched


def _served(prompts: Prompts) -> Any:
    complete = Asking.complete

    async def watched(self: Asking, body: Any, *, tries: int | None = None) -> Any:
        given = {**json.loads(b"".join(body)), "return_token_ids": True}
        answer = await complete(self, [json.dumps(given).encode()], tries=tries)
        prompts.add(tuple(answer["prompt_token_ids"]))
        return answer

    return watched
