"""The pieces: what there is, and loading one.

Each kind has a folder with ``index.json`` (name, tags, landmarks, skin colour, licence, origin of
each piece) and a WEBP or two per piece. Built by ``inference.layers.building.extract``.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.errors import UnknownSetting
from inference.face import topology
from inference.face.report import Lab
from inference.layers.filling import spread

ROOT = Path(__file__).parent

_TURNED = 6.0  # degrees of yaw from which a piece is mirrored to look the wearer's way
_MIRRORED_OVAL = tuple(-i % len(topology.FACE_OVAL) for i in range(len(topology.FACE_OVAL)))


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece, cut from a picture of 320 px with the eyes 64 px apart.

    image: (S, S, 4) RGBA uint8, the piece. under: (S, S, 4) RGBA, the skin beside it that
    may show once the wearer's own hair is gone (ears, scalp), or None. points: (N, 2) float32 px,
    the piece's landmarks, those of the face oval for hair. skin: median of the face it came from.
    colour: median of the piece itself. yaw: degrees, as in ``inference.face.report.Pose``.
    """

    name: str
    tags: tuple[str, ...]
    image: NDArray[np.uint8]
    under: NDArray[np.uint8] | None
    points: NDArray[np.float32]
    skin: Lab
    colour: Lab
    yaw: float


@cache
def index(kind: str) -> dict[str, dict[str, object]]:
    """Return the index of one kind ("hair", "beard" ...), by name."""
    rows = json.loads((ROOT / kind / "index.json").read_text("utf-8"))
    return {row["name"]: row for row in rows}


@cache
def load(kind: str, name: str) -> Piece:
    """Load a piece.

    Args:
        kind: such as "hair".
        name: of the piece.

    Raises:
        UnknownSetting: there is no such piece.
    """
    row = index(kind).get(name)
    if row is None:
        raise UnknownSetting(f"{kind}:{name}")
    under = ROOT / kind / f"{name}.under.webp"
    return Piece(
        name=name,
        tags=tuple(row["tags"]),  # type: ignore[arg-type]
        image=_read(ROOT / kind / f"{name}.webp"),
        under=_read(under) if under.exists() else None,
        points=np.array(row["points"], np.float32),
        skin=tuple(row["skin"]),  # type: ignore[arg-type]
        colour=tuple(row["colour"]),  # type: ignore[arg-type]
        yaw=float(row["yaw"]),  # type: ignore[arg-type]
    )


def turned(piece: Piece, yaw: float) -> Piece:
    """Turn a piece placed by the face oval as it suits a head.

    Args:
        piece: of any kind placed by the face oval.
        yaw: of the head, degrees.
    """
    if abs(yaw) < _TURNED or yaw * piece.yaw >= 0:
        return piece
    return mirrored(piece, _MIRRORED_OVAL)


def mirrored(piece: Piece, partners: tuple[int, ...]) -> Piece:
    """Return the piece seen in a mirror.

    Args:
        piece: of any kind.
        partners: for each point the one on the other side.
    """
    width = piece.image.shape[1]
    points = piece.points[list(partners)].copy()
    points[:, 0] = width - points[:, 0]
    return Piece(
        piece.name,
        piece.tags,
        np.ascontiguousarray(piece.image[:, ::-1]),
        None if piece.under is None else np.ascontiguousarray(piece.under[:, ::-1]),
        points,
        piece.skin,
        piece.colour,
        -piece.yaw,
    )


def _read(path: Path) -> NDArray[np.uint8]:
    """Read a WEBP with alpha as RGBA, its colours continued beyond the alpha."""
    data = np.frombuffer(path.read_bytes(), np.uint8)
    image = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
    if image is None:
        raise UnknownSetting(path.stem)
    rgba = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGRA2RGBA), np.uint8)
    seen = rgba[..., 3:] > 0
    beyond = spread(rgba[..., :3], seen[..., 0].astype(np.float32))
    colours = np.where(seen, rgba[..., :3], np.clip(beyond, 0, 255).astype(np.uint8))
    return np.dstack([colours, rgba[..., 3]])
