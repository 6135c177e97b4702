"""Writing the page: rows stream in, one HTML file comes out whole or not at all."""

from __future__ import annotations

import base64
import io
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import BinaryIO, TextIO

from idetex_plugin.assessing.prefetch import prefetch
from idetex_plugin.report.embed import csp_hash, html_text, script_json
from idetex_plugin.report.pictures import Originals, Pictures, ShownPhoto, by_name
from idetex_plugin.report.rows import Rows
from idetex_plugin.words.assessment import Assessment
from idetex_plugin.words.vocabulary import VIDA, Vocabulary
from idetex_plugin.words.whole_file import flows, whole_file

SCRIPTS = (
    "dom", "row", "data", "marks", "filters", "ranges", "facets", "boxes", "cards", "panel", "large", "keys", "main",
)  # fmt: skip
ROWS_HERE = "<!-- rows -->"


def write_report(
    assessments: Iterable[Assessment],
    out: Path,
    *,
    photos: Originals = by_name,
    title: str = "Image quality report",
    self_contained: bool = False,
    thumbnail: int = 512,
    link_originals: bool = True,
    vocabulary: Vocabulary = VIDA,
    workers: int | None = None,
) -> Path:
    """Write one HTML page about these assessments, in their order, and return its path.

    Thumbnails lie in the folder `<name of the page>_files` beside it, or inside the page with `self_contained` and
    where it goes into a pipe or a device. `photos` finds the pixels of each photo (default: its name is its path).
    `thumbnail` is the longest side in pixels. `link_originals` lets the large view use the original file while it
    stays where it is; a self-contained page never does. Memory does not grow with the number of photos: assessments
    are taken one after the other, and `workers` threads (default: one a core, at most 8) make thumbnails ahead. The
    same input gives the same bytes.
    Raises OSError when the page or a folder cannot be written; then no page is left behind, or the previous one stays.
    """
    out = Path(out).absolute()
    folder = None if self_contained or flows(out) else out.with_name(f"{out.stem}_files")
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    pictures = Pictures(photos, out, folder, thumbnail, link_originals)
    with whole_file(out) as file, io.TextIOWrapper(file, encoding="utf-8", newline="\n") as page:
        _write_page(page, _with_pictures(assessments, pictures, workers), title, vocabulary)
    return out


def print_report(
    assessments: Iterable[Assessment],
    file: BinaryIO,
    *,
    photos: Originals = by_name,
    title: str = "Image quality report",
    thumbnail: int = 512,
    vocabulary: Vocabulary = VIDA,
    workers: int | None = None,
) -> None:
    """Write the self-contained page into an open file, such as standard output, which stays open.

    See `write_report`. Raises OSError.
    """
    pictures = Pictures(photos, Path(), None, thumbnail, link_originals=False)
    page = io.TextIOWrapper(file, encoding="utf-8", newline="\n")
    try:
        _write_page(page, _with_pictures(assessments, pictures, workers), title, vocabulary)
    finally:
        page.detach()


def _write_page(page: TextIO, shown: Iterator[tuple[Assessment, ShownPhoto]], title: str, known: Vocabulary) -> None:
    rows = Rows(known)
    before, after = _frame(title)
    page.write(before)
    for number, (assessment, picture) in enumerate(shown, 1):
        page.write(f'<script type="application/json" class="row">'
                   f"{script_json(rows.row(assessment, picture))}</script>\n")
        if picture.jpeg is not None:
            _write_pixels(page, number, picture.jpeg)
    page.write(f'<script type="application/json" id="shared">{script_json(rows.shared())}</script>\n')
    page.write(after)


def _with_pictures(
    assessments: Iterable[Assessment], pictures: Pictures, workers: int | None
) -> Iterator[tuple[Assessment, ShownPhoto]]:
    workers = workers or min(8, os.cpu_count() or 1)
    with ThreadPoolExecutor(workers, thread_name_prefix="thumbnail") as pool:
        yield from prefetch(lambda one: (one, pictures(one)), assessments, pool, 2 * workers)


def _write_pixels(page: TextIO, number: int, jpeg: bytes) -> None:
    page.write(f'<script type="text/plain" id="pixels-{number}">{base64.b64encode(jpeg).decode()}</script>\n')


def _frame(title: str) -> tuple[str, str]:
    assets = files("idetex_plugin.report") / "assets"
    style = (assets / "report.css").read_text("utf-8")
    parts = [(assets / f"{name}.js").read_text("utf-8") for name in SCRIPTS]
    script = '"use strict";\n{\n' + "\n".join(parts) + "}\n"
    template = Template((assets / "report.html").read_text("utf-8"))
    page = template.substitute(
        title=html_text(title), style=style, script=script,
        style_source=csp_hash(style), script_source=csp_hash(script), connect="'none'",
    )
    before, _, after = page.partition(ROWS_HERE)
    return before, after
