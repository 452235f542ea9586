"""Whether a face reads as a woman or a man, by the judge of sliders, which trained nothing here."""

from pathlib import Path

import numpy as np

from inference.face.report import Portrait
from inference.latent.evaluation.protocol import fitted
from inference.latent.model import load

_HALF = 0.5  # women are 0, men 1


class SexJudge:
    """Reads perceived sex in the shape-free frame."""

    def __init__(self, work: Path) -> None:
        """work: where ``selfmoji train latent`` keeps its faces.

        Raises:
            click.ClickException: it has not run there.
        """
        self._judge = fitted(work).judge
        self._column = self._judge.names.index("Male")

    def read(self, picture: Portrait) -> str:
        """Return "1" for who reads as a man, "0" for who reads as a woman."""
        frame, landmarks = load().frame, picture.report.landmarks
        shape, _ = frame.shape(landmarks)
        texture = frame.texture(np.dstack([picture.image, picture.alpha]), landmarks)
        read = float(self._judge.read(texture[None], shape[None])[0, self._column])
        return "1" if read * float(self._judge.spread[self._column]) > _HALF else "0"
