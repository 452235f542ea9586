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
from inference.layers.extract import Choice, Cut, build, skin_of
from inference.layers.filling import spread
from inference.matting import foreground, guided_filter

_DIFFERENT = 9.0  # weighted Lab distance from the skin's from which the lower face is no skin
_STRANDS = 5.0  # least standard deviation of L* among the hairs
_GLOSS = 5.0  # L* above the median that stays as it is
_TIPS = 0.7  # how far a moustache may reach beyond the mouth, in mouth widths
_MATTE = {"beard": (0.22, 0.77), "chin": (0.3, 0.8), "moustache": (0.5, 0.9)}
"""Shares of the beard's distance from skin at which the matte begins and is full."""

_GAP = 0.05  # face heights: gaps up to this are gloss on a full beard rather than skin


def cut_beard(
    image: NDArray[np.uint8],
    landmarks: NDArray[np.float32],
    area: str,
    *,
    hang: float = 0.06,
    dense: bool = True,
    half: str = "",
) -> Cut:
    """Cut the facial hair out of a face's picture.

    area: "beard", "moustache" or "chin". hang: how far below the chin, in face heights. dense: no
    skin shows between the hairs. half: "left" or "right" of the picture if the other is to be its
    mirror image, for faces lit from one side.

    On the face the matte is how far each pixel is from the skin expected there towards the beard's
    own tone; below the jaw it is that of GrabCut (Rother et al., SIGGRAPH 2004).
    """
    unit = regions.face_height(landmarks)
    shape = image.shape[:2]
    lab = to_lab(image)
    skin = skin_of(lab, landmarks, np.zeros(shape, np.uint8))
    zone = _zone(shape, landmarks, area, hang * unit)
    lips = regions.fill(shape, landmarks, regions.LIPS_OUTER)
    oval = regions.fill(shape, landmarks, regions.FACE_OVAL)

    weights = np.array([1.0, 0.7, 0.7], np.float32)
    near = np.linalg.norm((lab - skin) * weights, axis=2) < 2 * _DIFFERENT
    model = regions.fill(shape, landmarks, *regions.CHEEKS, regions.NOSE_BRIDGE) & near & ~zone
    bare = np.clip(spread(image, model.astype(np.float32)), 0, 255).astype(np.uint8)
    away = np.linalg.norm((cv2.GaussianBlur(lab, (0, 0), 0.7) - to_lab(bare)) * weights, axis=2)
    core = zone & oval & ~lips & (away > 2 * _DIFFERENT)
    typical = float(np.percentile(away[core], 60))
    low, high = _MATTE[area]
    least = max(0.7 * _DIFFERENT, low * typical)
    density = np.clip((away - least) / max(high * typical - least, 8), 0, 1).astype(np.float32)
    density *= zone & ~lips
    if dense:
        density = np.maximum(density, 0.95 * _closed(density, _GAP * unit))

    outside = _hanging(image, zone, core, lips, oval)
    window = cv2.GaussianBlur(
        cv2.erode((zone & ~lips).astype(np.uint8), np.ones((3, 3))).astype(np.float32),
        (0, 0),
        0.012 * unit,
    )
    inner = cv2.GaussianBlur(oval.astype(np.float32), (0, 0), 0.01 * unit)
    alpha = _largest(density * inner + outside * (1 - inner), unit) * window
    colours = foreground(
        image, np.rint(255 * np.minimum(alpha * inner + outside, 1)).astype(np.uint8)
    )
    matte = np.rint(np.clip(alpha, 0, 1) * 255).astype(np.uint8)
    if half:
        colours, matte = _mirrored(colours, matte, landmarks, half)
    colour = np.median(to_lab(colours)[matte > 150], axis=0).astype(np.float32)
    return Cut(
        image=np.dstack([_stranded(_evenly_lit(colours, colour), matte), matte]),
        under=None,
        points=landmarks[list(POINTS), :2],
        skin=skin,
        colour=colour,
    )


def _hanging(
    image: NDArray[np.uint8],
    zone: NDArray[np.bool_],
    core: NDArray[np.bool_],
    lips: NDArray[np.bool_],
    oval: NDArray[np.bool_],
) -> NDArray[np.float32]:
    """What hangs below the jaw, told from neck, clothes and background."""
    marks = np.full(zone.shape, cv2.GC_BGD, np.uint8)
    middle = cv2.erode(zone.astype(np.uint8), np.ones((1, 41))) > 0
    marks[zone & ~oval] = cv2.GC_PR_BGD
    marks[middle & ~oval] = cv2.GC_PR_FGD
    marks[zone & oval] = cv2.GC_PR_FGD
    marks[core] = cv2.GC_FGD
    marks[lips] = cv2.GC_BGD
    scratch = np.zeros((1, 65)), np.zeros((1, 65))
    bgr = np.ascontiguousarray(image[..., ::-1])
    cv2.grabCut(bgr, marks, None, *scratch, 4, cv2.GC_INIT_WITH_MASK)  # type: ignore[call-overload]
    found = np.isin(marks, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.float32)
    (soft,) = guided_filter(image, found, radius=4)
    return np.asarray(np.clip((soft - 0.1) / 0.75, 0, 1), np.float32)


