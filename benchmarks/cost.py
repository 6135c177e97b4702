"""What many photos would take: an ESTIMATE from the real prompts, published rates of GPUs, and stated assumptions.

Tokens of pictures and prompts are those of the card's own requests about a photo of 12 megapixels. No GPU was measured.

    python benchmarks/cost.py --photos 100000000
"""

from __future__ import annotations

import argparse

from PIL import Image

from idetex_plugin.assessing.assessor import Assessor
from idetex_plugin.assessing.examiner import Case
from idetex_plugin.plugins.manager import Hooks

GPUS = {
    "A100 80 GB": (312e12, 2.0e12, (1.1, 2.5)),
    "H100 SXM": (989e12, 3.35e12, (2.0, 4.0)),
}
"""Dense bfloat16 operations and bytes of memory a second, as the maker publishes them; dollars an hour, as clouds list
them in 2026."""

PIXELS_A_TOKEN, PATCHES_A_TOKEN = 32 * 32, 4
ENCODER = 0.58e9
CHARACTERS_A_TOKEN = 4.0
WRITTEN = 400
BUSY = 0.4
BATCH, READ_SHARE = 128, 0.6
ROW_BYTES, CLIENT_SECONDS, SENT = 1584, 0.19, 2.5e6
SHARD = 1_000_000
"""Assumed: parameters of the image encoder (Qwen3-VL's), characters a token, tokens of all replies together, share of
the published operations that are reached, photos under way and share of the memory's rate while replies are written.
Measured here: bytes of a row, the client's processor and bytes sent for a photo of 12 megapixels."""


def tokens(model: str) -> tuple[int, int, float]:
    """Of the pictures of one photo, of all its prompts, and the parameters that read them."""
    with Assessor(model, hooks=Hooks()) as assessor:
        case = assessor.examiner.prepare(Image.effect_noise((4000, 3000), 40).convert("RGB"))
        assert isinstance(case, Case) and assessor.card.billions is not None
        pictures = sum(image.width * image.height for image in case.views.images) // PIXELS_A_TOKEN
        text = sum(len((request.system or "") + request.prompt + request.prefix) for request in case.requests)
        return pictures, round(text / CHARACTERS_A_TOKEN), assessor.card.billions * 1e9


def seconds(pictures: int, text: int, parameters: float, operations: float, memory: float) -> tuple[float, float]:
    """Of one GPU for one photo: reading (the picture once, for its requests share it), and writing the replies."""
    reading = 2 * (parameters - ENCODER) * (pictures + text) + 2 * ENCODER * pictures * PATCHES_A_TOKEN
    step = 2 * parameters / (memory * READ_SHARE)
    return reading / (operations * BUSY), WRITTEN * step / BATCH


def main() -> None:
    """Work out and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=100_000_000)
    parser.add_argument("--model", default="qwen3-vl-8b")
    parser.add_argument("--days", type=float, default=30)
    wanted = parser.parse_args()
    photos, hours = wanted.photos, wanted.days * 24
    pictures, text, parameters = tokens(wanted.model)
    print(f"{wanted.model}: {pictures} tokens of picture, {text} of prompts, {WRITTEN} written a photo (assumed)\n")
    print("| GPU | reading, ms | writing, ms | photos/s | GPU-hours a million | $ a million | GPUs for all |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name, (operations, memory, (least, most)) in GPUS.items():
        read, write = seconds(pictures, text, parameters, operations, memory)
        whole = read + write
        million = 1e6 * whole / 3600
        print(
            f"| {name} | {1000 * read:.0f} | {1000 * write:.0f} | {1 / whole:.1f} | {million:.0f} | "
            f"{million * least:.0f}-{million * most:.0f} | {million * photos / 1e6 / hours:.0f} |"
        )
    print(f"\nshards of a million: {-(-photos // SHARD)}; rows: {photos * ROW_BYTES / 1e9:.0f} GB; "
          f"clients: {photos * CLIENT_SECONDS / 3600 / hours:.1f} cores; sent: {photos * SENT / 1e12:.0f} TB, "
          f"{photos * SENT * 8 / (hours * 3600) / 1e9:.2f} Gbit/s over {wanted.days:g} days")  # fmt: skip


if __name__ == "__main__":
    main()
