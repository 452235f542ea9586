"""Dabs: even patches of colour with crisp borders, as a loaded brush leaves them."""

import cv2
import numpy as np

from inference.cartoon.rendered.lines import Lab

_SECTORS = 8
_CRISP = 4  # exponent: how surely the calmest sector wins


def calmest(lab: Lab, radius: int) -> Lab:
    """Replace each pixel by the calmest of eight windows around it, softly chosen.

    Papari et al., "Artistic edge and corner enhancing smoothing", IEEE TIP 2007.

    Args:
        lab: (H, W, 3) float32.
        radius: of the windows, px.

    Returns:
        (H, W, 3) float32.
    """
    sigma = radius / 2.2
    mean = cv2.GaussianBlur(lab, (0, 0), sigma)
    variance = cv2.GaussianBlur(lab[..., 0] ** 2, (0, 0), sigma) - mean[..., 0] ** 2
    weight = (np.maximum(variance, 0) + 0.3) ** -_CRISP
    weighed = np.dstack([mean * weight[..., None], weight])
    rows, columns = lab.shape[:2]
    edge = radius
    wide = cv2.copyMakeBorder(weighed, edge, edge, edge, edge, cv2.BORDER_REPLICATE)
    total = np.zeros_like(weighed)
    for sector in range(_SECTORS):
        angle = 2 * np.pi * sector / _SECTORS
        y = edge + round(0.9 * radius * np.sin(angle))
        x = edge + round(0.9 * radius * np.cos(angle))
        total += wide[y : y + rows, x : x + columns]
    return np.asarray(total[..., :3] / total[..., 3:], np.float32)
