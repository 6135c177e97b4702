"""How long `idetex --help` takes: python benchmarks/help_time.py. Best and median of 15 processes, seconds."""

import statistics
import subprocess
import sys
import time

RUNS = 15


def once() -> float:
    """One run, process start included."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "idetex_plugin", "--help"], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


if __name__ == "__main__":
    times = [once() for _ in range(RUNS)]
    print(f"idetex --help: best {min(times):.3f} s, median {statistics.median(times):.3f} s")
