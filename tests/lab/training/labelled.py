"""Labelled images made up by hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

from idetex_plugin.lab.data.vida import Labelled, Mark
from idetex_plugin.words.box import Box
from idetex_plugin.words.vocabulary import VIDA, Level, Severity


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    x1, y1 = (draw(st.integers(0, 990)) for _ in range(2))
    return Box.from_thousand((x1, y1, draw(st.integers(x1 + 1, 1000)), draw(st.integers(y1 + 1, 1000))))


marks = st.builds(
    Mark, distortion=st.sampled_from(VIDA.names), coordinates=boxes(), severity=st.sampled_from([None, *Severity]),
    position=st.sampled_from(["", "the left window", "the sky", "Top right corner"]),
    manifestation=st.sampled_from(["", "edges to the right are soft."]),
    significance_score=st.sampled_from([None, 0.5, 2.0]),
)  # fmt: skip
records = st.builds(
    Labelled, image=st.just("a.png"), width=st.integers(16, 700), height=st.integers(16, 700),
    level=st.sampled_from([None, *Level]), mos=st.sampled_from([None, 3.5]),
    distortions=st.lists(marks, max_size=5).map(tuple),
)  # fmt: skip
