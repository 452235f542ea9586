"""From a photo to an outcome: decode, find, choose, study, then whatever the family does.

A job with an avatar goes to its family at once.
"""

import asyncio
import functools
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from inference.avatars.spec import parse_subject
from inference.errors import PhotoError, UnknownAvatar, UnknownSetting, UnsuitableSubject
from inference.face import analysis
from inference.face.numbering import number_faces
from inference.face.report import PhotoReport, Portrait
from inference.family import Family, Picture, Subject
from inference.models.calls import Call, Calls, Tensors, run
from inference.models.networks import Networks
from inference.models.runtime import open_networks
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

    Pixels are worked on by ``settings.concurrency`` threads, and so are networks that run item by
    item; each of the others has a batcher. networks: those of the settings unless given. families:
    by kind; those of the registry unless given.
    """

    def __init__(
        self,
        settings: InferenceSettings,
        networks: Networks | None = None,
        families: Mapping[str, Family] | None = None,
    ) -> None:
        if families is None:
            families = {kind: family() for kind, family in FAMILIES.items()}
        if networks is None:
            networks = open_networks(settings)
        self._families = families
        self._networks = networks
        self._settings = settings
        self._threads = ThreadPoolExecutor(settings.concurrency, thread_name_prefix="pipeline")
        self._portraits = Portraits()
        self._batchers: dict[str, MicroBatcher] = {}
        self._jobs = 0

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
        self._jobs += 1
        try:
            subject = await self._subject(job, photo, report, made.append)
            second = None if picture is None else await self._on_thread(_second, picture)
            settings = job.settings or KINDS[job.kind].default
            shown = await self._drive(family.make(subject, settings, second))
            done = await self._on_thread(_encoded, shown)
        except PhotoError as error:
            return Failed(error.failure, error.detail, error.picture), _bytes(made)
        except (UnknownSetting, UnknownAvatar, UnsuitableSubject):
            return Failed(Failure.BAD_REQUEST, {"kind": job.kind}), _bytes(made)
        finally:
            self._jobs -= 1
        return done, _bytes(made)

    async def _subject(
        self,
        job: Job,
        photo: bytes | None,
        report: bytes | None,
        keep: Callable[[PhotoReport], None],
    ) -> Subject:
        """Read the job's avatar, or study the face in its photo."""
        if job.avatar is not None:
            return await self._on_thread(parse_subject, job.avatar)
        if job.photo_id is None or photo is None:
            return None
        return await self._portraits.get(
            job.photo_id,
            job.face,
            lambda: self._drive(_study(photo, report, job.face, keep)),
        )

    async def _drive(self, calls: Calls[Result]) -> Result:
        """Advance a generator on the threads, and have its calls answered among those of others."""
        answer: Tensors | None = None
        while True:
            step: Call | _End[Result] = await self._on_thread(
                _advance, calls, answer, self._networks
            )
            if isinstance(step, _End):
                return step.result
            answer = await self._batcher(step.model)(step.inputs)

    def _batcher(self, model: str) -> MicroBatcher:
        if model not in self._batchers:
            self._batchers[model] = MicroBatcher(
                lambda inputs: self._networks(Call(model, inputs)),
                self._settings.batch,
                self._settings.batch_wait_ms / 1000,
                company=lambda: self._jobs > 1,
            )
        return self._batchers[model]

    @property
    def held(self) -> frozenset[UUID]:
        """The photos of which something is held in memory."""
        return self._portraits.photos

    def forget(self, photo_id: UUID) -> None:
        """Drop what is held in memory of a photo."""
        self._portraits.forget(photo_id)

    def warm_up(self) -> None:
        """Load what every photo needs, so that the first is as quick as the next; blocks.

        Raises:
            DeviceUnavailable: networks cannot run where the settings say.
            WeightsError: a model file is missing or damaged.
        """
        run(analysis.warm_up(), self._networks)

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
) -> Calls[Portrait]:
    """Decode a photo and study one face; hands a new report to ``keep`` even if it then fails."""
    image = decode(photo)
    report = _read(kept)
    if report is None:
        report = yield from analysis.find(image)
        keep(report)
    try:
        chosen = analysis.choose(report, face)
    except PhotoError as error:
        if error.failure is Failure.TOO_MANY_FACES:
            error.picture = _numbered(image, report)
        raise
    return (yield from analysis.study(image, report, chosen))


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


def _encoded(picture: Picture) -> Done:
    return Done(encode_png(picture.frames, picture.frames_per_second), picture.facts)


@dataclass(frozen=True, slots=True)
class _End(Generic[Result]):
    result: Result


def _advance(
    calls: Calls[Result], answer: Tensors | None, networks: Networks
) -> Call | _End[Result]:
    """Go on until the end or a call that had better be answered in company."""
    try:
        call = next(calls) if answer is None else calls.send(answer)
        while not networks.batched(call.model):
            call = calls.send(networks(call))
    except StopIteration as end:
        return _End(end.value)
    return call


def _bytes(made: list[PhotoReport]) -> bytes | None:
    return analysis.to_bytes(made[0]) if made else None