def _closed(density: NDArray[np.float32], gap: float) -> NDArray[np.float32]:
    """Close gaps in hair up to ``gap`` px."""
    reach = 2 * round(gap / 2) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    closed = cv2.morphologyEx(density, cv2.MORPH_CLOSE, disc)
    return np.asarray(cv2.GaussianBlur(closed, (0, 0), gap / 6), np.float32)


def _largest(alpha: NDArray[np.float32], unit: float) -> NDArray[np.float32]:
    """Drop scraps: folds and spots that are as dark as hair."""
    _, parts, stats, _ = cv2.connectedComponentsWithStats((alpha > 0.25).astype(np.uint8))
    kept = stats[:, cv2.CC_STAT_AREA] > (0.06 * unit) ** 2
    kept[0] = False
    near = cv2.dilate(kept[parts].astype(np.uint8), np.ones((5, 5))).astype(np.float32)
    return np.asarray(alpha * cv2.GaussianBlur(near, (0, 0), 1))


def _mirrored(
    colours: NDArray[np.uint8], matte: NDArray[np.uint8], landmarks: NDArray[np.float32], half: str
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Replace one half by the mirror image of the other, about the line through nose and chin."""
    middle = float(landmarks[[2, 0, 17, regions.CHIN], 0].mean())
    height, width = matte.shape
    flip = np.array([[-1, 0, 2 * middle], [0, 1, 0]])
    other = cv2.warpAffine(np.dstack([colours, matte]), flip, (width, height))
    ramp = np.clip((np.arange(width) - middle) / 4 + 0.5, 0, 1)[None, :, None]
    share = ramp if half == "left" else 1 - ramp
    mixed = np.dstack([colours, matte]) * (1 - share) + other * share
    return np.rint(mixed[..., :3]).astype(np.uint8), np.rint(mixed[..., 3]).astype(np.uint8)


def _stranded(image: NDArray[np.uint8], matte: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Bring strands out of a beard that lay in the dark."""
    lab = to_lab(image)
    light = lab[..., 0]
    smooth = cv2.GaussianBlur(light, (0, 0), 4)
    detail = light - smooth
    gain = float(np.clip(_STRANDS / max(detail[matte > 200].std(), 0.5), 1, 3))
    lab[..., 0] = np.clip(smooth + gain * detail, 0, 100)
    return from_lab(lab)


def _evenly_lit(image: NDArray[np.uint8], colour: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Press highlights towards the beard's own tone: other faces are lit from elsewhere."""
    lab = to_lab(image)
    over = np.maximum(lab[..., 0] - colour[0] - _GLOSS, 0)
    lab[..., 0] -= 0.5 * over
    lab[..., 1:] += np.clip(over / 20, 0, 1)[..., None] * 0.7 * (colour[1:] - lab[..., 1:])
    return from_lab(lab)


def _zone(
    shape: tuple[int, int], landmarks: NDArray[np.float32], area: str, hang: float
) -> NDArray[np.bool_]:
    """Where hair of that kind may grow or hang, ``hang`` px below the chin."""
    unit = regions.face_height(landmarks)
    points = landmarks[:, :2]
    nose, mouth, chin = points[[98, 327, 2], 1].mean(), points[[61, 291], 1].mean(), points[152, 1]
    rows, columns = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    left, right = points[[61, 291], 0]
    wide = right - left
    beyond = np.maximum(left - columns, columns - right) / wide  # mouth widths beside the mouth
    rise = np.clip(beyond, 0, 1) * 0.2 * unit  # tips may turn up beside the nose
    above_lip = (rows > nose + 0.005 * unit - rise) & (rows < mouth + 0.1 * unit)
    above_lip &= beyond < _TIPS
    if area == "moustache":
        return np.asarray(above_lip)
    hanging = (rows > mouth) & (rows < chin + hang)
    if area == "chin":
        hanging &= beyond < 0.12
        return np.asarray(hanging | above_lip & (beyond < 0.2))
    jaw = [i for i in regions.FACE_OVAL if points[i, 1] > points[[33, 263], 1].mean()]
    side = cv2.convexHull(np.rint(points[jaw]).astype(np.int32))
    face = cv2.fillConvexPoly(np.zeros(shape, np.uint8), side, 1)
    grown = cv2.dilate(face, np.ones((2 * round(0.05 * unit) + 1,) * 2)) > 0
    cheeks = points[[50, 280], 1].mean()
    aside = np.abs(columns - points[2, 0]) / (0.4 * unit)
    cheek_line = nose - np.clip(aside - 0.6, 0, 1) * (nose - cheeks) * 2.2
    between = (columns > points[172, 0] - 0.08 * unit) & (columns < points[397, 0] + 0.08 * unit)
    face_hair = grown & (rows > cheek_line) & (rows < chin)
    return np.asarray(face_hair | hanging & between & (rows > chin - 0.1 * unit))


@click.command("beards")
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True)
def main(data: Path) -> None:
    """Cut all pieces named in beard.toml."""

    def cut(image: NDArray[np.uint8], points: NDArray[np.float32], row: Choice) -> Cut:
        options = {name: row[name] for name in ("hang", "dense", "half") if name in row}
        return cut_beard(image, points, str(row["area"]), **options)  # type: ignore[arg-type]

    build(data, "beard", cut)


if __name__ == "__main__":
    main()
