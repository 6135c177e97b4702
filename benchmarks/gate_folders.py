"""`idetex gate` over two folders: python benchmarks/gate_folders.py PHOTOS [--pairs 500] [--side 800] [--jobs 1 2]

Originals are photographs of PHOTOS as JPEG of quality 95, at most `side` pixels a side, again and again, each with a
pixel of its own; copies are WebP of quality 80, every tenth JPEG of quality 5. The policy is "web" with bounds that
leave the model nothing, so that what is measured is reading, diagnosis and metric.

First the pairs are compared in one process and in several by turns, fifty each, so that whatever else the machine does
concerns all alike; then the command runs over all, with the largest number. All have to say the same. Memory is that of
the command and the processes below it, the largest of samples taken ten times a second.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from itertools import cycle, islice
from pathlib import Path

import psutil

from idetex_plugin import Assessor, Gate, GateWorkers, Pair, Policy, Verdict, find_photos, load_photo, policy_named
from idetex_plugin.gating.compare import compare
from idetex_plugin.gating.pairs import pairs_of

MIB = 1 << 20
TURN = 50
START = 12
"""So many pairs start the processes; the first few are compared without them."""


def make_pairs(photos: list[Path], count: int, side: int, originals: Path, copies: Path) -> None:
    """So many files in each folder."""
    for number, path in enumerate(islice(cycle(photos), count)):
        photo = load_photo(path).image
        photo.thumbnail((side, side))
        photo.putpixel((0, 0), (number % 256, number // 256, 0))
        photo.save(originals / f"{number}.jpg", quality=95)
        if number % 10:
            photo.save(copies / f"{number}.webp", quality=80)
        else:
            photo.save(copies / f"{number}.jpg", quality=5)


def run(arguments: list[str]) -> tuple[float, int, str]:
    """Seconds, the most bytes of memory, and the last line on stderr."""
    began, most = time.perf_counter(), 0
    with tempfile.TemporaryFile("w+") as errors:
        command = [sys.executable, "-m", "idetex_plugin", "gate", *arguments]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)
        watched = psutil.Process(process.pid)
        while process.poll() is None:
            try:
                family = [watched, *watched.children(recursive=True)]
                most = max(most, sum(each.memory_info().rss for each in family))
            except psutil.NoSuchProcess:
                pass
            time.sleep(0.1)
        errors.seek(0)
        return time.perf_counter() - began, most, errors.read().strip().splitlines()[-1]


def by_turns(pairs: list[Pair], policy: Policy, jobs: list[int]) -> tuple[dict[int, float], dict[int, Verdict]]:
    """Seconds by the number of processes, all of them started before; and the verdicts, which have to be the same."""
    spent, said = dict.fromkeys(jobs, 0.0), dict[int, Verdict]()
    with ExitStack() as stack:
        gates = {}
        for count in jobs:
            assessor = stack.enter_context(Assessor(decoders=max(4, count + 1)))
            comparer = stack.enter_context(GateWorkers(count)) if count > 1 else compare
            gates[count] = Gate(policy, assessor, comparer)
            list(gates[count].stream(enumerate(pairs[:START])))
        for start in range(0, len(pairs), TURN):
            part = list(enumerate(pairs[start : start + TURN], start))
            for count, gate in gates.items():
                began = time.perf_counter()
                found = dict(gate.stream(part))
                spent[count] += time.perf_counter() - began
                if any(said.setdefault(number, verdict) != verdict for number, verdict in found.items()):
                    sys.exit("the verdicts differ")
    return spent, said


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos")
    parser.add_argument("--pairs", type=int, default=500)
    parser.add_argument("--side", type=int, default=800)
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 2])
    wanted = parser.parse_args()
    photos = [Path(source.path) for source in find_photos([wanted.photos])]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        originals, copies, policy = folder / "originals", folder / "copies", folder / "policy.toml"
        originals.mkdir()
        copies.mkdir()
        policy.write_text("[similarity]\npasses = 60\nrejects = 60\n")
        make_pairs(photos, wanted.pairs, wanted.side, originals, copies)
        pairs = list(pairs_of(originals, copies))
        spent, said = by_turns(pairs, policy_named(str(policy)), wanted.jobs)
        first = spent[wanted.jobs[0]]
        print("| processes | pairs/s | against the first |\n| ---: | ---: | ---: |")
        for jobs, seconds in spent.items():
            print(f"| {jobs} | {len(pairs) / seconds:.1f} | {first / seconds:.2f} |", flush=True)
        out = folder / "verdicts.json"
        words = [str(originals), str(copies), f"--policy={policy}", f"--jobs={max(wanted.jobs)}", f"--json={out}"]
        seconds, most, last = run(words)
        outcomes = [photo["outcome"] for photo in json.loads(out.read_text())["photos"]]
        if outcomes != [str(said[number].outcome) for number in range(len(pairs))]:
            sys.exit("the command says something else")
        print(f"\nthe command: {len(outcomes)} pairs in {seconds:.0f} s, most {most / MIB:.0f} MiB; it said: {last}")


if __name__ == "__main__":
    main()
