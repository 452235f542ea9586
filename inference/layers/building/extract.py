"""Build pieces from synthetic faces: cut each chosen one out, once.

Only the sources ``sfhq_t2i`` and ``faker`` may lend visible pieces to somebody else's picture.
"""

import csv
import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face import topology
from inference.layers.pieces import ROOT
from inference.models.calls import Calls, run
from inference.models.networks import Networks
from inference.pictures.images import decode

SOURCES = ("sfhq_t2i", "faker")
QUALITY = 90

_TOUCHING = 10  # px of a border covered from which a piece counts as cut off there


@dataclass(frozen=True, slots=True)
class Cut:
    """What was cut out of one picture; see ``inference.layers.pieces.Piece``."""

    image: NDArray[np.uint8]
    under: NDArray[np.uint8] | None
    points: NDArray[np.float32]
    skin: NDArray[np.float32]
    colour: NDArray[np.float32]


Choice = Mapping[str, object]
"""One row of a kind's toml: the face's ``id``, the piece's ``tags``."""


def build(
    data: Path,
    kind: str,
    cut: Callable[[NDArray[np.uint8], NDArray[np.float32], Choice], Calls[Cut]],
    networks: Networks,
) -> None:
    """Cut every piece that ``{kind}.toml`` names and write the kind's folder.

    Args:
        data: a folder with ``faces``.
        kind: of piece.
        cut: given a face's (320, 320, 3) RGB picture, its (478, 3) landmarks and its row.
        networks: what finds masks.

    Raises:
        ValueError: a row names a face that may not lend visible pieces.
    """
    faces = data / "faces"
    labels = np.load(faces / "labels.npz")
    row_of = {name: i for i, name in enumerate(labels["ids"])}
    with (faces / "manifest.csv").open(encoding="utf-8") as stream:
        manifest = {row["id"]: row for row in csv.DictReader(stream)}
    out = ROOT / kind
    out.mkdir(exist_ok=True)
    entries = []
    for name, choice in tomllib.loads((ROOT / f"{kind}.toml").read_text("utf-8")).items():
        origin = manifest[choice["id"]]
        if origin["source"] not in SOURCES:
            raise ValueError(f"{name}: {origin['source']} may not lend visible pieces")
        image = decode((faces / "images" / f"{choice['id']}.webp").read_bytes())
        landmarks = labels["landmarks"][row_of[choice["id"]]].astype(np.float32)
        piece = run(cut(image, landmarks, choice), networks)
        write(out / f"{name}.webp", piece.image)
        if piece.under is not None:
            write(out / f"{name}.under.webp", piece.under)
        entries.append({
            "name": name,
            "tags": choice["tags"],
            "points": np.round(piece.points.astype(float), 1).tolist(),
            "skin": np.round(piece.skin.astype(float), 1).tolist(),
            "colour": np.round(piece.colour.astype(float), 1).tolist(),
            "yaw": round(float(origin["yaw"]) * 90, 1),
            "licence": origin["licence"],
            "origin": f"{origin['attribution']}, {choice['id']}",
        })  # fmt: skip
    text = ",\n".join(json.dumps(entry) for entry in entries)
    (out / "index.json").write_text(f"[\n{text}\n]\n", "utf-8")


def skin_of(
    lab: NDArray[np.float32], landmarks: NDArray[np.float32], hair: NDArray[np.uint8]
) -> NDArray[np.float32]:
    """Measure the skin of forehead and cheeks.

    Args:
        lab: (S, S, 3) float32.
        landmarks: (478, 2 or 3) px.
        hair: (S, S) uint8.

    Returns:
        (3,) float32, the median in Lab.
    """
    face = topology.fill(hair.shape, landmarks, *topology.CHEEKS, topology.FOREHEAD)
    return np.asarray(np.median(lab[face & (hair < 64)], axis=0), np.float32)


def frayed(rgba: NDArray[np.uint8], by: float = 0.13) -> NDArray[np.uint8]:
    """End hair in strands where the picture's border cut it off.

    Args:
        rgba: (S, S, 4).
        by: share of S over which strands end at lengths of their own at the lower border; at the
            others the mass is rounded.
    """
    side = len(rgba)
    solid = rgba[..., 3] > 96
    alpha = rgba[..., 3].astype(np.float32)
    grey = cv2.cvtColor(rgba[..., :3], cv2.COLOR_RGB2GRAY).astype(np.float32)
    across = np.arange(side, dtype=np.float32)
    for turns in range(4):  # the lower border first, then left, upper and right
        edge = np.flatnonzero(np.rot90(solid, turns)[-2:].any(axis=0))
        if len(edge) < _TOUCHING:
            continue
        strand = (1, 41) if turns == 0 else (9, 9)
        length = by * side if turns == 0 else 0.03 * side
        strands = cv2.blur(np.ascontiguousarray(np.rot90(grey, turns)), strand)
        uneven = np.asarray(strands - cv2.blur(strands, (25, 25)), np.float32)
        uneven = np.clip(uneven / (2 * uneven.std() + 1e-3), -1, 1)
        middle, half = (edge[0] + edge[-1]) / 2, max((edge[-1] - edge[0]) / 2, 1.0)
        corner = np.minimum(((across - middle) / half) ** 2, 2)  # 1 where the cut begins and ends
        sagitta = min(0.28 * half, (0.7 * by if turns == 0 else 0.09) * side)
        rounding = sagitta * corner[None] + 0.35 * length * (1 + uneven)
        left = (side - 2 - rounding - across[:, None]) / (0.04 * side)
        alpha = np.rot90(np.rot90(alpha, turns) * np.clip(left, 0, 1), -turns)
    return np.dstack([rgba[..., :3], np.rint(alpha).astype(np.uint8)])


def write(path: Path, rgba: NDArray[np.uint8]) -> None:
    """Write a piece as WEBP; colours under zero alpha are dropped, they cost bytes.

    Args:
        path: of the file.
        rgba: (H, W, 4) RGBA uint8.
    """
    shown = rgba.copy()
    shown[rgba[..., 3] == 0] = 0
    bgra = cv2.cvtColor(shown, cv2.COLOR_RGBA2BGRA)
    _, data = cv2.imencode(".webp", bgra, [cv2.IMWRITE_WEBP_QUALITY, QUALITY])
    path.write_bytes(data.tobytes())
