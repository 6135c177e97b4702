"""A description in plain words, for dialects that do not answer in them."""

from __future__ import annotations

from collections.abc import Sequence

from idetex_plugin.words.assessment import Finding
from idetex_plugin.words.vocabulary import Level


def verdict_line(level: Level) -> str:
    """The last line of every description."""
    return f"Thus, the quality of the image is {level}."


def one_line(text: str) -> str:
    """The text with every run of blanks and line ends as one blank."""
    return " ".join(text.split())


def readable(content: str, findings: Sequence[Finding], keys: Sequence[str], level: Level, reasoning: str = "") -> str:
    """The four steps, each on one line or one a finding; boxes 0-1000."""
    lines = [one_line(content)]
    for finding in findings:
        places = "".join("({},{}),({},{})".format(*box.to_thousand()) for box in finding.boxes)
        name = f"{finding.severity} {finding.distortion.lower()}" if finding.severity else finding.distortion
        lines.append(f"{name} at {places}: {one_line(finding.effect)}".rstrip())
    lines.append(f"Key distortions: {', '.join(keys) or 'none'}. {one_line(reasoning)}".rstrip())
    return "\n".join([*lines, verdict_line(level)])
