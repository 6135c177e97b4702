"""Converts photographs with Pillow: each at the lowest quality whose result passes the gate."""

import argparse
import io
from pathlib import Path

from PIL import Image, ImageOps

from idetex_plugin import Assessor, Pipeline

QUALITIES = (40, 60, 80, 95)


def convert(photo: Path, out: Path, codec: str, pipeline: Pipeline) -> str:
    """Write the converted photo and say what was decided; write nothing if no quality passes."""
    with Image.open(photo) as opened:
        image = ImageOps.exif_transpose(opened).convert("RGB")
    for quality in QUALITIES:
        buffer = io.BytesIO()
        image.save(buffer, codec, quality=quality)
        verdict = pipeline.after_compression(photo, buffer.getvalue(), codec, {"quality": quality})
        if verdict.outcome == "pass":
            (out / f"{photo.stem}.{codec}").write_bytes(buffer.getvalue())
            return f"{photo.name}: quality {quality}, {len(buffer.getvalue())} bytes ({verdict.decided_by})"
    return f"{photo.name}: {verdict.outcome}, {'; '.join(verdict.reasons)}"


def main() -> None:
    """Read the command line and convert."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, default=Path("converted"))
    parser.add_argument("--codec", default="webp", choices=("webp", "jpeg", "avif"))
    parser.add_argument("--policy", default="web")
    parser.add_argument("--engine", default="auto")
    wanted = parser.parse_args()
    wanted.out.mkdir(parents=True, exist_ok=True)
    with Assessor(engine=wanted.engine) as assessor:
        pipeline = Pipeline("pillow-batch", policy=wanted.policy, assessor=assessor)
        for photo in wanted.photos:
            print(convert(photo, wanted.out, wanted.codec, pipeline))


if __name__ == "__main__":
    main()
