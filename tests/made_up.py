"""Made-up assessments that look like real ones: for tests that need many, or one of a given kind."""

from __future__ import annotations

import random
from collections.abc import Iterator
from hashlib import sha256

from idetex_plugin.photo.measures import MEASURES
from idetex_plugin.words.assessment import Answer, Assessment, Description, Finding, PhotoInfo, Quality, Region
from idetex_plugin.words.box import WHOLE, Box
from idetex_plugin.words.failure import OK, Failure, Reason, TaskStatus
from idetex_plugin.words.vocabulary import DISTORTIONS, Level, Severity

TASKS = ("grounding", "perception", "description")
HOSTILE_TEXTS = (
    "</script><img src=x onerror=alert(1)>.jpg",
    "<!--<script>.jpg",
    "\"quoted\" 'name' `tick` ${canary} \\.jpg",
    "photo\u202egpj.exe",
    "a\nb\tc\u2028d\u2029e.jpg",
    "javascript:alert(1)",
    "--></style><svg/onload=alert(1)>",
)
EFFECTS = {
    "Clarity": "Fine texture is gone and outlines look soft.",
    "Compression": "Borders show a pattern that is not in the scene.",
    "Exposure": "Detail is lost where the light is clipped.",
    "Content anomaly": "The area shows nothing of the scene.",
    "Noise": "Grain covers smooth areas.",
}


