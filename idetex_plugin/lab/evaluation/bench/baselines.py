"""What simpler methods make of the same photos: one number a photo each, to set beside the model's.

CleanVision (Apache-2.0): its scores for blurry, dark, light and low-information photos, lower is worse. BRISQUE
(Mittal et al. 2012), no-reference quality, higher is worse. Pixel statistics: mean luma, share of clipped and of black
pixels, variance of the Laplacian, blockiness (luma steps at multiples of 8 pixels over those elsewhere), noise
(Immerkaer 1996). None of them names a place or a severity, so the only fair comparison is whether they tell photos with
a type of damage from clean ones.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from idetex_plugin.lab.data.photos import Pixels
from idetex_plugin.lab.measures.table import Floats

CLEANVISION = ("blurry", "dark", "light", "low_information")
IMMERKAER = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float64)
GROUPS = ("CleanVision", "BRISQUE", "pixel statistics")


def statistics(pixels: Pixels) -> dict[str, float]:
    """The pixel statistics of RGB uint8 (H, W, 3)."""
    luma = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float64)
    steps = np.abs(np.diff(luma, axis=1)).mean(0)
    at_eight = np.arange(1, len(steps) + 1) % 8 == 0
    height, width = luma.shape
    noise = np.abs(cv2.filter2D(luma, -1, IMMERKAER))[1:-1, 1:-1].sum() * np.sqrt(np.pi / 2)
    return {
        "mean luma": float(luma.mean()),
        "clipped": float((luma >= 250).mean()),
        "black": float((luma <= 5).mean()),
        "Laplacian variance": float(cv2.Laplacian(luma, cv2.CV_64F).var()),
        "blockiness": float(steps[at_eight].mean() / max(steps[~at_eight].mean(), 1e-6)) if at_eight.any() else 1.0,
        "noise": float(noise / (6 * (width - 2) * (height - 2))),
    }


def cleanvision_scores(paths: Sequence[str]) -> dict[str, Floats]:
    """CleanVision's scores of these files, (N,) each; lower is worse. Raises ImportError without CleanVision."""
    from cleanvision import Imagelab

    with redirect_stderr(StringIO()):
        lab = Imagelab(filepaths=list(paths))
        lab.find_issues({name: {} for name in CLEANVISION}, n_jobs=1, verbose=False)
    found = lab.issues.loc[list(paths)]
    return {name: np.asarray(found[f"{name}_score"], np.float64) for name in CLEANVISION}


def baseline_scores(images: Iterable[Pixels]) -> dict[str, dict[str, Floats]]:
    """By group, then by score: (N,) each. Raises ImportError without the baselines extra.

    Photos are written to a temporary folder, which CleanVision needs.
    """
    from brisque import BRISQUE

    brisque = BRISQUE(url=False)
    quality: list[float] = []
    simple: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, pixels in enumerate(images):
            paths.append(str(Path(folder) / f"{number:06}.png"))
            Image.fromarray(pixels).save(paths[-1], compress_level=1)
            simple.append(statistics(pixels))
            quality.append(float(brisque.score(pixels)))
        scores = cleanvision_scores(paths)
    return {
        "CleanVision": scores,
        "BRISQUE": {"BRISQUE": np.array(quality)},
        "pixel statistics": {name: np.array([each[name] for each in simple]) for name in simple[0]},
    }
