"""The labelled faces, read from a folder."""

from pathlib import Path

import numpy as np

from inference.training.faces import gather
from tests.inference.making import networks


def test_faces_are_read_once_and_split(labelled_faces: Path, tmp_path: Path) -> None:
    """Rejected faces are left out, a few are kept back for tuning, masks are computed once."""
    seen: list[int] = []

    def track(numbers: range) -> range:
        seen.extend(numbers)
        return numbers

    faces = gather(labelled_faces, tmp_path / "masks.npz", networks, track)
    again = gather(labelled_faces, tmp_path / "masks.npz", networks, track)
    assert len(seen) == 15  # the second time nothing had to be computed
    assert len(faces) == len(again) == 14
    np.testing.assert_array_equal(faces.hair, again.hair)
    assert faces.training.sum() == 12
    assert faces.tuning.sum() == 1
    assert faces.training[faces.tuning].all()
