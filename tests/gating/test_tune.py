from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from standins import WindowEngine, nano_says

from idetex_plugin import Assessor
from idetex_plugin.gating.check import Gate
from idetex_plugin.gating.codecs import CODECS
from idetex_plugin.gating.tune import tune
from idetex_plugin.plugins.manager import Hooks
from idetex_plugin.words.policy import Policy, Similarity

PHOTO = Image.open(Path(__file__).parents[2] / "demo" / "bedside.jpg").convert("RGB").crop((200, 200, 500, 420))


def gate(passes: float) -> Gate:
    policy = Policy(name="p", similarity=Similarity(passes=passes, rejects=passes))
    return Gate(policy, Assessor(engine=WindowEngine(answer=nano_says), hooks=Hooks()))


@pytest.mark.parametrize("codec", CODECS)
def test_it_finds_the_smallest_file_that_passes(codec: str) -> None:
    judge = gate(60)
    tuned = tune(PHOTO, codec, judge)
    assert tuned.best is not None and tuned.best.passes
    assert Image.open(io.BytesIO(tuned.best.data)).size == PHOTO.size
    assert len(tuned.trials) <= 2 + np.ceil(np.log2(CODECS[codec].best - CODECS[codec].worst))
    below = [trial for trial in tuned.curve if len(trial.data) < len(tuned.best.data)]
    assert below and not any(trial.passes for trial in below)


def test_two_trials_settle_the_extremes() -> None:
    even = tune(Image.new("RGB", (64, 64), "gray"), "jpeg", gate(10))
    assert [trial.setting for trial in even.trials] == [95, 5]
    assert even.best is not None
    hopeless = tune(PHOTO, "jpeg", gate(100))
    assert hopeless.best is None
    assert len(hopeless.trials) == 1


def test_a_tolerance_saves_trials() -> None:
    told: list[int] = []
    tuned = tune(PHOTO, "jpeg", gate(70), lambda trial: told.append(trial.setting), tolerance=20)
    assert told == [trial.setting for trial in tuned.trials]
    assert len(told) <= 6


def test_an_unknown_codec_is_named() -> None:
    with pytest.raises(ValueError, match="'heic': choose from jpeg, webp, avif, png-palette"):
        tune(PHOTO, "heic", gate(100))
