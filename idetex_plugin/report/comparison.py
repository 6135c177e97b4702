"""A page for a reviewer: original and copy under a slider, with what was said and the places that it is about."""

from __future__ import annotations

import base64
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

from PIL import Image

from idetex_plugin.photo.load import PhotoError, load_photo
from idetex_plugin.report.embed import csp_hash, html_text
from idetex_plugin.words.box import WHOLE, Box
from idetex_plugin.words.verdict import Kind, Outcome, Verdict
from idetex_plugin.words.whole_file import whole_file

SLIDER = (
    '<label>copy <input type="range" min="0" max="100" value="50" aria-label="Share of the original"> original</label>'
)
SIDE = 1000
QUALITY = 85
ROWS_HERE = "<!-- rows -->"


@dataclass(frozen=True, slots=True)
class Compared:
    """A verdict beside what it is about. original, copy: anything that `load_photo` takes, or None."""

    name: str
    verdict: Verdict
    original: Any
    copy: Any


def write_comparison(compared: Iterable[Compared], out: Path, title: str = "Copies to look at") -> Path:
    """Write one self-contained HTML page, the worst verdicts first, and return its path.

    Photos are shown at 1000 pixels at most. Fine damage needs the files themselves. Raises OSError.
    """
    rows = sorted(compared, key=lambda each: (-each.verdict.outcome.rank, each.name))
    counts = Counter(each.verdict.outcome for each in rows)
    summary = ", ".join(f"{counts[outcome]} {outcome}" for outcome in reversed(Outcome)) or "nothing"
    assets = files("idetex_plugin.report") / "assets"
    style, script = ((assets / f"comparison.{kind}").read_text("utf-8") for kind in ("css", "js"))
    page = Template((assets / "comparison.html").read_text("utf-8")).substitute(
        title=html_text(title), style=style, script=script, summary=summary,
        style_source=csp_hash(style), script_source=csp_hash(script),
    )  # fmt: skip
    before, _, after = page.partition(ROWS_HERE)
    with whole_file(out) as binary, io.TextIOWrapper(binary, encoding="utf-8", newline="\n") as file:
        file.write(before)
        file.writelines(_article(each) for each in rows)
        file.write(after)
    return out


def _article(each: Compared) -> str:
    verdict = each.verdict
    said = [*verdict.reasons, *(f"remedy: {remedy.advice}" for remedy in verdict.remedies)]
    similar = "" if verdict.similarity is None else f", similarity {verdict.similarity:.1f} of 100"
    listed = "".join(f"<li>{html_text(words)}</li>" for words in said)
    return (
        f'<article class="{verdict.outcome}"><h2><span>{verdict.outcome}</span> {html_text(each.name)}</h2>\n'
        f"<ul>{listed}</ul>\n{_pair(each)}"
        f'<p class="muted">decided by {html_text(verdict.decided_by)}{similar}</p></article>\n'
    )


def _pair(each: Compared) -> str:
    try:
        copy = load_photo(each.copy).image
        original = copy if each.original is None else load_photo(each.original).image
    except (PhotoError, TypeError) as error:
        return f'<p class="muted">not shown: {html_text(str(error))}</p>\n'
    part = next((d.box for d in each.verdict.differences if d.kind is Kind.CROPPED and d.box), WHOLE)
    size = _shown(copy.size)
    edges = (part.x1 * original.width, part.y1 * original.height, part.x2 * original.width, part.y2 * original.height)
    under = original.resize(size, Image.Resampling.LANCZOS, box=edges)
    over = copy.resize(size, Image.Resampling.LANCZOS)
    return (
        f'<div class="pair"><img alt="the original" src="{_address(under)}">'
        f'<img class="copy" alt="the copy" src="{_address(over)}">{"".join(_marks(each.verdict))}</div>\n'
        f"{'' if each.original is None else SLIDER}\n"
    )


def _marks(verdict: Verdict) -> Iterator[str]:
    """The places of regions and differences, and the part that is least like the original."""
    places = [(region.box, region.distortion, "") for region in verdict.regions]
    places += [(d.box, d.words, "") for d in verdict.differences if d.box is not None and d.kind is not Kind.CROPPED]
    if verdict.worst is not None:
        places.append((verdict.worst, "least like the original", "worst"))
    for box, words, kind in places:
        yield f'<i class="{kind}" data-box="{_numbers(box)}" title="{html_text(words)}"></i>'


def _numbers(box: Box) -> str:
    return f"{box.x1:.4f} {box.y1:.4f} {box.x2:.4f} {box.y2:.4f}"


def _shown(size: tuple[int, int]) -> tuple[int, int]:
    scale = min(1.0, SIDE / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _address(image: Image.Image) -> str:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=QUALITY)
    return f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"
