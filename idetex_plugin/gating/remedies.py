"""What to do about a region: a table that plugins add to through `idetex_remedies`."""

from __future__ import annotations

from collections.abc import Iterable

from idetex_plugin.words.assessment import Region
from idetex_plugin.words.verdict import Remedy

TABLE = (
    Remedy(
        distortion="Blocking artifacts", action="raise-quality",
        advice="Encode again from the original at a higher quality.",
    ),
    Remedy(
        distortion="Blocking artifacts", action="full-chroma", codec="jpeg",
        advice="Disable chroma subsampling (4:4:4) if the blocks are coloured.",
    ),
    Remedy(
        distortion="Edge ringing effect", action="raise-quality",
        advice="Encode again at a higher quality; halos of sharpening need a smaller amount or radius.",
    ),
    Remedy(distortion="Edge ringing effect", action="lower-sharpening", advice="Sharpen less, or after resizing only."),
    Remedy(
        distortion="Edge aliasing effect", action="filtered-resize",
        advice="Resize with an area or Lanczos filter instead of nearest neighbour.",
    ),
    Remedy(
        distortion="Low clarity", action="higher-resolution", advice="Start from a larger original; do not enlarge."
    ),
    Remedy(distortion="Low clarity", action="raise-quality", advice="Encode again at a higher quality."),
    Remedy(distortion="Motion blur", action="recapture", advice="Take it again with a shorter exposure or a support."),
    Remedy(distortion="Out of focus blur", action="recapture", advice="Take it again focused on the subject."),
    Remedy(
        distortion="Overexposure", action="lower-exposure",
        advice="Develop the raw file with less exposure; clipped light cannot be brought back from a JPEG.",
    ),
    Remedy(distortion="Underexposure", action="raise-exposure", advice="Raise exposure before quantising to 8 bits."),
    Remedy(
        distortion="Meaningless solid color", action="check-source",
        advice="Views for a failed download, a crop beyond the border or a redaction.",
    ),
    Remedy(distortion="Noise", action="denoise", advice="Denoise before compressing, or take it with a lower ISO."),
)  # fmt: skip


def remedies_for(
    regions: Region | Iterable[Region], codec: str = "", table: Iterable[Remedy] = TABLE
) -> tuple[Remedy, ...]:
    """The rows for these regions' types, in the order of the regions, each once.

    codec: the one that made the photo, such as "jpeg"; rows for other codecs are left out, and all such rows if "".
    """
    rows = tuple(table)
    names = [regions.distortion] if isinstance(regions, Region) else [region.distortion for region in regions]
    found = (row for name in names for row in rows if row.distortion == name and row.codec in ("", codec))
    return tuple(dict.fromkeys(found))
