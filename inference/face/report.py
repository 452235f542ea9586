"""What is known of a face: plain data, computed once per photo, kept with it.

Coordinates are pixels with the origin at the upper left corner's outer edge, x to the right, y
down. ``PhotoReport`` speaks in the decoded photo's pixels; ``Portrait`` carries one face's own
square picture and speaks in that picture's.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Concatenate, Generic, ParamSpec, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from inference.models.calls import Calls
from inference.pictures.matting import foreground

Result = TypeVar("Result")
Arguments = ParamSpec("Arguments")

_PHOTOGRAPHIC = 0.99  # 625 photos have more, nearly all drawn portraits less

Lab = tuple[float, float, float]
"""CIE L*a*b* (D65): L 0..100, a and b about -100..100."""


@dataclass(frozen=True, slots=True)
class Pose:
    """Head pose in degrees.

    yaw > 0: the nose points to the picture's right; pitch > 0: up; roll > 0: the head leans
    clockwise as seen.
    """

    yaw: float
    pitch: float
    roll: float


@dataclass(frozen=True, slots=True)
class Quality:
    """Whether a face can be worked with.

    eye_distance: pixels between the irises. sharpness: 0..1, the share of the face's detail at
    128 px that one more blur would take. brightness: median L* of the skin. contrast: difference
    of L* between the two cheeks (hard side light is > 25). photographic: 0 (a drawing) to 1 (a
    photo). highlight: 95th percentile of L* in the face, high in good light on skin of any tone.
    burnt: share of a coloured picture's face that is white for too much light.
    """

    eye_distance: float
    sharpness: float
    brightness: float
    contrast: float
    photographic: float
    highlight: float = 100.0
    burnt: float = 0.0

    @property
    def drawn(self) -> bool:
        """Whether it is likelier a drawing; sure enough to look for a photo, not to refuse one."""
        return self.photographic < _PHOTOGRAPHIC


@dataclass(frozen=True, slots=True)
class FoundFace:
    """One face as found.

    landmarks: (478, 3) float32 px, z in the same scale, towards the camera negative. blendshapes:
    (52,) float32 0..1 in the order of ``inference.face.blendshapes.NAMES``.
    """

    landmarks: NDArray[np.float32]
    blendshapes: NDArray[np.float32]
    pose: Pose
    quality: Quality


@dataclass(frozen=True, slots=True)
class PhotoReport:
    """All faces of one photo (width x height px), the largest first.

    quarter_turns: how often the decoded photo must be turned counter-clockwise (``numpy.rot90``)
    for its faces to stand upright; everything else here speaks of the photo so turned.
    """

    width: int
    height: int
    faces: tuple[FoundFace, ...]
    quarter_turns: int = 0


@dataclass(frozen=True, slots=True)
class Colours:
    """Robust medians in Lab. ``hair`` and ``hair_second`` are None for the bald and the covered."""

    skin: Lab
    lips: Lab
    brows: Lab
    iris: Lab
    hair: Lab | None
    hair_second: Lab | None


@dataclass(frozen=True, slots=True)
class Hair:
    """What mask and landmarks say of the hair.

    length: "bald" | "buzz" | "short" | "medium" | "long"; medium reaches the chin, long the
    shoulders. fringe: 0..1 share of the forehead that hair covers. receding: 0..1. covered: a hat
    or scarf hides it. volume: width of the hair over width of the face.
    """

    length: str
    fringe: float
    receding: float
    covered: bool
    volume: float


@dataclass(frozen=True, slots=True)
class FaceReport:
    """Everything about one studied face, in its portrait's pixels; see ``FoundFace`` for shapes."""

    landmarks: NDArray[np.float32]
    blendshapes: NDArray[np.float32]
    pose: Pose
    quality: Quality
    colours: Colours
    hair: Hair


@dataclass(frozen=True)
class Portrait:
    """One face with room for hair and shoulders, as the families get it.

    image: (S, S, 3) uint8 RGB, S <= 640. The square lies around the head, not turned; where it
    leaves the photo, the image repeats its edge and ``alpha`` is 0.
    alpha: (S, S) uint8, the person (body or hair), refined to single strands.
    hair_mask: (S, S) uint8, the hair, refined likewise.
    """

    image: NDArray[np.uint8]
    alpha: NDArray[np.uint8]
    hair_mask: NDArray[np.uint8]
    report: FaceReport
    _lock: Lock = field(default_factory=Lock, init=False, repr=False, compare=False)
    _measures: dict[object, "_Once[object]"] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _answers: dict[object, object] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @property
    def foreground(self) -> NDArray[np.uint8]:
        """``image`` with the person's own colours at their rim and beyond it, read-only.

        (S, S, 3) RGB; see ``inference.pictures.matting.foreground``.
        """
        return self.once(_foreground)

    def once(
        self,
        measure: Callable[Concatenate["Portrait", Arguments], Result],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Result:
        """Measure something of this portrait when first asked for, and keep it.

        One photo usually asks for several stickers at once, on several threads: whoever asks while
        another measures waits for that.

        Args:
            measure: a function of the portrait, the same object each time.
            *args: what it takes besides, always of the same values.
            **kwargs: likewise.
        """
        with self._lock:
            kept = self._measures.setdefault(measure, _Once())
        return cast("Result", kept.get(lambda: measure(self, *args, **kwargs)))

    def once_called(self, ask: Callable[["Portrait"], Calls[Result]]) -> Calls[Result]:
        """``once`` for what networks say; nobody waits, so two at the same time may both ask.

        Args:
            ask: a function of the portrait alone, the same object each time.
        """
        if ask not in self._answers:
            self._answers[ask] = yield from ask(self)
        return cast("Result", self._answers[ask])


class _Once(Generic[Result]):
    """One result, to be had once; a failure is not kept."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._found: tuple[Result] | None = None

    def get(self, find: Callable[[], Result]) -> Result:
        with self._lock:
            if self._found is None:
                self._found = (find(),)
            return self._found[0]


def _foreground(portrait: Portrait) -> NDArray[np.uint8]:
    own = foreground(portrait.image, portrait.alpha)
    own.setflags(write=False)
    return own
