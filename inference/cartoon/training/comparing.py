"""Networks compared on the same pairs and as many pictures, from nothing (torch).

``original``: TwinGAN as it was published. ``cyclegan``. ``paired``: our network, on pairs alone.
``adversarial``: ours, the second half of its steps against heads on frozen features, too. All see
64 px; what they draw is enlarged alike and laid where the photo has the person, so that ``selfmoji
evaluate cartoon --baseline`` scores it as another tool's results.
"""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from rich.console import Console
from rich.progress import track
from torch import Tensor

from inference import wiring
from inference.cartoon import condition, tensors, twin
from inference.cartoon.portrait import palette, sitter
from inference.cartoon.portrait.options import AS_IT_IS
from inference.cartoon.training import loop
from inference.cartoon.training.cyclegan import CycleGan
from inference.cartoon.training.original import Original
from inference.cartoon.training.twins import Twins, gather
from inference.errors import PhotoError
from inference.face import analysis
from inference.face.report import Portrait
from inference.models.calls import run
from inference.pictures import images
from inference.training.watching import pixels
from storage.contract.photos import SUFFIXES

SIDE = 64
"""Pixels of a side."""

SIZE = 4
"""Pairs of a batch."""

_RATE = 6e-4
_LOGGED = 100  # steps between
_SHOWN = 12  # unseen people on a grid
_LARGER = 2  # times the photo's size that results are written at


class Contender(Protocol):
    """A network that is trained, step by step, to draw photos."""

    step: int
    twins: Twins

    def advance(self) -> dict[str, float]:
        """Do one step on ``SIZE`` pairs; returns the losses."""

    def draw(self, photos: Tensor, conditions: Tensor) -> Tensor:
        """Draw photos (N, 3, S, S) in -1..1, told (N, 7) of ``condition.of``."""


def _ours(twins: Twins, steps: int, alone: int | None) -> loop.Training:
    rising = max(1, steps // 4)
    return loop.Training(loop.Preset(SIZE, _RATE, {"drawing": alone}, rising, "cpu"), twins)


CONTENDERS: Mapping[str, Callable[[Twins, int], Contender]] = {
    "original": lambda twins, steps: Original(twins, SIZE, steps),
    "cyclegan": lambda twins, _steps: CycleGan(twins, SIZE),
    "paired": lambda twins, steps: _ours(twins, steps, None),
    "adversarial": lambda twins, steps: _ours(twins, steps, steps // 2),
}
"""By name: from pairs and how many steps there will be."""


def compare(name: str, data: Path, work: Path, pictures: int, faces: Path | None) -> Contender:
    """Train a contender from nothing and let it draw people it never saw.

    Args:
        name: one of ``CONTENDERS``.
        data: holds pairs, see ``pairs``.
        work: for a table of losses, a grid of unseen people and, in ``drawn``, the results.
        pictures: photos that it shall see.
        faces: folder of photos to draw.
    """
    work.mkdir(parents=True, exist_ok=True)
    console = Console()
    twins = gather(data).coarser(SIDE)
    steps = max(1, pictures // SIZE)
    contender = CONTENDERS[name](twins, steps)
    begun = time.process_time()
    with (work / "losses.tsv").open("w") as log:
        for step in track(range(steps), name, console=console):
            losses = contender.advance()
            if step % _LOGGED == 0 or step == steps - 1:
                spent = (time.process_time() - begun) / 60
                told = " ".join(f"{loss} {value:.3f}" for loss, value in losses.items())
                log.write(f"{step}\t{spent:.2f}\t{told}\n")
                log.flush()
    minutes = (time.process_time() - begun) / 60
    console.print(f"{name}: {steps * SIZE} pictures, {minutes:.1f} minutes of a processor")
    _grid(contender, twins, work / "grid.png")
    if faces is not None:
        draw_all(contender, faces, work / "drawn")
    return contender


def _grid(contender: Contender, twins: Twins, path: Path) -> None:
    """Write unseen photos, what is made of them, and what was to be."""
    batch = twins.held_back(_SHOWN)
    made = contender.draw(batch.photos, batch.conditions)
    rows = [np.hstack(list(pixels(row))) for row in (batch.photos, made, batch.drawings)]
    Image.fromarray(np.vstack(rows)).save(path)


def draw_all(contender: Contender, faces: Path, out: Path) -> None:
    """Draw photos, each to a PNG of its name, larger than the photo and framed as it is."""
    out.mkdir(parents=True, exist_ok=True)
    networks = wiring.networks()
    photos = sorted(path for path in faces.iterdir() if path.suffix.lower() in SUFFIXES)
    for path in track(photos, "drawing"):
        try:
            photo = images.decode(path.read_bytes())
            report = run(analysis.find(photo), networks)
            face = analysis.choose(report, None)
            portrait = run(analysis.study(photo, report, face), networks)
        except PhotoError:
            continue
        size = report.width * _LARGER, report.height * _LARGER
        made = drawn(contender, portrait, face.landmarks[:, :2] * _LARGER, size)
        Image.fromarray(made).save(out / f"{path.stem}.png")


def drawn(
    contender: Contender, portrait: Portrait, there: NDArray[np.float32], size: tuple[int, int]
) -> NDArray[np.uint8]:
    """Draw a person.

    Args:
        contender: who draws.
        portrait: of whom.
        there: (478, 2) px, where in the picture their landmarks shall be.
        size: of the picture, width and height.

    Returns:
        (height, width, 4) RGBA.
    """
    person = portrait.once(sitter.sit)
    photo = twin.seen(person)
    small = cv2.resize(twin.laid(photo), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    told = condition.of(
        palette.grown(person.colours, AS_IT_IS), person.chance("glasses", "clear", "sun")
    )
    planes = torch.from_numpy(tensors.to_planes(np.rint(small).astype(np.uint8)) * 2 - 1)
    made = pixels(contender.draw(planes[None], torch.from_numpy(told)[None]))[0]
    large = np.asarray(
        cv2.resize(made, (twin.SIDE, twin.SIDE), interpolation=cv2.INTER_CUBIC), np.uint8
    )
    sticker = twin.enlarged(large, twin.figure(large, photo[..., 3]))
    back, _ = cv2.estimateAffinePartial2D(person.landmarks.astype(np.float32), there)
    return np.asarray(cv2.warpAffine(sticker, back, size), np.uint8)
