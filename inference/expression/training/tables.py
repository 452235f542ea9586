"""Build ``displacements.npz`` from the ICT-FaceKit head and the training faces.

``python -m inference.expression.training.tables --data DIR`` renders the neutral head from the
front, finds landmarks on the picture with the very model that finds them on selfies, and takes for
each the nearest visible vertex; the vertex's movement under a blendshape is the landmark's. Beside
it a ridge regression of the faces' landmarks on their blendshapes and pose gives what faces really
do, folds of skin and mean proportions included; ``BLEND`` says where which of the two speaks.
"""

from collections.abc import Callable
from pathlib import Path

import click
import cv2
import numpy as np
from numpy.typing import NDArray

from inference import wiring
from inference.expression import similarity
from inference.expression.displacements import TABLE, Displacements
from inference.face import topology
from inference.face.landmarks import Region, region_around, trace
from inference.models.calls import Calls, run

RENDERED = 900
"""Side of the rendered picture in pixels."""

FACE = slice(0, 9409)
"""Vertices of the facial skin, lips included, in the ICT light model."""

SCENE_END = 24591
"""Lacrimal fluid, lashes and other see-through shells come after this vertex."""

COLOURS = (
    (0, 17039, (205.0, 160.0, 135.0)),
    (14062, 17039, (180.0, 90.0, 90.0)),
    (17039, 21451, (235.0, 230.0, 220.0)),
    (21451, 24591, (240.0, 240.0, 240.0)),
    (22221, 23021, (70.0, 50.0, 40.0)),
    (23791, 24591, (70.0, 50.0, 40.0)),
)
"""First vertex, end, RGB: skin, gums and tongue, teeth, eyeballs, the two irises."""

BLEND: dict[str, tuple[str, float]] = {
    "browInnerUp": ("brows", 0.6),
    "jawOpen": ("mouth", 0.6),
    "mouthShrugLower": ("mouth", 0.4),
} | {
    name + side: (region, share)
    for name, region, share in (
        ("browDown", "brows", 0.6),
        ("browOuterUp", "brows", 0.5),
        ("eyeSquint", "eyes", 0.4),
        ("mouthDimple", "mouth", 0.3),
        ("mouthFrown", "mouth", 0.5),
        ("mouthPress", "mouth", 0.3),
        ("mouthSmile", "face", 0.5),
        ("mouthStretch", "mouth", 0.4),
    )
    for side in ("Left", "Right")
}
"""Blendshape -> region in which the regression has a say, and its share there."""

FOLDS = (205, 425)
"""Landmarks where the cheek meets the nasolabial fold."""

RIDGE = 3.0

Points = NDArray[np.float64]
FindLandmarks = Callable[[NDArray[np.uint8]], NDArray[np.floating]]
"""(H, W, 3) RGB uint8 picture of one face -> (478, 3) landmarks in its pixels."""


def arkit(name: str) -> str:
    """Spell an ICT blendshape as ARKit does: browDown_L -> browDownLeft."""
    return name.replace("_L", "Left").replace("_R", "Right")


def project(vertices: Points) -> Points:
    """See the head from straight ahead.

    Args:
        vertices: (N, 3) in the head's units.

    Returns:
        (N, 2) px.
    """
    middle = vertices[FACE].mean(axis=0)
    flat: Points = ((vertices - middle) * (1, -1, 1))[:, :2] * (RENDERED / 32) + RENDERED / 2
    return flat


def render(vertices: Points, triangles: NDArray[np.integer]) -> NDArray[np.uint8]:
    """Draw the head, lit from ahead and above, farthest triangles first.

    Args:
        vertices: (V, 3) in the head's units.
        triangles: (T, 3) numbers of vertices.

    Returns:
        (RENDERED, RENDERED, 3) RGB uint8.
    """
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    normals = np.cross(b - a, c - a)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True) + 1e-9
    smooth = np.zeros_like(vertices)
    for k in range(3):
        np.add.at(smooth, triangles[:, k], normals)
    smooth /= np.linalg.norm(smooth, axis=1, keepdims=True) + 1e-9
    light = np.array([0.25, 0.35, 0.9])
    shade = 0.25 + 0.75 * np.clip(smooth @ (light / np.linalg.norm(light)), 0, 1)
    colours = np.zeros_like(vertices)
    for first, end, colour in COLOURS:
        colours[first:end] = colour
    colours *= shade[:, None]
    shown = np.flatnonzero((triangles.max(axis=1) < SCENE_END) & (normals[:, 2] > 0))
    shown = shown[np.argsort(vertices[triangles[shown]].mean(axis=1)[:, 2])]
    corners = np.round(project(vertices)[triangles] * 16).astype(np.int32)
    flat = np.clip(colours[triangles].mean(axis=1), 0, 255)
    picture = np.full((RENDERED, RENDERED, 3), 90, np.uint8)
    for index in shown:
        cv2.fillConvexPoly(picture, corners[index], flat[index].tolist(), cv2.LINE_8, 4)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 1.0), np.uint8)


