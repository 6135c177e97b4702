from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from idetex_plugin.gating.codecs import CODECS

BLACK_OR_WHITE = np.random.default_rng(0).integers(0, 2, (320, 320, 3), np.uint8) * 255


@pytest.mark.parametrize("name", [name for name, codec in CODECS.items() if codec.is_installed])
@pytest.mark.parametrize("share", [0, 0.5, 0.97, 1])
def test_the_noisiest_of_photos_can_be_coded(name: str, share: float) -> None:
    codec = CODECS[name]
    setting = round(codec.worst + share * (codec.best - codec.worst))
    with Image.open(io.BytesIO(codec.encode(Image.fromarray(BLACK_OR_WHITE), setting))) as coded:
        assert coded.size == (320, 320)
