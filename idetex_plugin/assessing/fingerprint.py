"""What makes two assessments of a photo comparable: the weights, the card, the words asked, how replies are read.

The words are not versioned by hand: the requests for a fixed probe image are hashed as they are.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from PIL import Image

from idetex_plugin.assessing.examiner import Task
from idetex_plugin.views.show import make_views
from idetex_plugin.words.card import Card
from idetex_plugin.words.digest import digest
from idetex_plugin.words.request import Request

READING_VERSION = 1
"""Raised when the same reply comes to be read differently."""

ABOUT = frozenset({"checkpoint", "title", "licence", "notes", "billions", "needs", "confirmed", "unconfirmed"})
"""Keys of a card that say something about the checkpoint and change nothing in what it is asked or how it is read."""

ALWAYS = frozenset({
    "name", "dialect", "wording", "boxes", "bins", "views", "view_size", "min_pixels", "max_pixels", "pixel_multiple",
    "doubt", "template", "image_token", "stop", "keep_special_tokens", "tasks", "max_model_len",
})
"""Keys that count even where they are the default. Any other key counts only where it is set, so that a key that cards
come to have leaves the fingerprints of cards without it as they are."""

PROBE = (96, 64)
WORTH_REMEMBERING = 8 << 20
WEIGHTS = ("*.safetensors", "*.bin", "*.gguf", "*.pt", "*.npz")
CONFIGURATION = ("*.json", "*.txt", "*.model", "*.jinja")


def parts(card: Card, tasks: Sequence[Task]) -> dict[str, str]:
    """The hash of each part of a fingerprint by its name, so that two runs can say in what they differ."""
    view = make_views(card, Image.new("RGB", PROBE, (96, 128, 160)))
    asked = [_plain(request) for task in tasks for request in task.ask(view)]
    return {
        "checkpoint": checkpoint_hash(card),
        "card": digest(card.model_dump_json(exclude={*ABOUT, *_unset(card)})),
        "tasks": ", ".join(task.name for task in tasks),
        "prompts": digest(json.dumps(asked, sort_keys=True)),
        "reading": str(READING_VERSION),
    }


def combine(named: Mapping[str, str]) -> str:
    """One hash, 16 hex digits, of all parts."""
    return digest(json.dumps(dict(named), sort_keys=True))


def checkpoint_hash(card: Card) -> str:
    """16 hex digits of a local checkpoint's files; of a hub id, its name and the cached revision where there is one."""
    if card.folder.is_dir():
        return _hash_folder(card.folder)
    return digest(f"{card.checkpoint}@{_cached_revision(card.checkpoint)}")


def _hash_folder(folder: Path) -> str:
    files = sorted({path for pattern in (*WEIGHTS, *CONFIGURATION) for path in folder.glob(pattern)})
    return digest("\n".join(f"{path.name} {_hash_file(path)}" for path in files))


def _hash_file(path: Path) -> str:
    """SHA-256 of a file, that of a large one remembered by path, size and time; hub caches name their blobs by it."""
    real = path.resolve()
    if real.parent.name == "blobs":
        return real.name
    state = real.stat()
    if state.st_size < WORTH_REMEMBERING:
        return hashlib.sha256(real.read_bytes()).hexdigest()
    note = _cache_folder() / digest(f"{real}|{state.st_size}|{state.st_mtime_ns}")
    try:
        return note.read_text()
    except OSError:
        pass
    with real.open("rb") as file:
        whole = hashlib.file_digest(file, "sha256").hexdigest()
    try:
        note.parent.mkdir(parents=True, exist_ok=True)
        partial = note.with_suffix(f".{os.getpid()}")
        partial.write_text(whole)
        partial.replace(note)
    except OSError:
        pass
    return whole


def _cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "idetex" / "sha256"


def _cached_revision(repository: str) -> str:
    from huggingface_hub.constants import HF_HUB_CACHE

    reference = Path(HF_HUB_CACHE) / f"models--{repository.replace('/', '--')}" / "refs" / "main"
    return reference.read_text().strip() if reference.is_file() else "unknown"


def _unset(card: Card) -> set[str]:
    fields = type(card).model_fields
    later = fields.keys() - ALWAYS
    return {name for name in later if getattr(card, name) == fields[name].get_default(call_default_factory=True)}


def _plain(request: Request) -> list[object]:
    sizes = [image.size for image in request.images]
    choices = list(request.choices) if request.choices else None
    schema = dict(request.schema) if request.schema else None
    return [
        request.system, request.prompt, request.prefix, request.max_tokens, choices, schema, sizes,
    ]  # fmt: skip
