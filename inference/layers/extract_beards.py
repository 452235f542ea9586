"""Build the library of beards and moustaches from synthetic faces; see ``extract``.

``python -m inference.layers.extract_beards --data DIR`` reads ``beard.toml``, writes ``beard/``.
"""

from pathlib import Path

import click
import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face import regions
from inference.images import from_lab, to_lab
from inference.layers.beard import POINTS
from inference.layers.extract import Cut, build, skin_of
from inference.matting import foreground, guided_filter

_DIFFERENT = 9.0  # distance from the cheeks' Lab from which a pixel of the lower face is beard
_GLOSS = 5.0  # L* above the median that stays as it is
_HANG = {"long": 0.45, "beard": 0.12, "chin": 0.1, "moustache": 0.0}  # below the chin, face heights


def cut_beard(image: NDArray[np.uint8], landmarks: NDArray[np.float32], area: str) -> Cut:
    """Cut the facial hair out of a face's picture.

    area: "long" (all of the lower face, and hanging), "beard", "moustache" or "chin". The matte is
    that of GrabCut (Rother et al., SIGGRAPH 2004), seeded where the lower face differs from the
    cheeks, then softened by how much each pixel differs.
    """
    unit = regions.face_height(landmarks)
    shape = image.shape[:2]
    lab = to_lab(image)
    skin = skin_of(lab, landmarks, np.zeros(shape, np.uint8))
    weights = np.array([1.0, 0.7, 0.7], np.float32)
    away = np.linalg.norm((cv2.GaussianBlur(lab, (0, 0), 0.8) - skin) * weights, axis=2)

    zone = _zone(shape, landmarks, area, unit)
    lips = regions.fill(shape, landmarks, regions.LIPS_OUTER)
    oval = regions.fill(shape, landmarks, regions.FACE_OVAL)
    seed = zone & oval & ~lips & (away > 2 * _DIFFERENT)
    marks = np.full(shape, cv2.GC_BGD, np.uint8)
    marks[zone] = cv2.GC_PR_BGD
    marks[zone & (away > 1.5 * _DIFFERENT)] = cv2.GC_PR_FGD
    marks[seed] = cv2.GC_FGD
    marks[lips] = cv2.GC_BGD
    scratch = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(
        np.ascontiguousarray(image[..., ::-1]), marks, None, *scratch, 4, cv2.GC_INIT_WITH_MASK
    )  # type: ignore[call-overload]
    found = np.isin(marks, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.float32)
    (soft,) = guided_filter(image, found, radius=max(2, round(0.03 * unit)))
    density = np.clip((away - 0.6 * _DIFFERENT) / (1.6 * _DIFFERENT), 0, 1)
    window = cv2.GaussianBlur((zone & ~lips).astype(np.float32), (0, 0), 0.012 * unit)
    below = cv2.GaussianBlur(oval.astype(np.float32), (0, 0), 0.01 * unit)
    alpha = np.clip(soft * 1.15, 0, 1) * (density * below + (1 - below)) * window
    matte = np.rint(np.clip(alpha, 0, 1) * 255).astype(np.uint8)
    colour = np.median(lab[matte > 150], axis=0).astype(np.float32)
    return Cut(
        image=np.dstack([_evenly_lit(foreground(image, matte), colour), matte]),
        under=None,
        points=landmarks[list(POINTS), :2],
        skin=skin,
        colour=colour,
    )


def _evenly_lit(image: NDArray[np.uint8], colour: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Press highlights towards the beard's own tone: other faces are lit from elsewhere."""
    lab = to_lab(image)
    over = np.maximum(lab[..., 0] - colour[0] - _GLOSS, 0)
    lab[..., 0] -= 0.7 * over
    lab[..., 1:] += np.clip(over / 20, 0, 1)[..., None] * 0.7 * (colour[1:] - lab[..., 1:])
    return from_lab(lab)


def _zone(
    shape: tuple[int, int], landmarks: NDArray[np.float32], area: str, unit: float
) -> NDArray[np.bool_]:
    """Where hair of that kind may grow or hang."""
    points = landmarks[:, :2]
    nose, mouth, chin = points[[98, 327, 2], 1].mean(), points[[61, 291], 1].mean(), points[152, 1]
    rows, columns = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    left, right = points[[61, 291], 0]
    wide = 0.35 * (right - left)
    above_lip = (rows > nose - 0.02 * unit) & (rows < mouth + 0.12 * unit)
    above_lip &= (columns > left - wide) & (columns < right + wide)
    if area == "moustache":
        return np.asarray(above_lip & (rows < mouth + 0.05 * unit))
    hanging = (rows > mouth) & (rows < chin + _HANG[area] * unit)
    if area == "chin":
        hanging &= (columns > left - wide / 2) & (columns < right + wide / 2)
        return np.asarray(hanging | above_lip)
    jaw = [i for i in regions.FACE_OVAL if points[i, 1] > points[[33, 263], 1].mean()]
    side = cv2.convexHull(np.rint(points[jaw]).astype(np.int32))
    face = cv2.fillConvexPoly(np.zeros(shape, np.uint8), side, 1)
    grown = cv2.dilate(face, np.ones((2 * round(0.05 * unit) + 1,) * 2)) > 0
    cheeks = points[[50, 280], 1].mean()
    slope = np.abs(columns - points[2, 0]) / (0.4 * unit)
    cheek_line = (
        nose
        + (1 - np.clip(slope, 0, 1)) * 0.0 * unit
        - np.clip(slope - 0.6, 0, 1) * (nose - cheeks) * 2.2
    )
    face_hair = grown & (rows > cheek_line)
    around = cv2.dilate(face_hair.astype(np.uint8), np.ones((3, 3))) > 0
    between = (columns > points[[172], 0] - 0.08 * unit) & (
        columns < points[[397], 0] + 0.08 * unit
    )
    return np.asarray(around & (rows < chin) | hanging & between & (rows > chin - 0.1 * unit))


@click.command("beards")
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True)
def main(data: Path) -> None:
    """Cut all pieces named in beard.toml."""
    build(data, "beard", lambda image, points, row: cut_beard(image, points, str(row["area"])))


if __name__ == "__main__":
    main()
