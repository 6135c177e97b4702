"""Which engine runs a card: the one that was named, or the best one that works here, and why."""

from __future__ import annotations

from typing import Literal

from idetex_plugin.engines.base import Engine
from idetex_plugin.engines.prompts import checkpoint_of
from idetex_plugin.engines.runtime import installed
from idetex_plugin.models.cards import Card

EngineName = Literal["auto", "vllm", "server", "transformers"]
ENGINES: tuple[EngineName, ...] = ("auto", "vllm", "server", "transformers")
NO_VLLM = "vllm is not installed"


def make_engine(
    name: EngineName | str,
    card: Card,
    *,
    dtype: str = "auto",
    slots: int | None = None,
    url: str | None = None,
    served_model: str | None = None,
    timeout: float = 120.0,
    give_up: int = 8,
) -> tuple[Engine, str]:
    """The engine, ready to run, and why it is this one.

    "auto" is the server when a `url` is given, else vllm in this process when it is installed and starts, else
    transformers. `served_model`, `timeout` and `give_up` concern the server; `dtype` concerns the others.
    Raises ValueError for an unknown name or a server without a url, FileNotFoundError when the checkpoint is missing,
    ImportError naming the command that installs what is missing, and what the named engine raises at its start.
    """
    if name not in ENGINES:
        raise ValueError(f"engine {name!r} is not one of {', '.join(ENGINES)}")
    if name == "server" or (name == "auto" and url is not None):
        if url is None:
            raise ValueError("the server engine needs the server's url, such as http://127.0.0.1:8000")
        return _server(card, url, served_model, slots, timeout, give_up), _because(name, "a url is given")
    checkpoint_of(card)
    why = NO_VLLM
    if name == "vllm" or (name == "auto" and installed("vllm")):
        try:
            return _vllm(card, dtype, slots), _because(name, "it is installed and starts")
        except Exception as error:
            if name == "vllm":
                raise
            why = f"vllm does not start here ({type(error).__name__}: {_first_line(error)}); see `idetex doctor`"
    return _transformers(card, dtype, slots), _because(name, why)


def _because(name: str, why: str) -> str:
    return why if name == "auto" else "asked for by name"


def _vllm(card: Card, dtype: str, slots: int | None) -> Engine:
    from idetex_plugin.engines.vllm import VllmEngine

    try:
        return VllmEngine(card, dtype=dtype, slots=slots)
    except ModuleNotFoundError as error:
        if error.name != "vllm":
            raise
        raise ImportError(f"{NO_VLLM}: pip install 'idetex-plugin[cpu]', or [vllm] with a GPU") from error


def _transformers(card: Card, dtype: str, slots: int | None) -> Engine:
    from idetex_plugin.engines.transformers import TransformersEngine

    return TransformersEngine(card, dtype=dtype, slots=slots)


def _server(
    card: Card, url: str, model: str | None, slots: int | None, timeout: float, give_up: int
) -> Engine:
    try:
        from idetex_plugin.engines.server import ServerEngine
    except ModuleNotFoundError as error:
        raise ImportError("the server engine needs httpx: pip install 'idetex-plugin[server]'") from error
    return ServerEngine(card, url, model=model, slots=slots, timeout=timeout, give_up=give_up)


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or ["no message"])[0][:200]
