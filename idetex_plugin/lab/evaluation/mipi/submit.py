"""A run as the three files of a submission.

A run asks every photo the same questions, so perception.json holds those, named `IMAGE:QUESTION`; the bench's own
questions are asked by `idetex bench vida`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path, PurePath
from string import ascii_uppercase
from typing import Any

from idetex_plugin.dialects.frame import CoordinateFrame
from idetex_plugin.dialects.vida import NOTHING
from idetex_plugin.dialects.vida_regions import write_regions
from idetex_plugin.lab.evaluation.ledger import Ledger
from idetex_plugin.lab.evaluation.mipi.files import DETECTION
from idetex_plugin.words.assessment import Answer, Assessment, Finding, Region
from idetex_plugin.words.card import TASKS

Item = dict[str, Any]
THOUSAND = CoordinateFrame(1000, 1000)
NAMES = ("perception", "grounding", "description")


class Submission:
    """Collects items photo by photo; what a photo has no result for is left out and listed in `ledger`."""

    def __init__(self) -> None:
        self.files: dict[str, list[Item]] = {name: [] for name in NAMES}
        self.ledger = Ledger()
        self._seen: dict[str, str] = {}

    def add(self, assessment: Assessment) -> None:
        """Raises ValueError for a second photo of the same file name, by which the challenge knows images."""
        image = PurePath(assessment.photo.name).name
        if image in self._seen:
            raise ValueError(f"two photos are called {image}: {self._seen[image]} and {assessment.photo.name}")
        self._seen[image] = assessment.photo.name
        frame = {"image": image, "width": assessment.photo.width, "height": assessment.photo.height}
        done = self._done(assessment, image)
        if "perception" in done:
            self.files["perception"] += [
                answer_item(f"{image}:{each.name}", image, each) for each in assessment.answers
            ]
        if "grounding" in done:
            self.files["grounding"].append(
                {
                    "id": f"{image}:detection",
                    **frame,
                    "question": "",
                    "question_type": DETECTION,
                    "pred_ans": write_regions(assessment.regions, THOUSAND) or NOTHING,
                    "distortions": [region_item(region) for region in assessment.regions],
                }
            )
        if "description" in done and assessment.description is not None:
            said = assessment.description
            keys = [finding for finding in said.findings if finding.distortion in said.key_distortions]
            self.files["description"].append(
                {
                    "id": f"{image}:description",
                    **frame,
                    "pred_ans": said.text,
                    "all_distortions": finding_items(said.findings),
                    "key_distortions": finding_items(keys),
                    "image_quality": str(said.verdict),
                }
            )

    def write(self, folder: Path) -> None:
        """Write the files that have items."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, items in self.files.items():
            if items:
                text = json.dumps(items, ensure_ascii=False, indent=1)
                (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")

    def _done(self, assessment: Assessment, image: str) -> set[str]:
        for task in TASKS:
            status = assessment.tasks.get(task)
            if status is None or status.state != "ok":
                why = (status.message or str(status.state)) if status else "was not asked"
                self.ledger.refuse(f"{task}.json", image, f"left out: {why}")
        return {task for task, status in assessment.tasks.items() if status.state == "ok"}


def answer_item(identity: str, image: str, answer: Answer) -> Item:
    """One item of perception.json."""
    letter = ascii_uppercase[answer.options.index(answer.choice)]
    return {
        "id": identity,
        "concern": "",
        "question": answer.question,
        "image": image,
        "candidates": list(answer.options),
        "pred_ans": f"{letter}.",
    }


def region_item(region: Region) -> Item:
    """One distortion of an item."""
    return {
        "distortion": region.distortion,
        "severity": str(region.severity or ""),
        "coordinates": list(region.box.to_thousand()),
        "confidence": region.confidence or 1.0,
    }


def finding_items(findings: Iterable[Finding]) -> list[Item]:
    """The distortions of a description, one a box."""
    return [
        {
            "distortion": finding.distortion,
            "severity": str(finding.severity or ""),
            "coordinates": list(box.to_thousand()),
        }
        for finding in findings
        for box in finding.boxes
    ]