def nearest_vertices(
    found: NDArray[np.floating], vertices: Points, jaw: Points
) -> NDArray[np.intp]:
    """Find for each landmark the nearest facial vertex, the front one of several.

    Args:
        found: (478, 2 or 3) px.
        vertices: (V, 3) in the head's units.
        jaw: (V, 3) movement of the opened jaw, which tells the lips of the closed mouth apart.

    Returns:
        (478,) numbers of vertices.
    """
    pixels, depth = project(vertices)[FACE], vertices[FACE, 2]
    falls = -jaw[FACE, 1] > 0.4 * -jaw[FACE, 1].min()
    side = dict.fromkeys(topology.INNER_LOWER_LIP[1:-1], falls)
    side |= dict.fromkeys(topology.INNER_UPPER_LIP[1:-1], ~falls)
    chosen = np.zeros(len(found), np.intp)
    for row, point in enumerate(found[:, :2]):
        distance = np.linalg.norm(pixels - point, axis=1)
        if row in side:
            distance[~side[row]] = np.inf
        near = np.flatnonzero(distance < max(3.0, 1.3 * distance.min()))
        near = near[depth[near] > depth[near].max() - 1.0]
        chosen[row] = near[np.argmin(distance[near])]
    return chosen


def mirror(base: Points) -> NDArray[np.intp]:
    """Tell which landmark each becomes in a mirror.

    Args:
        base: (478, 3) landmarks of the canonical head.

    Returns:
        (478,) numbers of landmarks.
    """
    middle = base[[topology.FOREHEAD_MIDDLE, topology.CHIN, 1, 6], 0].mean()
    flipped = (base - (middle, 0, 0)) * (-1, 1, 1)
    own = base - (middle, 0, 0)
    partners: NDArray[np.intp] = np.linalg.norm(flipped[:, None] - own[None], axis=2).argmin(axis=1)
    return partners


def regress(faces: Points, blendshapes: Points, poses: Points, base: Points) -> Points:
    """Regress landmarks' movements on blendshapes over faces, in the head's coordinates.

    Args:
        faces: (N, 478, 3) landmarks in pixels.
        blendshapes: (N, B).
        poses: (N, 4, 4).
        base: (478, 3) landmarks of the canonical head.

    Returns:
        (B, 478, 3) in the head's units.
    """
    mean = base
    for _ in range(3):
        level = np.stack([similarity.estimate(mean, face).undone(face) for face in faces])
        mean = np.median(level, axis=0)
    rotation = poses[:, :3, :3]
    yaw = np.arctan2(-rotation[:, 2, 0], rotation[:, 2, 2])
    pitch = np.arctan2(rotation[:, 2, 1], rotation[:, 2, 2])
    turned = np.stack([yaw, pitch, yaw**2, pitch**2, yaw * pitch], axis=1) * 2
    known = np.concatenate([blendshapes, turned], axis=1)
    known -= known.mean(axis=0)
    flat = level.reshape(len(level), -1)
    slopes = np.linalg.solve(
        known.T @ known + RIDGE * np.eye(known.shape[1]), known.T @ (flat - flat.mean(axis=0))
    )
    return slopes[: blendshapes.shape[1]].reshape(-1, *base.shape)


