from __future__ import annotations

import numpy as np

from idetex_plugin.lab.data import phrases


def test_content_tells_light_and_colour() -> None:
    black = np.zeros((8, 8, 3), np.float32)
    assert phrases.content(black) == "A scene that is dark, with neutral tones and hardly any colour."
    warm = np.full((8, 8, 3), [0.9, 0.7, 0.4], np.float32)
    assert phrases.content(warm) == "A scene that is bright, with warm tones and strong colour."
