"""Makes thumbnails with libvips, and names those that lost more than their size."""

import argparse
from pathlib import Path

import pyvips

from idetex_plugin import Assessor, Pipeline


def main() -> None:
    """Read the command line and make the thumbnails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, default=Path("thumbnails"))
    parser.add_argument("--size", type=int, default=320)
    parser.add_argument("--quality", type=int, default=75)
    parser.add_argument("--engine", default="auto")
    wanted = parser.parse_args()
    wanted.out.mkdir(parents=True, exist_ok=True)
    settings = {"quality": wanted.quality, "size": wanted.size}
    with Assessor(engine=wanted.engine) as assessor:
        pipeline = Pipeline("libvips-thumbnails", policy="thumbnail", assessor=assessor)
        for photo in wanted.photos:
            small = pyvips.Image.thumbnail(str(photo), wanted.size).copy_memory()
            data = small.webpsave_buffer(Q=wanted.quality)
            verdict = pipeline.after_compression(small.numpy(), data, "webp", settings)
            (wanted.out / f"{photo.stem}.webp").write_bytes(data)
            print(f"{photo.name}: {verdict.outcome}, {len(data)} bytes", *verdict.reasons, sep="\n  ")


if __name__ == "__main__":
    main()
