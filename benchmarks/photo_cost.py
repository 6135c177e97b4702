"""What a photo costs before any engine sees it: loading, plain measures and views, by megapixels, in processor time.

    python benchmarks/photo_cost.py [--megapixels 0.3 1 4 12] [--rounds 100]

Each figure is milliseconds of one core; the steps are done in turn, as in a run, so each finds the caches as the others
leave them. "Pillow's decoder" is Pillow alone, for comparison. Photos are those of `server_client.py`, as JPEG of
quality 92.
"""

from __future__ import annotations

import argparse
import io
import time
from collections import defaultdict
from collections.abc import Callable
from statistics import median
from typing import Any

from PIL import Image
from server_client import CARD, photograph

from idetex_plugin.cards.registry import get_card
from idetex_plugin.photo.load import load_photo
from idetex_plugin.photo.measures import measure
from idetex_plugin.views.show import make_views

EMBEDDED = get_card("nano")


def costs(photo: bytes, rounds: int) -> dict[str, list[float]]:
    """Milliseconds of each step in each round."""
    taken = defaultdict[str, list[float]](list)

    def timed(name: str, work: Callable[..., Any], *given: object) -> Any:
        began = time.thread_time()
        result = work(*given)
        taken[name].append(1000 * (time.thread_time() - began))
        return result

    for _ in range(rounds):
        loaded = timed("`load_photo`", load_photo, photo)
        timed("all measures", measure, loaded.image, len(photo))
        timed("views of the embedded model", make_views, EMBEDDED, loaded.image)
        timed("view of a card of 1.3 megapixels", make_views, CARD, loaded.image)
        timed("Pillow's decoder", lambda: Image.open(io.BytesIO(photo)).load())
    return taken


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megapixels", type=float, nargs="+", default=[0.3, 1, 4, 12])
    parser.add_argument("--rounds", type=int, default=100)
    wanted = parser.parse_args()
    rows = defaultdict[str, list[str]](list)
    for megapixels in wanted.megapixels:
        photo = photograph(megapixels, turned=False)
        for name, taken in costs(photo, wanted.rounds).items():
            rows[name].append(f"{median(taken):.2f} ({min(taken):.2f})")
    print("| median (least), ms | " + " | ".join(f"{each:g} MP" for each in wanted.megapixels) + " |")
    print("| --- |" + " ---: |" * len(wanted.megapixels))
    for name, cells in rows.items():
        print(f"| {name} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
