"""Which engine runs a card: the one that was named, or the best one that works here, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from idetex_plugin.engines.base import Engine
from idetex_plugin.engines.prompts import checkpoint_of
from idetex_plugin.engines.runtime import check_dtype
from idetex_plugin.words.card import Card
from idetex_plugin.words.extras import installed, missing, require, vllm_extra

AUTO, SERVER = "auto", "server"
NO_VLLM = "vllm is not installed"


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """What a caller may ask of an engine. `dtype` concerns those in this process, the last four the server.

    slots: how many prompts are in work at once (at each server); None for the engine's own number.
    url: of a server; a sequence for several that serve the same model and share the photos.
    timeout: seconds for one reply.
    served_model: the name of what the server serves, where that is not evidently the card's checkpoint.
    wait_for_server: seconds to wait for a server that does not answer, also at the start; by default 300 once it has
    answered, and not at all before.
    """

    dtype: str = "auto"
    slots: int | None = None
    url: str | Sequence[str] | None = None
    served_model: str | None = None
    timeout: float = 120.0
    wait_for_server: float | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for what no engine takes."""
        check_dtype(self.dtype)
        if self.slots is not None and self.slots < 1:
            raise ValueError(f"slots: {self.slots} is less than 1")
        if self.timeout <= 0:
            raise ValueError(f"timeout: {self.timeout:g} is not more than 0 seconds")

    @property
    def urls(self) -> tuple[str, ...]:
        """All servers."""
        return (self.url,) if isinstance(self.url, str) else tuple(self.url or ())


@dataclass(frozen=True, slots=True)
class EngineMaker:
    """An engine that can be chosen by name. `make` gives it ready to run, or raises."""

    name: str
    make: Callable[[Card, EngineOptions], Engine]


def engines() -> tuple[EngineMaker, ...]:
    """The built-in engines."""
    return EngineMaker("vllm", _vllm), EngineMaker(SERVER, _server), EngineMaker("transformers", _transformers)


def options_for(name: str, **options: Any) -> EngineOptions:
    """The options of the engine of this name. Raises ValueError for what it cannot take, TypeError for an unknown
    option."""
    wanted = EngineOptions(**options)
    if name == SERVER and not wanted.urls:
        raise ValueError("the server engine needs the server's url, such as http://127.0.0.1:8000")
    if wanted.urls and name in {AUTO, SERVER}:
        from idetex_plugin.engines.address import Address

        for url in wanted.urls:
            Address.of(url)
    return wanted


def make_engine(
    name: str, card: Card, *, known: Iterable[EngineMaker] | None = None, **options: Any
) -> tuple[Engine, str]:
    """The engine, ready to run, and why it is this one.

    "auto" is the server when a `url` is given, else vllm in this process when it is installed and starts, else
    transformers. known: the engines that may be named, by default the built-in ones. options: see `EngineOptions`.
    Raises ValueError for an unknown name or a server without a url, FileNotFoundError when the checkpoint is missing,
    ImportError naming the command that installs what is missing, and what the named engine raises at its start.
    """
    wanted = options_for(name, **options)
    if name == AUTO:
        return _best(card, wanted)
    makers = {maker.name: maker for maker in (engines() if known is None else known)}
    if name not in makers:
        raise ValueError(f"engine {name!r} is not one of {', '.join((AUTO, *makers))}")
    return makers[name].make(card, wanted), "asked for by name"


def _best(card: Card, options: EngineOptions) -> tuple[Engine, str]:
    if options.urls:
        return _server(card, options), "urls are given" if len(options.urls) > 1 else "a url is given"
    checkpoint_of(card)
    why = NO_VLLM
    if installed("vllm"):
        try:
            return _vllm(card, options), "it is installed and starts"
        except Exception as error:
            why = f"vllm does not start here ({type(error).__name__}: {_first_line(error)}); see `idetex doctor`"
    if not installed("torch"):
        raise missing(vllm_extra(), "an engine in this process", "vllm")
    return _transformers(card, options), why


def _vllm(card: Card, options: EngineOptions) -> Engine:
    from idetex_plugin.engines.vllm import VllmEngine

    require(vllm_extra(), "the vllm engine", "torch", "vllm")
    return VllmEngine(card, dtype=options.dtype, slots=options.slots)


def _transformers(card: Card, options: EngineOptions) -> Engine:
    from idetex_plugin.engines.transformers import TransformersEngine

    require("local", "the transformers engine", "torch", "transformers")
    return TransformersEngine(card, dtype=options.dtype, slots=options.slots)


def _server(card: Card, options: EngineOptions) -> Engine:
    from idetex_plugin.engines.server import ServerEngine

    return ServerEngine(
        card, options.urls, model=options.served_model, slots=options.slots, timeout=options.timeout,
        wait=options.wait_for_server,
    )


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or ["no message"])[0][:200]
