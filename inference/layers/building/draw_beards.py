"""Draw beards and moustaches hair by hair.

``python -m inference.layers.building.draw_beards`` reads ``beard.toml``, writes ``beard/``.
"""

import json
import tomllib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.layers.building.extract import write
from inference.layers.building.strands import Groom, Tuft, drawn
from inference.layers.pieces import ROOT
from inference.pictures.images import to_lab

SIDE = 320
"""px: of the face that the shapes are given on, the eyes 64 px apart."""

SCALE = 2
"""Pieces have this many times as many pixels: about as many as a sticker shows."""

_TONE = (34.0, 4.0, 9.0)  # brown: neither too dark nor too light to be dyed
_SKIN = (65.0, 14.0, 18.0)  # Lab of the skin in whose light coloured pieces were chosen


def draw(name: str, plan: dict[str, Any]) -> NDArray[np.uint8]:
    """Draw one piece of a plan.

    Args:
        name: of the piece.
        plan: ``beard.toml`` as it stands.

    Returns:
        (640, 640, 4) RGBA uint8.
    """
    piece = plan["piece"][name]
    tufts = []
    for row in piece["tufts"]:
        shapes = {key: np.array(plan[key][row[key]], np.float64) for key in ("area", "comb")}
        tufts.append(Tuft(**(row | shapes)))
    groom = Groom(
        side=SIDE,
        light=np.array(plan["face"]["light"], np.float64),
        tone=tuple(piece.get("tone", _TONE)),
        vary=piece.get("vary", 9.0),
    )
    return drawn(groom, tufts, SCALE)


def main() -> None:
    """Draw all pieces named in beard.toml."""
    plan = tomllib.loads((ROOT / "beard.toml").read_text("utf-8"))
    points = SCALE * np.array(plan["face"]["points"], np.float64)
    folder = ROOT / "beard"
    entries = []
    for name, row in plan["piece"].items():
        image = draw(name, plan)
        write(folder / f"{name}.webp", image)
        colour = np.median(to_lab(image[..., :3])[image[..., 3] > 150], axis=0)
        entries.append({
            "name": name,
            "tags": row["tags"],
            "points": points.tolist(),
            "skin": _SKIN,
            "colour": np.round(colour.astype(float), 1).tolist(),
            "yaw": 0.0,
            "licence": "Apache-2.0",
            "origin": "drawn here",
        })  # fmt: skip
    text = ",\n".join(json.dumps(entry) for entry in entries)
    (folder / "index.json").write_text(f"[\n{text}\n]\n", "utf-8")


if __name__ == "__main__":
    main()
