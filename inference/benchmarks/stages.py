"""The stages of the pipeline, one after the other on one thread of ours."""

import gc
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeVar

from inference import images
from inference.face import analysis, masks
from inference.face.detect import detect
from inference.face.landmarks import region_around, trace
from inference.face.report import Portrait
from inference.family import Family, Picture
from inference.measure import Row, peak_mb, timings
from inference.registry import FAMILIES
from inference.runtime import Network
from storage.kinds import KINDS, Setting

Result = TypeVar("Result")


class Watch:
    """Run times in seconds by subject."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = defaultdict(list)

    def time(self, subject: str, work: Callable[[], Result]) -> Result:
        """Do the work and note how long it took."""
        start = time.perf_counter()
        result = work()
        self.seconds[subject].append(time.perf_counter() - start)
        return result


TRIALS: dict[str, tuple[str, tuple[Setting, ...]]] = {
    "cutout": ("cutout", ()),
    "emoji": ("emoji", KINDS["emoji"].default),
    "cartoon": ("cartoon", KINDS["cartoon"].default),
    "paint": ("cartoon", (Setting("picture", 0.6),)),
    "expression": ("expression", KINDS["expression"].default),
    "layers": ("edit", (Setting("hair:afro"),)),
    "try_on": ("try-on", (Setting("hair"),)),
}
"""What is asked for, by subject: a kind and its settings."""


def measure(photos: Sequence[bytes], rounds: int) -> list[Row]:
    """Return median and 95th percentile of each stage, and the peak memory of them all."""
    families = {kind: family() for kind, family in FAMILIES.items()}
    names = {family.model for family in families.values() if family.model}
    networks = {name: Network(name) for name in names}
    analysis.warm_up()
    _one(photos[0], families, networks, Watch())
    watch = Watch()
    gc.collect()
    for _ in range(rounds):
        for photo in photos:
            _one(photo, families, networks, watch)
    rows = [row for subject, seconds in watch.seconds.items() for row in timings(subject, seconds)]
    return [*rows, Row("stages", "peak_mb", peak_mb(), None, None, 1, "MB")]


def _one(
    photo: bytes, families: Mapping[str, Family], networks: Mapping[str, Network], watch: Watch
) -> None:
    image = watch.time("decode", lambda: images.decode(photo))
    watch.time("detect", lambda: detect(image, 0))
    report = watch.time("analysis", lambda: analysis.find(image))
    face = report.faces[0]
    watch.time("landmarks", lambda: trace(image, region_around(face.landmarks)))
    portrait = watch.time("study", lambda: analysis.study(image, report, face))
    landmarks = portrait.report.landmarks
    watch.time("masks", lambda: masks.person_and_hair(portrait.image, landmarks))
    for subject, (kind, settings) in TRIALS.items():
        second = image if subject == "paint" else None
        make = partial(_make, families[kind], networks, portrait, settings, second)
        picture = watch.time(subject, make)
        if subject == "cutout":
            watch.time("encode", partial(images.encode_png, picture.frames))


def _make(
    family: Family,
    networks: Mapping[str, Network],
    portrait: Portrait,
    settings: tuple[Setting, ...],
    second: images.Image | None,
) -> Picture:
    prepared = family.prepare(portrait, settings, second)
    outputs = None
    if prepared.inputs is not None and family.model is not None:
        batch = {name: tensor[None] for name, tensor in prepared.inputs.items()}
        outputs = {name: rows[0] for name, rows in networks[family.model].run(batch).items()}
    return family.finish(prepared, outputs)
