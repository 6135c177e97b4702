"""Photographs as cameras and phones make them: light, lens, sensor, processing and coding, with or without a fault.

Damage happens where it happens in a camera, in linear light and before the grain; and every sample goes through the
rest of the camera, the clean ones at good settings, so that sharpness, grain and coding of an ordinary photograph are
no sign of anything.
"""

from idetex_plugin.lab.synthesis.camera.shot import shoot

__all__ = ["shoot"]
