"""What a request says: photos in a multipart body, or paths in a JSON body. Bounded in bytes and in time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from pathlib import Path

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from idetex_plugin.serve.limits import Refused, ServiceLimits

FIELDS = ("original", "compressed", "photo")


@dataclass(frozen=True, slots=True)
class Said:
    """photos: bytes or a path by the field's name; names: what they are called; words: the other fields."""

    photos: dict[str, bytes | str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)


async def read(request: Request, limits: ServiceLimits) -> Said:
    """Raises Refused: 408 for a slow body, 413 for a large one, 415 and 400 for another, 403 for a forbidden path.

    Photos are on disk until all of them have come, so that a body is in memory once.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = _bounded(request, limits.max_body)
    try:
        async with asyncio.timeout(limits.body_s):
            if kind == "multipart/form-data":
                return await _parts(request, body)
            if kind == "application/json":
                return _paths(b"".join([chunk async for chunk in body]), limits.root)
    except TimeoutError:
        raise Refused(408, f"the body did not come within {limits.body_s:g} seconds") from None
    raise Refused(415, "send multipart/form-data with photos, or application/json with paths")


async def _bounded(request: Request, most: int) -> AsyncGenerator[bytes, None]:
    length = 0
    async for chunk in request.stream():
        length += len(chunk)
        if length > most:
            raise Refused(413, f"the body has more than {most} bytes")
        yield chunk


async def _parts(request: Request, body: AsyncGenerator[bytes, None]) -> Said:
    said = Said()
    try:
        form = await MultiPartParser(request.headers, body, max_files=4, max_fields=16).parse()
    except (MultiPartException, KeyError, ValueError) as error:
        raise Refused(400, f"the multipart body cannot be read: {getattr(error, 'message', error)}") from None
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            said.photos[name] = await value.read()
            said.names[name] = Path(value.filename or name).name
        else:
            said.words[name] = value
    await form.close()
    return said


def _paths(data: bytes, root: Path | None) -> Said:
    try:
        values = json.loads(data)
    except ValueError as error:
        raise Refused(400, f"the body is no JSON: {error}") from None
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        raise Refused(400, "the body must be one JSON object of texts")
    said = Said(words={name: value for name, value in values.items() if name not in FIELDS})
    for name in FIELDS:
        if name in values:
            said.photos[name] = str(_allowed(values[name], root))
            said.names[name] = values[name]
    return said


def _allowed(path: str, root: Path | None) -> Path:
    if root is None:
        raise Refused(403, "paths are not taken: the service has no --root")
    try:
        found = (root / path).resolve()
    except (OSError, ValueError):
        raise Refused(400, f"{path!r} is no path") from None
    if not found.is_relative_to(root.resolve()):
        raise Refused(403, f"{path!r} is outside the root")
    return found