def regions(base: Points) -> dict[str, Points]:
    """Mark the places where a regression may speak.

    Args:
        base: (478, 3) landmarks of the canonical head.

    Returns:
        Region -> (478,) 0..1.
    """
    y = base[:, 1]
    unit = y[topology.CHIN] - y[topology.FOREHEAD_MIDDLE]
    below_nose = np.clip((y - y[topology.NOSE_BASE]) / (0.05 * unit) + 1.0, 0, 1)
    above_eyes = np.clip((y[list(topology.OUTER_EYE_CORNERS)].mean() - y) / (0.05 * unit), 0, 1)
    below_brows = np.clip((y - y[list(topology.BROW_TOPS)].mean()) / (0.05 * unit), 0, 1)
    above_folds = np.clip((y[list(FOLDS)].mean() - y) / (0.08 * unit), 0, 1)
    return {
        "face": np.ones(len(base)),
        "mouth": below_nose,
        "brows": above_eyes,
        "eyes": below_brows * above_folds,
    }


def build(data: Path, find: FindLandmarks) -> Displacements:
    """Build the table.

    Args:
        data: a folder with ``ict/ict_facekit.npz`` and ``faces/labels.npz``.
        find: finds landmarks in a picture of one face.

    Returns:
        The table, in float16.
    """
    with np.load(data / "ict" / "ict_facekit.npz") as kit:
        vertices = kit["neutral"].astype(np.float64)
        triangles = kit["triangles"]
        names = [str(name) for name in kit["expression_names"]]
        jaw = kit["expressions"][names.index("jawOpen")].astype(np.float64)
        chosen = nearest_vertices(find(render(vertices, triangles)), vertices, jaw)
        base = (vertices - vertices[FACE].mean(axis=0))[chosen] * (1, -1, -1)
        deltas = kit["expressions"][:, chosen].astype(np.float64) * (1, -1, -1)
    fields: dict[str, Points] = {}
    for name, delta in zip(names, deltas, strict=True):
        key = arkit(name)
        key = "browInnerUp" if key.startswith("browInnerUp") else key
        key = "cheekPuff" if key.startswith("cheekPuff") else key
        fields[key] = fields.get(key, 0.0) + delta
    partner = mirror(base)
    with np.load(data / "faces" / "labels.npz") as labels:
        labelled = [str(name) for name in labels["blendshape_names"]]
        slopes = regress(
            labels["landmarks"].astype(np.float64),
            labels["blendshapes"].astype(np.float64),
            labels["pose"].astype(np.float64),
            base,
        )
    masks = regions(base)
    for name, (region, share) in BLEND.items():
        other = _mirrored_name(name)
        seen = slopes[labelled.index(name)]
        seen = (seen + slopes[labelled.index(other)][partner] * (-1, 1, 1)) / 2
        weight = share * masks[region][:, None]
        elsewhere = 1.0 if region == "face" else masks[region][:, None]
        fields[name] = seen * weight + fields[name] * (elsewhere - weight)
    for field in fields.values():
        field[topology.MESH :] = 0.0
    wanted = sorted(name for name in fields if not name.startswith(("Pupil", "eyeLook")))
    return Displacements(
        base=base.astype(np.float16),
        fields=np.stack([fields[name] for name in wanted]).astype(np.float16),
        names=tuple(wanted),
    )


def _mirrored_name(name: str) -> str:
    if name.endswith("Left"):
        return name.removesuffix("Left") + "Right"
    return name.removesuffix("Right") + "Left" if name.endswith("Right") else name


def find_on_render(picture: NDArray[np.uint8]) -> Calls[NDArray[np.float32]]:
    """Find the landmarks of the face in the middle of a picture, looking closer twice.

    Args:
        picture: (S, S, 3) RGB uint8.

    Returns:
        (478, 3) float32 px.
    """
    side = float(picture.shape[0])
    found, _ = yield from trace(picture, Region(side / 2, side / 2, 0.8 * side, 0.0))
    for _ in range(2):
        found, _ = yield from trace(picture, region_around(found))
    return found


@click.command("expression-tables")
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    required=True,
    help="Folder with ict/ict_facekit.npz and faces/labels.npz.",
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default=TABLE)
def main(data: Path, out: Path) -> None:
    """Build the table of landmark displacements for the expression family."""
    networks = wiring.networks()
    table = build(data, lambda picture: run(find_on_render(picture), networks))
    np.savez_compressed(out, base=table.base, fields=table.fields, names=np.array(table.names))


if __name__ == "__main__":
    main()
