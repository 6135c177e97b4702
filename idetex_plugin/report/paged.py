"""The report as a page that asks a server for its rows: for runs too large for one file. Needs the extra serve."""

from __future__ import annotations

import asyncio
import os
import threading
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

from idetex_plugin.photo.measures import MEASURES
from idetex_plugin.report.embed import csp_hash, html_text
from idetex_plugin.report.index import RowIndex, RowQuery
from idetex_plugin.report.pictures import Pictures, ShownPhoto, alike_in_browsers
from idetex_plugin.report.rows import Rows
from idetex_plugin.words.vocabulary import VIDA, Vocabulary

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

    from idetex_plugin.runs.rows import Row
    from idetex_plugin.runs.store import Run

SCRIPTS = (
    "dom", "row", "marks", "paged_rows", "boxes", "cards", "panel", "large", "keys", "ranges", "paged_facets", "paged",
)  # fmt: skip
PAGE_ROWS = 120
KEPT_THUMBNAILS = 500
FACETS = ("distortion", "severity", "level", "status", "reason", "content")
LONGEST_TEXT = 200
TYPES = {"JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
LOCAL = ("127.0.0.1", "localhost", "[::1]")
HEADERS = {
    "x-content-type-options": "nosniff", "referrer-policy": "no-referrer", "x-frame-options": "DENY",
    "cross-origin-resource-policy": "same-origin",
}  # fmt: skip


class PagedReport:
    """What the page asks for, from one run. Close it, and then the run."""

    def __init__(self, run: Run, *, thumbnail: int = 512, vocabulary: Vocabulary = VIDA) -> None:
        self._run, self._vocabulary = run, vocabulary
        self._index = RowIndex(run.folder, [each.name for each in MEASURES])
        self._size = thumbnail
        self._rows, self._lock = Rows(vocabulary), threading.Lock()
        self._facts: dict[str, Any] | None = None
        self.thumbnail = lru_cache(KEPT_THUMBNAILS)(self._thumbnail)

    def about(self) -> dict[str, Any]:
        """The head of the page, the facets with their counts, and the orders."""
        if self._facts is None:
            known = self._run.description() or {}
            facts = self._index.facts()
            orders = {name: title for name, (title, _) in self._index.orders.items()}
            if not facts["facets"]["content"]:
                del orders["copies"]
            judge = {name: known.get(name, "") for name in ("model", "fingerprint")}
            self._facts = {**facts, **judge, "orders": orders, "per_page": PAGE_ROWS}
        with self._lock:
            return {**self._facts, "shared": self._rows.shared()}

    def page(self, query: RowQuery, number: int) -> dict[str, Any]:
        """The rows of a page, from 0 on, how many fit the query, and what the rows share."""
        numbers = self._index.numbers(query, number * PAGE_ROWS, PAGE_ROWS)
        found = {row.number: row for row in self._run.some(f"number IN ({', '.join('?' * len(numbers))})", *numbers)}
        with self._lock:
            rows = [{**self._row(found[each]), "number": each} for each in numbers if each in found]
            return {"rows": rows, "shared": self._rows.shared()}

    def count(self, query: RowQuery) -> int:
        """How many rows fit the query."""
        return self._index.count(query)

    def original(self, number: int) -> tuple[Path, str] | None:
        """The file of a photo that browsers show as it was judged, and its type; None for others."""
        row = self._found(number)
        if row is None or not alike_in_browsers(row.assessment.photo):
            return None
        return row.path, TYPES[row.assessment.photo.format or ""]

    def close(self) -> None:
        """Close the index."""
        self._index.close()

    def _row(self, row: Row) -> dict[str, Any]:
        info = row.assessment.photo
        original = f"original/{row.number}" if alike_in_browsers(info) else None
        readable = row.assessment.failure is None or info.width is not None
        why = "" if readable else str(row.assessment.failure and row.assessment.failure.message)
        link = f"thumbnail/{row.number}" if readable else None
        return self._rows.row(row.assessment, ShownPhoto(info.width, info.height, link, original, missing=why))

    def _found(self, number: int) -> Row | None:
        return next(iter(self._run.some("number = ?", number)), None)

    def _thumbnail(self, number: int) -> bytes | None:
        """The JPEG of a photo that is still what was judged, else None."""
        row = self._found(number)
        if row is None:
            return None
        path = row.path
        return Pictures(lambda _: path, self._run.folder, None, self._size, False)(row.assessment).jpeg


def make_app(report: PagedReport, *, title: str = "Image quality report", host: str = LOCAL[0]) -> Starlette:
    """The ASGI application. host: the name or address it is reached by; requests by other names are refused, so that no
    page elsewhere can make a browser read this one."""
    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.middleware.gzip import GZipMiddleware
    from starlette.middleware.trustedhost import TrustedHostMiddleware
    from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
    from starlette.routing import Route

    page, policy = _page(title)

    async def shell(_: Request) -> Response:
        return HTMLResponse(page, headers={**HEADERS, "content-security-policy": policy})

    async def about(_: Request) -> Response:
        return JSONResponse(await asyncio.to_thread(report.about), headers=HEADERS)

    async def rows(request: Request) -> Response:
        number = request.query_params.get("page", "0")
        if not number.isdecimal() or len(number) > 9:
            return JSONResponse({"error": "page is a number from 0 on"}, 400, HEADERS)
        return JSONResponse(await asyncio.to_thread(report.page, _wish(request), int(number)), headers=HEADERS)

    async def count(request: Request) -> Response:
        return JSONResponse({"count": await asyncio.to_thread(report.count, _wish(request))}, headers=HEADERS)

    async def thumbnail(request: Request) -> Response:
        jpeg = await asyncio.to_thread(report.thumbnail, request.path_params["number"])
        if jpeg is None:
            return Response(status_code=404, headers=HEADERS)
        return Response(jpeg, media_type="image/jpeg", headers={**HEADERS, "cache-control": "private, max-age=600"})

    async def original(request: Request) -> Response:
        found = await asyncio.to_thread(report.original, request.path_params["number"])
        if found is None or not os.path.isfile(found[0]):
            return Response(status_code=404, headers=HEADERS)
        return FileResponse(found[0], media_type=found[1], headers={**HEADERS, "content-security-policy": "sandbox"})

    handlers = {
        "/": shell, "/about": about, "/rows": rows, "/count": count, "/thumbnail/{number:int}": thumbnail,
        "/original/{number:int}": original,
    }  # fmt: skip
    allowed = sorted({*LOCAL, host} if host not in {"0.0.0.0", "::"} else {"*"})
    return Starlette(
        routes=[Route(path, handler, methods=["GET"]) for path, handler in handlers.items()],
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=allowed, www_redirect=False),
            Middleware(GZipMiddleware, minimum_size=2000, compresslevel=1),
        ],
    )


def _wish(request: Request) -> RowQuery:
    asked = request.query_params
    chosen = {facet: asked.getlist(facet) for facet in FACETS}
    names = [each.name for each in MEASURES]
    ranges = {name: (_end(asked.get(f"least-{name}")), _end(asked.get(f"most-{name}"))) for name in names}
    return RowQuery(asked.get("q", "")[:LONGEST_TEXT], chosen, asked.get("sort", "run"), ranges)


def _end(text: str | None) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return None


def _page(title: str) -> tuple[str, str]:
    """The page without rows, and its content security policy."""
    assets = files("idetex_plugin.report") / "assets"
    style = (assets / "report.css").read_text("utf-8")
    parts = [(assets / f"{name}.js").read_text("utf-8") for name in SCRIPTS]
    script = '"use strict";\n{\n' + "\n".join(parts) + "}\n"
    policy = (
        f"default-src 'none'; img-src 'self' data:; style-src {csp_hash(style)}; script-src {csp_hash(script)}; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )
    page = Template((assets / "report.html").read_text("utf-8")).substitute(
        title=html_text(title), style=style, script=script, style_source=csp_hash(style),
        script_source=csp_hash(script), connect="'self'",
    )  # fmt: skip
    return page, policy

