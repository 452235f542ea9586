"""Which way a head faces: landmarks held against a canonical face."""

import numpy as np
from numpy.typing import NDArray

from inference.face.report import Pose

# Landmarks that expressions move least, with MediaPipe's weights: (x, y, z, weight) of the
# canonical face model (geometry_pipeline_metadata_landmarks.binarypb in face_landmarker.task,
# Apache-2.0), in cm, x right, y up, z to the camera.
_CANONICAL = {
    4: (0.00, -0.46, 7.59, 0.071), 6: (0.00, 2.47, 5.79, 0.032),
    10: (0.00, 8.26, 4.48, 0.008), 33: (-4.45, 2.66, 3.17, 0.059),
    54: (-6.28, 6.62, 1.43, 0.008), 67: (-3.52, 8.01, 3.73, 0.009),
    117: (-5.26, 0.95, 2.97, 0.010), 119: (-3.30, 0.86, 3.87, 0.015),
    121: (-1.82, 1.47, 4.22, 0.019), 127: (-7.74, 2.36, -2.01, 0.005),
    129: (-1.79, -0.98, 4.85, 0.121), 132: (-7.27, -2.89, -2.25, 0.006),
    133: (-1.86, 2.59, 3.76, 0.053), 136: (-5.09, -7.18, 0.71, 0.067),
    143: (-6.41, 2.24, 1.56, 0.015), 147: (-6.23, -1.94, 1.66, 0.014),
    198: (-1.25, 0.23, 5.68, 0.025), 205: (-3.83, -1.54, 4.14, 0.047),
    263: (4.45, 2.66, 3.17, 0.059), 284: (6.28, 6.62, 1.43, 0.008),
    297: (3.52, 8.01, 3.73, 0.009), 346: (5.26, 0.95, 2.97, 0.010),
    348: (3.30, 0.86, 3.87, 0.015), 350: (1.82, 1.47, 4.22, 0.019),
    356: (7.74, 2.36, -2.01, 0.005), 358: (1.79, -0.98, 4.85, 0.121),
    361: (7.27, -2.89, -2.25, 0.006), 362: (1.86, 2.59, 3.76, 0.053),
    365: (5.09, -7.18, 0.71, 0.067), 372: (6.41, 2.24, 1.56, 0.015),
    376: (6.23, -1.94, 1.66, 0.014), 420: (1.25, 0.23, 5.68, 0.025),
    425: (3.83, -1.54, 4.14, 0.047),
}  # fmt: skip
_INDICES = np.array(list(_CANONICAL))
_POINTS = np.array(list(_CANONICAL.values()))[:, :3] * (1, -1, -1)  # y down, z away, as in photos
_WEIGHTS = np.array(list(_CANONICAL.values()))[:, 3:]


def head_pose(landmarks: NDArray[np.float32]) -> Pose:
    """Estimate the head's angles.

    The rotation is the weighted orthogonal Procrustes fit of the canonical face (Schönemann
    1966), read as yaw after pitch after roll.

    Args:
        landmarks: (478, 3) px.

    Returns:
        Angles in degrees.
    """
    points = landmarks[_INDICES].astype(np.float64)
    points = points - np.average(points, axis=0, weights=_WEIGHTS[:, 0])
    model = _POINTS - np.average(_POINTS, axis=0, weights=_WEIGHTS[:, 0])
    left, _, right = np.linalg.svd(points.T @ (model * _WEIGHTS))
    mirror = np.diag([1.0, 1.0, np.sign(np.linalg.det(left @ right))])
    rotation = left @ mirror @ right  # canonical -> photo
    # The face looks along -z. Its nose points right for x > 0 and up for y < 0.
    gaze = -rotation[:, 2]
    yaw = np.arctan2(gaze[0], -gaze[2])
    pitch = np.arcsin(np.clip(-gaze[1], -1, 1))
    roll = np.arctan2(rotation[1, 0], rotation[0, 0])
    return Pose(*(float(np.degrees(angle)) for angle in (yaw, pitch, roll)))


def axes(pose: Pose) -> NDArray[np.float64]:
    """Find the head's axes in the photo: the picture's right, up, and where the nose points.

    Returns (3, 3), a unit vector a row, in the photo's x right, y down, z away from the camera.

    Args:
        pose: angles in degrees.

    Returns:
        (3, 3), a unit vector a row, in the photo's x right, y down, z away from the camera.
    """
    yaw, pitch, roll = np.radians([pose.yaw, pose.pitch, pose.roll])
    ahead = np.array([np.sin(yaw) * np.cos(pitch), -np.sin(pitch), -np.cos(yaw) * np.cos(pitch)])
    level = np.array([np.cos(roll), np.sin(roll), 0.0])
    level[2] = -(level @ ahead) / ahead[2]  # perpendicular to where the nose points
    right = level / np.linalg.norm(level)
    return np.stack([right, np.cross(right, -ahead), ahead])