def judged(
    name: str,
    *,
    seed: int = 0,
    size: tuple[int, int] = (1200, 800),
    regions: tuple[Region, ...] | None = None,
    text: str | None = None,
    content_hash: str | None = None,
) -> Assessment:
    """A photo on which every task succeeded."""
    draw = random.Random(f"{seed} {name}")
    if regions is None:
        regions = tuple(_region(draw) for _ in range(draw.choice((0, 1, 2, 3, 3, 4, 5))))
    damage = sum((region.severity.rank if region.severity else 1) for region in regions)
    quality = _quality(draw, max(0, 4 - damage // 2))
    return Assessment(
        photo=PhotoInfo(
            name=name, sha256=content_hash or sha256(name.encode()).hexdigest(),
            width=size[0], height=size[1], format="JPEG", file_bytes=draw.randrange(10_000, 900_000),
        ),
        model="nano", fingerprint="5f2c9d01aa37c1e4", engine="vllm", tasks=dict.fromkeys(TASKS, OK),
        regions=regions, answers=_answers(draw, regions), quality=quality,
        measures={each.name: round(draw.uniform(0, 100), 3) for each in MEASURES},
        description=_description(regions, quality.level, text),
    )


def unreadable(name: str, reason: Reason = Reason.TRUNCATED, message: str = "The file ends early.") -> Assessment:
    """A photo that could not be read: every task failed with its reason."""
    failure = Failure(reason=reason, message=message)
    return Assessment(
        photo=PhotoInfo(name=name), model="nano", fingerprint="5f2c9d01aa37c1e4", engine="vllm",
        tasks=dict.fromkeys(TASKS, TaskStatus.of(failure)), failure=failure,
    )


def half_failed(name: str, *, seed: int = 0, content_hash: str | None = None) -> Assessment:
    """A photo whose regions could not be read from the reply; the other tasks succeeded."""
    whole = judged(name, seed=seed, content_hash=content_hash)
    lost = Failure(reason=Reason.UNPARSEABLE, message="The reply has half a box: '(185,2),(924'.")
    return whole.model_copy(
        update={"tasks": {**whole.tasks, "grounding": TaskStatus.of(lost)}, "regions": (), "answers": whole.answers}
    )


def hostile(text: str) -> Assessment:
    """An assessment that says this text wherever a file name or a model may put one."""
    whole = judged(text, text=text)
    assert whole.description is not None
    region = Region(distortion=text, severity=None, box=WHOLE, effect=text)
    return whole.model_copy(update={
        "photo": whole.photo.model_copy(update={"format": text, "notes": (text,)}),
        "model": text, "engine": text, "fingerprint": text, "regions": (region,),
        "answers": (Answer(name=text, question=text, options=(text,), choice=text, probabilities={text: 1}),),
        "description": whole.description.model_copy(update={
            "content": text, "findings": (Finding(distortion=text, severity=None, boxes=(WHOLE,), effect=text),),
            "key_distortions": (text,),
        }),
        "tasks": {**whole.tasks, text: TaskStatus.of(Failure(reason=Reason.REFUSED, message=text))},
    })


def many(count: int, *, seed: int = 0) -> Iterator[Assessment]:
    """A run of this many photos: mostly judged, a few failed."""
    for number in range(1, count + 1):
        name = f"shoot-{number % 37:02d}/IMG_{number:05d}.jpg"
        if number % 97 == 0:
            yield unreadable(name)
        elif number % 61 == 0:
            yield half_failed(name, seed=seed)
        else:
            yield judged(name, seed=seed)


def _region(draw: random.Random) -> Region:
    kind = draw.choice(DISTORTIONS)
    box = WHOLE
    if draw.random() > 0.25:
        width, height = draw.uniform(0.08, 0.55), draw.uniform(0.08, 0.5)
        x1, y1 = draw.uniform(0, 1 - width), draw.uniform(0, 1 - height)
        box = Box(x1=x1, y1=y1, x2=x1 + width, y2=y1 + height)
    return Region(
        distortion=kind.name, severity=draw.choice(list(Severity)), box=box,
        confidence=draw.choice((None, round(draw.uniform(0.35, 0.98), 3))), effect=EFFECTS[kind.group],
    )


def _quality(draw: random.Random, place: int) -> Quality:
    weights = [draw.uniform(0.02, 0.1) + 2.0 ** -(3 * abs(place - index)) for index in range(len(Level))]
    shares = {level: weight / sum(weights) for level, weight in zip(Level, weights, strict=True)}
    return Quality.of(shares, max(shares, key=lambda level: shares[level]))


def _answers(draw: random.Random, regions: tuple[Region, ...]) -> tuple[Answer, ...]:
    severities = (*(severity.value for severity in Severity), "Not visible")
    questions = [
        ("present", "Which of these distortions does the photo show?", tuple(kind.name for kind in DISTORTIONS[:4])),
        ("blur_severity", "How severe is the blur in this photo?", severities),
        ("significance", "Which distortion harms this photo most?", tuple(kind.name for kind in DISTORTIONS[4:8])),
    ]
    answers = []
    for name, question, options in questions[: 3 if regions else 1]:
        weights = [draw.uniform(0.01, 1) ** 3 for _ in options]
        shares = {option: weight / sum(weights) for option, weight in zip(options, weights, strict=True)}
        choice = max(shares, key=lambda option: shares[option])
        answers.append(
            Answer(name=name, question=question, options=options, choice=choice, probabilities=shares)
        )
    return tuple(answers)


def _description(regions: tuple[Region, ...], level: Level, text: str | None) -> Description:
    findings = tuple(
        Finding(distortion=region.distortion, severity=region.severity, boxes=(region.box,), effect=region.effect)
        for region in regions
    )
    key = tuple(dict.fromkeys(
        region.distortion for region in sorted(regions, key=lambda region: -(region.severity or Severity.MINOR).rank)
    ))[:2]
    content = "A photograph of a scene with one main subject in front of a calm background."
    lines = [content]
    lines += [f"{finding.severity} {finding.distortion.lower()}: {finding.effect}" for finding in findings]
    lines += [f"Key distortions: {', '.join(key) or 'none'}.", f"Thus, the quality of the image is {level}."]
    return Description(
        text=text if text is not None else "\n".join(lines), content=content, findings=findings,
        key_distortions=key, verdict=level,
    )
