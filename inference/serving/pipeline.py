"""From a photo to an outcome: decode, find, choose, study, then whatever the family does.

A job with an avatar goes to its family at once.
"""

import asyncio
import functools
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar
from uuid import UUID

from inference.errors import PhotoError, UnknownAvatar, UnknownSetting
from inference.face import analysis
from inference.face.numbering import number_faces
from inference.face.report import PhotoReport, Portrait
from inference.family import Composing, Family, Picture, Prepared, Tensors
from inference.models.runtime import Network
from inference.pictures.images import Image, decode, encode_png
from inference.serving.batching import MicroBatcher
from inference.serving.portraits import Portraits
from inference.serving.registry import FAMILIES
from inference.settings import InferenceSettings
from storage.contract.failures import Failure
from storage.contract.jobs import Done, Failed, Job, Outcome
from storage.contract.kinds import KINDS

Result = TypeVar("Result")


class Pipeline:
    """Runs jobs; any number at once, from one event loop.

    Pixels are worked on by ``settings.concurrency`` threads, networks by one batcher each.
    families: by kind; those of the registry unless given.
    """

    def __init__(
        self, settings: InferenceSettings, families: Mapping[str, Family] | None = None
    ) -> None:
        if families is None:
            families = {kind: family() for kind, family in FAMILIES.items()}
        self._families = families
        self._threads = ThreadPoolExecutor(settings.concurrency, thread_name_prefix="pipeline")
        self._portraits = Portraits()
        self._batchers = {
            name: MicroBatcher(Network(name).run, settings.batch, settings.batch_wait_ms / 1000)
            for name in {family.model for family in families.values()}
            if name is not None
        }

    async def run(
        self, job: Job, photo: bytes | None, report: bytes | None, picture: bytes | None = None
    ) -> tuple[Outcome, bytes | None]:
        """Work on a job.

        Args:
            job: what to make of which face.
            photo: the file as it was sent, None for a job with an avatar.
            report: what an earlier job found in this photo, if that was kept.
            picture: the job's second picture as it was sent, if it has one. A failure that is its
                fault says so in the detail: ``{"picture": True}``.

        Returns:
            The outcome, and a report of the photo worth keeping if there was none.
        """
        family = self._families.get(job.kind)
        if family is None:
            return Failed(Failure.BAD_REQUEST, {"kind": job.kind}), None
        made: list[PhotoReport] = []
        try:
            prepared = await self._prepare(family, job, photo, report, picture, made.append)
            outputs: Tensors | None = None
            if prepared.inputs is not None and family.model is not None:
                outputs = await self._batchers[family.model](prepared.inputs)
            done = await self._on_thread(_finish, family.finish, prepared, outputs)
        except PhotoError as error:
            return Failed(error.failure, error.detail, error.picture), _bytes(made)
        except (UnknownSetting, UnknownAvatar):
            return Failed(Failure.BAD_REQUEST, {"kind": job.kind}), _bytes(made)
        return done, _bytes(made)

    async def _prepare(
        self,
        family: Family,
        job: Job,
        photo: bytes | None,
        report: bytes | None,
        picture: bytes | None,
        keep: Callable[[PhotoReport], None],
    ) -> Prepared:
        """Have the family prepare the job's avatar, or the face in its photo."""
        settings = job.settings or KINDS[job.kind].default
        if job.avatar is not None and isinstance(family, Composing):
            return await self._on_thread(family.prepare_avatar, job.avatar, settings)
        if job.photo_id is None or photo is None:
            raise UnknownAvatar(f"{job.kind} needs a photo")
        portrait = await self._portraits.get(
            job.photo_id,
            job.face,
            lambda: self._on_thread(_study, photo, report, job.face, keep),
        )
        second = None if picture is None else await self._on_thread(_second, picture)
        return await self._on_thread(family.prepare, portrait, settings, second)

    @property
    def held(self) -> frozenset[UUID]:
        """The photos of which something is held in memory."""
        return self._portraits.photos

    def forget(self, photo_id: UUID) -> None:
        """Drop what is held in memory of a photo."""
        self._portraits.forget(photo_id)

    def warm_up(self) -> None:
        """Load what every job needs, so that the first is as quick as the next; blocks."""
        analysis.warm_up()

    def close(self) -> None:
        """Let threads go and forget all portraits."""
        self._portraits.clear()
        for batcher in self._batchers.values():
            batcher.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _on_thread(self, function: Callable[..., Result], *arguments: object) -> Result:
        return await asyncio.get_running_loop().run_in_executor(
            self._threads, functools.partial(function, *arguments)
        )


def _second(picture: bytes) -> Image:
    """Decode a second picture; raises PhotoError with a detail that names it."""
    try:
        return decode(picture)
    except PhotoError as error:
        raise PhotoError(error.failure, {"picture": True}) from error


def _study(
    photo: bytes,
    kept: bytes | None,
    face: int | None,
    keep: Callable[[PhotoReport], None],
) -> Portrait:
    """Decode a photo and study one face; hands a new report to ``keep`` even if it then fails."""
    image = decode(photo)
    report = _read(kept)
    if report is None:
        report = analysis.find(image)
        keep(report)
    try:
        chosen = analysis.choose(report, face)
    except PhotoError as error:
        if error.failure is Failure.TOO_MANY_FACES:
            error.picture = _numbered(image, report)
        raise
    return analysis.study(image, report, chosen)


def _numbered(image: Image, report: PhotoReport) -> bytes:
    return number_faces(analysis.turned(image, report), analysis.choices(report))


def _read(kept: bytes | None) -> PhotoReport | None:
    """Read a kept report; one of an older version counts as none."""
    if kept is None:
        return None
    try:
        return analysis.from_bytes(kept)
    except ValueError:
        return None


def _finish(finish: Callable[..., Picture], prepared: Prepared, outputs: Tensors | None) -> Done:
    picture = finish(prepared, outputs)
    return Done(encode_png(picture.frames, picture.frames_per_second), picture.facts)


def _bytes(made: list[PhotoReport]) -> bytes | None:
    return analysis.to_bytes(made[0]) if made else None
