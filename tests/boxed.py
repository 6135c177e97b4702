"""Random labelled boxes for tests of measures: integers 0..20, so that ties and exact thresholds come up."""

from __future__ import annotations

from hypothesis import strategies as st

from idetex_plugin.lab.measures.table import BoxTable, Index, Row

KINDS = ("Noise", "Low clarity", "Overexposure")


@st.composite
def box(draw: st.DrawFn) -> tuple[float, float, float, float]:
    x1, y1 = draw(st.integers(0, 19)), draw(st.integers(0, 19))
    return float(x1), float(y1), float(draw(st.integers(x1 + 1, 20))), float(draw(st.integers(y1 + 1, 20)))


@st.composite
def row(draw: st.DrawFn) -> Row:
    return (
        draw(st.integers(0, 3)), draw(st.sampled_from(KINDS)), draw(box()),
        draw(st.sampled_from([0.25, 0.5, 0.75, 1.0])), draw(st.integers(1, 3)),
    )


rows = st.lists(row(), max_size=14)


def tables(truth: list[Row], predicted: list[Row]) -> tuple[BoxTable, BoxTable]:
    """Both under one index, whose image codes are the images' own numbers."""
    index = Index(images={number: number for number in range(4)}, kinds={kind: code for code, kind in enumerate(KINDS)})
    return BoxTable.of(truth, index), BoxTable.of(predicted, index)
