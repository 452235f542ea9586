"""Build bare scalps from synthetic faces; see ``extract``.

``python -m inference.layers.building.extract_scalps --data DIR`` reads ``scalp.toml``,
writes ``scalp/``.
"""

from pathlib import Path

import click
import cv2
import numpy as np
from numpy.typing import NDArray

from inference import wiring
from inference.face import topology
from inference.face.masks import person_and_hair
from inference.layers.building.extract import Choice, Cut, build, skin_of
from inference.models.calls import Calls
from inference.pictures.images import to_lab
from inference.pictures.matting import foreground


def cut_scalp(
    image: NDArray[np.uint8], landmarks: NDArray[np.float32], choice: Choice
) -> Calls[Cut]:
    """Cut scalp and ears; towards the wearer's own forehead they fade.

    Args:
        image: (320, 320, 3) RGB uint8.
        landmarks: (478, 3) px.
        choice: its row of ``scalp.toml``.
    """
    del choice  # every scalp is cut alike
    unit = topology.face_height(landmarks)
    person, _ = yield from person_and_hair(image, landmarks)
    lab = to_lab(image)
    rows = np.arange(len(image), dtype=np.float32)[:, None]
    brows = landmarks[list(topology.BROW_TOPS), 1].min()
    top = landmarks[topology.FOREHEAD_MIDDLE, 1]
    lobes = landmarks[list(topology.EAR_LOBES), 1].mean()
    oval = topology.fill(person.shape, landmarks, topology.FACE_OVAL)
    soft = cv2.GaussianBlur(oval.astype(np.float32), (0, 0), 0.03 * unit)
    forehead = np.clip((brows - 0.06 * unit - rows) / (brows - 0.06 * unit - top), 0, 1)
    beside = np.clip((lobes + 0.05 * unit - rows) / (0.06 * unit), 0, 1)
    alpha = person / np.float32(255) * (soft * forehead + (1 - soft) * beside)
    matte = np.rint(alpha * 255).astype(np.uint8)
    skin = skin_of(lab, landmarks, np.zeros(person.shape, np.uint8))
    return Cut(
        image=np.dstack([foreground(image, person), matte]),
        under=None,
        points=landmarks[list(topology.FACE_OVAL), :2],
        skin=np.median(lab[topology.fill(person.shape, landmarks, topology.FOREHEAD)], axis=0),
        colour=skin,
    )


@click.command("scalps")
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True)
def main(data: Path) -> None:
    """Cut all scalps named in scalp.toml."""
    build(data, "scalp", cut_scalp, wiring.networks())


if __name__ == "__main__":
    main()
