"""What tells one text from another in few letters."""

from __future__ import annotations

import hashlib


def digest(text: str) -> str:
    """The first 16 hex digits of the text's SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]
