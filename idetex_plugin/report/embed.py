"""Putting foreign text (file names, model replies) into a page so that it stays text."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from typing import Any

_MARKUP = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def script_json(value: Any) -> str:
    """`value` as ASCII JSON that can stand inside any script element.

    No markup character is left, so neither `</script>` nor `<!--` can end or alter the element; lone surrogates
    and line separators are escaped. Raises ValueError for NaN and infinity, which JSON cannot say.
    """
    return json.dumps(value, allow_nan=False, separators=(",", ":")).translate(_MARKUP)


def html_text(text: str) -> str:
    """`text` for an element's content or a quoted attribute; what UTF-8 cannot say becomes U+FFFD."""
    return html.escape(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def csp_hash(content: str) -> str:
    """The content-security-policy source that allows exactly this inline script or style."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"
