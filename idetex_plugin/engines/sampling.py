"""Drawing tokens in transformers as vLLM draws them, with the log-probabilities from before they are reshaped."""

from __future__ import annotations

from typing import Any

from idetex_plugin.words.card import Sampling


def drawing(sampling: Sampling | None) -> dict[str, Any]:
    """The keys of transformers' GenerationConfig; None is greedy decoding."""
    if sampling is None:
        return {"do_sample": False}
    keys: dict[str, Any] = {"do_sample": True, "temperature": sampling.temperature, "top_p": sampling.top_p}
    return {**keys, "top_k": sampling.top_k, "repetition_penalty": sampling.repetition_penalty}


class Recorder:
    """A logits processor that keeps what it sees, one (N, vocabulary) tensor a generated token, and changes nothing.

    Placed after a grammar and before penalties and temperature, which say how tokens are drawn and not how probable the
    model holds them.
    """

    def __init__(self) -> None:
        self.scores: list[Any] = []

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        """Keep the scores."""
        self.scores.append(scores.clone())
        return scores


def presence_penalty(penalty: float, width: int) -> Any:
    """A logits processor that lowers the scores of tokens generated so far: those after the first `width` of a row."""
    import torch

    def lower(input_ids: Any, scores: Any) -> Any:
        said = torch.zeros_like(scores, dtype=torch.bool).scatter_(1, input_ids[:, width:], True)
        return torch.where(said, scores - penalty, scores)

    return lower
