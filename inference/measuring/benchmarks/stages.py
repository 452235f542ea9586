"""The stages of the pipeline, one after the other on one thread of ours.

A kind's time runs from the studied face, or the kept avatar, to the finished picture: stickers are
die-cut by then, but not encoded; films of faces are. What several kinds need of one photo is timed
by itself: ``study``, ``person`` (freeing the person of their background), ``encode`` (a sticker as
PNG). Nothing drawn is still there from an earlier time.
"""

import gc
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar, cast

from inference.avatars import compose
from inference.face import analysis, masks
from inference.face.detect import detect
from inference.face.landmarks import region_around, trace
from inference.family import Chance, Family, Picture, Subject
from inference.measuring.statistics import Row, peak_mb, timings
from inference.models.calls import Calls, run
from inference.models.networks import Networks
from inference.pictures import films, images, sheet
from inference.serving.registry import FAMILIES
from storage.contract.avatars import AvatarSpec
from storage.contract.kinds import KINDS, Setting

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


Trial = tuple[str, tuple[Setting, ...]]
"""What is asked for: a kind and its settings."""

OF_FACES: dict[str, Trial] = {
    "cutout": ("cutout", ()),
    "emoji": ("emoji", KINDS["emoji"].default),
    "cartoon": ("cartoon", KINDS["cartoon"].default),
    "anime": ("cartoon", (Setting("anime"),)),
    "painted": ("cartoon", (Setting("hokusai", 0.6),)),
    "twin": ("cartoon", (Setting("twin"),)),
    "drawn": ("cartoon", (Setting("oil", 0.6),)),
    "scene": ("cartoon", (Setting("hokusai", 0.6), Setting("scene"))),
    "paint": ("cartoon", (Setting("picture", 0.6),)),
    "expression": ("expression", KINDS["expression"].default),
    "layers": ("edit", (Setting("hair:afro"),)),
    "tuning": ("tuning", (Setting("age:older", 0.5), Setting("draft"))),
    "mix": ("mix", KINDS["mix"].default),
    "lookalike": ("lookalike", KINDS["lookalike"].default),
    "expressions": ("expression-sheet", KINDS["expression-sheet"].default),
    "try_on": ("try-on", (Setting("hair"),)),
    "gallery": ("gallery", KINDS["gallery"].default),
}
"""What is made of faces, by subject."""

FILMS: dict[str, Trial] = {
    "animate": ("animate", (Setting("smile", 0.8),)),
    "animate_laugh": ("animate", (Setting("laugh", 0.8),)),
    "say": ("say", (Setting("words", words="hello there"),)),
}
"""Films of faces, timed to the last byte; ``_frames`` and ``_encode`` are the halves of it."""

OF_NOBODY: dict[str, Trial] = {"random": ("random", KINDS["random"].example)}
"""What is made of nothing, by subject."""

OF_AVATARS: dict[str, Trial] = {
    "mood": ("mood", KINDS["mood"].default),
    "moving_mood": ("mood", (*KINDS["mood"].default, Setting("moving"))),
    "mood_sheet": ("mood-sheet", KINDS["mood-sheet"].default),
    "preview": ("preview", KINDS["preview"].default),
    "lineup": ("lineup", KINDS["lineup"].default),
    "together": ("together", KINDS["together"].default),
}
"""What is made of kept avatars, by subject; ``mood_pack`` besides, a whole pack with encoding."""


def measure(photos: Sequence[bytes], rounds: int, networks: Networks) -> list[Row]:
    """Return median and 95th percentile of each stage, and the peak memory of them all."""
    families = {kind: family() for kind, family in FAMILIES.items()}
    run(analysis.warm_up(), networks)
    _one(photos[0], families, networks, Watch())
    watch = Watch()
    gc.collect()
    for _ in range(rounds):
        for photo in photos:
            _one(photo, families, networks, watch)
    rows = [row for subject, seconds in watch.seconds.items() for row in timings(subject, seconds)]
    return [*rows, Row("stages", "peak_mb", peak_mb(), None, None, 1, "MB")]


def _one(photo: bytes, families: Mapping[str, Family], networks: Networks, watch: Watch) -> None:
    image = watch.time("decode", lambda: images.decode(photo))
    watch.time("detect", partial(run, detect(image, 0), networks))
    report = watch.time("analysis", partial(run, analysis.find(image), networks))
    face = report.faces[0]
    traced = trace(image, region_around(face.landmarks))
    watch.time("landmarks", partial(run, traced, networks))
    portrait = watch.time("study", partial(run, analysis.study(image, report, face), networks))
    masked = masks.person_and_hair(portrait.image, portrait.report.landmarks)
    watch.time("masks", partial(run, masked, networks))
    watch.time("person", lambda: portrait.foreground)
    avatar: Mapping[str, object] = {}
    for subject, (kind, settings) in OF_FACES.items():
        compose.render.clear()
        second = image if subject in {"paint", "mix"} else None
        calls = families[kind].make(portrait, settings, second)
        picture = watch.time(subject, partial(run, calls, networks))
        if subject == "cutout":
            watch.time("encode", partial(images.encode_png, picture.frames))
        if subject == "emoji":
            avatar = picture.facts
    for subject, (kind, settings) in FILMS.items():
        _film(subject, families[kind].make(portrait, settings), networks, watch)
    for subject, (kind, settings) in OF_NOBODY.items():
        watch.time(subject, partial(run, families[kind].make(Chance(7), settings), networks))
    spec = AvatarSpec.from_json(avatar)
    for subject, (kind, settings) in OF_AVATARS.items():
        compose.render.clear()
        shown = _alike(avatar) if subject in ("lineup", "together") else spec
        watch.time(subject, partial(run, families[kind].make(shown, settings), networks))
    compose.render.clear()
    watch.time("mood_pack", partial(_pack, families["mood"], spec, networks))


def _film(subject: str, calls: Calls[Picture], networks: Networks, watch: Watch) -> None:
    picture = run(calls, networks)
    frames = watch.time(f"{subject}_frames", lambda: list(picture.frames))
    speed = picture.frames_per_second
    watch.time(f"{subject}_encode", partial(films.encode, frames, speed))
    halves = (watch.seconds[f"{subject}_{half}"][-1] for half in ("frames", "encode"))
    watch.seconds[subject].append(sum(halves))


def _pack(family: Family, subject: Subject, networks: Networks) -> list[bytes]:
    moods = [(Setting(name),) for name in KINDS["mood"].pack]
    drawn = [run(family.make(subject, mood), networks) for mood in moods]
    return [images.encode_png(picture.frames) for picture in drawn]


def _alike(avatar: Mapping[str, object]) -> tuple[AvatarSpec, ...]:
    """Nine avatars that differ in the part of which there are most to choose from."""
    spec = AvatarSpec.from_json(avatar)
    ranked = cast("Mapping[str, list[str]]", avatar["ranked"])
    slot = max(ranked, key=lambda name: len(ranked[name]))
    variants = ranked[slot][: sheet.PER_PAGE]
    return tuple(replace(spec, parts={**spec.parts, slot: variant}) for variant in variants)
