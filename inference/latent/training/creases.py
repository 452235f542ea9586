"""The folds of an old face, as light and shade in the shape-free frame.

An expression ratio image (Liu, Shan and Zhang, 2001) of age: multiplied onto another face, its
folds lie where that face's would. Only a synthetic person may lend it.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face import topology
from inference.latent.shape_free import Frame

_COARSE, _FINE = 0.02, 0.0015  # of the frame: folds are finer than the one, noise than the other
_DARKEST, _BRIGHTEST = -0.5, 0.15


def creases(
    picture: NDArray[np.uint8], landmarks: NDArray[np.floating], frame: Frame
) -> NDArray[np.float32]:
    """Find the folds of a face.

    Args:
        picture: (H, W, 3) RGB, a frontal, evenly lit face.
        landmarks: (478, 2 or 3) px in it.
        frame: its side is the result's.

    Returns:
        (side, side), the logarithm of light; 0 beside the skin.
    """
    texture = frame.texture(picture, landmarks)
    light: NDArray[np.float32] = np.log(
        cv2.cvtColor(texture, cv2.COLOR_RGB2GRAY).astype(np.float32) + 8
    )
    side = frame.side
    skin = np.zeros((side, side), np.float32)
    features = (*topology.EYES, *topology.BROWS, topology.LIPS_OUTER, _NOSTRILS)
    for polygons, value in (((topology.FACE_OVAL,), 1.0), (features, 0.0)):
        for polygon in polygons:
            points = np.rint(frame.mean[list(polygon)] * side).astype(np.int32)
            cv2.fillPoly(skin, [points], value)
    skin = np.asarray(
        cv2.erode(skin, np.ones((3, 3)), iterations=max(1, round(0.012 * side))), np.float32
    )
    share = cv2.GaussianBlur(skin, (0, 0), _COARSE * side) + np.float32(1e-3)
    # what lies beside the skin must not count as its shade
    coarse = cv2.GaussianBlur(light * skin, (0, 0), _COARSE * side) / share
    fine = cv2.GaussianBlur(light, (0, 0), max(0.5, _FINE * side))
    soft = cv2.GaussianBlur(skin, (0, 0), 0.01 * side)
    return np.asarray((fine - coarse).clip(_DARKEST, _BRIGHTEST) * soft * skin, np.float32)


_NOSTRILS = (98, 97, 2, 326, 327, 460, 4, 240)
