"""How soon the first of many photos is assessed: python benchmarks/many_files.py [--files 200000] [--assessed 1000]

Writes a tree of small JPEG files, each of its own content, and assesses them into a run folder as `idetex assess` does,
with an engine that answers at once, until so many rows are written. Printed are the seconds to the first row and the
memory at the first, at half and at the last of them; then the seconds and the memory of one whole walk.
"""

from __future__ import annotations

import argparse
import io
import resource
import tempfile
import time
from pathlib import Path

from PIL import Image

from idetex_plugin import Assessor, Run, ScriptedEngine, Work, find_photos
from idetex_plugin.cli.finding import ReadAhead
from idetex_plugin.testing.speech import Speech

A_FOLDER = 1000
START, COMMENT = 2, b"\xff\xfe\x00\x0a"


def write_tree(folder: Path, count: int) -> None:
    """So many files, a thousand a folder; a comment with the file's number makes each content its own."""
    buffer = io.BytesIO()
    Image.new("RGB", (32, 32), (90, 120, 150)).save(buffer, "JPEG")
    data = buffer.getvalue()
    for number in range(count):
        below = folder / f"{number // A_FOLDER:04}"
        if number % A_FOLDER == 0:
            below.mkdir()
        (below / f"{number:06}.jpg").write_bytes(data[:START] + COMMENT + b"%08d" % number + data[START:])


def memory() -> float:
    """The most memory that this process had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=200_000)
    parser.add_argument("--assessed", type=int, default=1000)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "photos"
        folder.mkdir()
        write_tree(folder, wanted.files)
        engine = ScriptedEngine(Speech((), "good", {}))
        marks: list[tuple[int, float, float]] = []
        start = time.perf_counter()

        def note(_: object) -> None:
            marks.append((len(marks) + 1, time.perf_counter() - start, memory()))
            if len(marks) == wanted.assessed:
                assessor.stop()

        found = ReadAhead(find_photos([folder]))
        with Assessor(engine=engine) as assessor, Run.writer(
            Path(place) / "run", assessor.card, assessor.fingerprint, assessor.fingerprint_parts
        ) as run:
            Work(run, assessor, on_step=note).do(found)
        for number, seconds, mib in (marks[0], marks[len(marks) // 2], marks[-1]):
            print(f"row {number}: after {seconds:.2f} s, {mib:.0f} MiB")
        start = time.perf_counter()
        count = sum(1 for _ in find_photos([folder]))
        print(f"a walk over {count} files: {time.perf_counter() - start:.1f} s, {memory():.0f} MiB")


if __name__ == "__main__":
    main()
