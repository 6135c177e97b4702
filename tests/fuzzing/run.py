"""Coverage-guided fuzzing: `python -m tests.fuzzing.run TARGET FOLDER SECONDS` (needs atheris).

The folder keeps what was found interesting, and files named crash-* that break a promise.
"""

from __future__ import annotations

import os
import sys

import atheris

with atheris.instrument_imports(include=["idetex_plugin.photo", "idetex_plugin.dialects", "idetex_plugin.runs"]):
    from tests.fuzzing.targets import TARGETS, seeds


def main() -> None:
    target, folder, seconds = sys.argv[1:4]
    os.makedirs(folder, exist_ok=True)
    for number, data in enumerate(seeds(target)):
        with open(os.path.join(folder, f"seed-{number}"), "wb") as file:
            file.write(data)
    limits = ["-timeout=20", "-rss_limit_mb=3000", "-print_final_stats=1", "-max_len=65536"]
    places = [f"-max_total_time={seconds}", f"-artifact_prefix={folder}/", folder]
    atheris.Setup([sys.argv[0], *limits, *places], TARGETS[target])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
