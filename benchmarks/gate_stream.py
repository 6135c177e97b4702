"""How busy the gate keeps an engine: python benchmarks/gate_stream.py PHOTOS [--pairs 64] [--slots 32] [--seconds 10]

A simulated engine takes so many seconds for each pair, in so many slots. Its share is the time for which slots were
busy over the time for which there were slots, from the first pair to the last verdict. One pair at a time is measured
beside it. Each photo is paired with itself as a JPEG of quality 40, under the policy "web" with bounds that leave every
pair to the model; decoding, metric and views run as they do for real.
"""

from __future__ import annotations

import argparse
import io
import time
from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path

from idetex_plugin import Assessor, Gate, Pair, ScriptedEngine, Similarity, find_photos, load_photo, policy_named
from idetex_plugin.testing.speech import Speech


def pairs(photos: Sequence[Path], count: int, side: int) -> list[Pair]:
    """So many photos, at most `side` pixels a side, each beside itself as a JPEG."""
    made = []
    for number, path in enumerate(islice(cycle(photos), count)):
        photo = load_photo(path).image
        photo.thumbnail((side, side))
        photo.putpixel((0, 0), (number % 256, 0, 0))
        buffer = io.BytesIO()
        photo.save(buffer, "JPEG", quality=40)
        made.append(Pair(str(number), photo, buffer.getvalue(), "jpeg"))
    return made


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos")
    parser.add_argument("--pairs", type=int, default=64)
    parser.add_argument("--slots", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--side", type=int, default=640)
    wanted = parser.parse_args()
    made = pairs([Path(source.path) for source in find_photos([wanted.photos])], wanted.pairs, wanted.side)
    policy = policy_named("web").model_copy(update={"similarity": Similarity(passes=100, rejects=0)})
    for name, alone in (("stream", False), ("one at a time", True)):
        engine = ScriptedEngine(Speech((), "good", {}), slots=wanted.slots, seconds=wanted.seconds)
        few = made[: max(1, len(made) // 16)] if alone else made
        with Assessor(engine=engine) as assessor:
            gate = Gate(policy, assessor)
            start = time.perf_counter()
            if alone:
                verdicts = [gate.check(pair.original, pair.compressed, pair.codec) for pair in few]
            else:
                verdicts = [verdict for _, verdict in gate.stream(enumerate(few))]
            spent = time.perf_counter() - start
        share = len(verdicts) * wanted.seconds / (wanted.slots * spent)
        print(f"{name}: {len(verdicts)} pairs in {spent:.1f} s, engine share {share:.2f}")


if __name__ == "__main__":
    main()
