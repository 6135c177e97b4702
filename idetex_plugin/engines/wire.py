"""What goes over the wire to an OpenAI-compatible vLLM server, and how its answers are read. No connection here."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from idetex_plugin.engines.beginning import continued
from idetex_plugin.engines.prompts import failed, messages
from idetex_plugin.words.card import Sampling
from idetex_plugin.words.failure import Reason
from idetex_plugin.words.request import Reply, Request, Token

GREEDY: dict[str, Any] = {
    "temperature": 0, "top_p": 1, "top_k": 0, "min_p": 0, "repetition_penalty": 1, "frequency_penalty": 0,
    "presence_penalty": 0, "n": 1, "stream": False,
}
TOKEN_ID = re.compile(r"token_id:(\d+)")


def body(
    request: Request, model: str, pictures: Sequence[dict[str, Any]], *, stop: Sequence[str] = (),
    begun: Mapping[str, str] | None = None, sampling: Sampling | None = None,
) -> dict[str, Any]:
    """A chat completion request. `begun` is the message that the reply continues, with the request's prefix in it.
    `sampling` says how tokens are drawn; None means greedily."""
    chat = continued(messages(request, pictures), begun)
    extra: dict[str, Any] = {"add_generation_prompt": begun is None, "continue_final_message": begun is not None}
    if stop:
        extra["stop"] = list(stop)
    if request.schema is not None and request.choices is None:
        extra["response_format"] = {
            "type": "json_schema", "json_schema": {"name": "reply", "schema": dict(request.schema), "strict": True},
        }
    drawn = {**GREEDY, **(sampling.settings if sampling else {})}
    return {
        **drawn, **extra, "model": model, "messages": chat, "max_completion_tokens": request.max_tokens,
        "logprobs": True, "top_logprobs": 0, "skip_special_tokens": False, "spaces_between_special_tokens": False,
    }


def scoring(ids: Sequence[int]) -> dict[str, Any]:
    """What to add to a body to learn the log-probabilities of these ids as the next token, and nothing more."""
    return {"max_completion_tokens": 1, "logprob_token_ids": list(ids), "return_tokens_as_token_ids": True}


def constrained(choices: Sequence[str]) -> dict[str, Any]:
    """What to add to a body to get exactly one of these strings, by the server's own constraint."""
    return {"structured_outputs": {"choice": list(choices)}}


def read(answer: Mapping[str, Any]) -> Reply:
    """The reply in a chat completion. One without a usable choice gives a failure."""
    try:
        choice = answer["choices"][0]
        message, reason = choice["message"], choice["finish_reason"]
        text, reasoning = message["content"] or "", message.get("reasoning") or message.get("reasoning_content") or ""
        if not isinstance(text, str):
            raise TypeError(f"its content is {type(text).__name__}")
        places = (choice.get("logprobs") or {}).get("content") or []
        tokens = fit(text, [Token(str(place["token"]), float(place["logprob"])) for place in places])
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        return failed(Reason.ENGINE_ERROR, f"the server's answer is no chat completion: {type(error).__name__} {error}")
    if reason not in {"stop", "length"}:
        return failed(Reason.ENGINE_ERROR, f"the server ended the reply with {reason!r}")
    return Reply(text, reason, tokens, reasoning=str(reasoning))


def read_scores(answer: Mapping[str, Any], wanted: Sequence[int]) -> dict[int, float] | None:
    """Log-probabilities of the wanted ids at the first place, or None if the server does not give all of them."""
    try:
        top = answer["choices"][0]["logprobs"]["content"][0]["top_logprobs"]
        found = {int(match.group(1)): float(t["logprob"]) for t in top if (match := TOKEN_ID.fullmatch(t["token"]))}
        return {id: found[id] for id in wanted}
    except (KeyError, IndexError, TypeError):
        return None


def fit(text: str, tokens: Sequence[Token]) -> tuple[Token, ...]:
    """Tokens whose texts join to exactly `text`.

    The one that ended the turn is dropped. Servers spell a part of a character as U+FFFD: such tokens share the text
    up to the next one that can be found. Empty when the two cannot be brought together.
    """
    fitted: list[Token] = []
    at = 0
    for token in tokens:
        if at == len(text):
            break
        if text.startswith(token.text, at):
            fitted.append(token)
            at += len(token.text)
        elif "\ufffd" in token.text:
            fitted.append(Token("", token.logprob))
        elif fitted and not fitted[-1].text and (found := text.find(token.text, at)) > 0:
            fitted[-1] = Token(text[at:found], fitted[-1].logprob)
            fitted.append(token)
            at = found + len(token.text)
        else:
            return ()
    if at < len(text) and fitted and not fitted[-1].text:
        fitted[-1] = Token(text[at:], fitted[-1].logprob)
        at = len(text)
    return tuple(fitted) if at == len(text) else ()
