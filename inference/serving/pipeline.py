"""From a photo to an outcome: decode, find, choose, study, then whatever the family does.

A job with an avatar goes to its family at once.
"""

import asyncio
import functools
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Generic, TypeVar
from uuid import UUID

from inference.avatars.spec import parse_subject
from inference.errors import PhotoError, UnknownAvatar, UnknownSetting, UnsuitableSubject
from inference.face import analysis, best_frame
from inference.face.numbering import number_faces
from inference.face.report import PhotoReport, Portrait
from inference.family import Chance, Family, Follower, Picture, Subject
from inference.models.calls import Call, Calls, Tensors, run
from inference.models.networks import Networks
from inference.models.runtime import open_networks
from inference.pictures import films, footage
from inference.pictures.finishing import OnCard, finished_with
from inference.pictures.footage import Footage
from inference.pictures.images import Image, decode, encode_png
from inference.pictures.lettering.captions import Captioned, captioned_drawing
from inference.pictures.lettering.shaping import missing
from inference.serving import registry
from inference.serving.album import Album, Faced, opened
from inference.serving.batching import MicroBatcher
from inference.serving.contract import Photos, Told, untold
from inference.serving.metrics import STAGE
from inference.serving.portraits import Portraits
from inference.settings import InferenceSettings
from storage.contract.captions import Caption, parted
from storage.contract.drawings import with_drawing
from storage.contract.failures import Failure
from storage.contract.finishing import USUAL, Finish, finish_parted
from storage.contract.jobs import Done, Failed, Job, Outcome
from storage.contract.kinds import KINDS, Setting
from storage.contract.photos import is_footage
from storage.errors import PhotoGone

Result = TypeVar("Result")

_FEW, _CROWD = 2, 12
"""How few and how many people of a photo are worked on together."""


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
            families = registry.opened(guest=settings.style_model is not None)
        if networks is None:
            networks = open_networks(settings)
        self.networks = networks
        self._families = families
        self._settings = settings
        self._threads = ThreadPoolExecutor(settings.concurrency, thread_name_prefix="pipeline")
        self._portraits = Portraits()
        self._batchers: dict[str, MicroBatcher] = {}
        self._jobs = 0

    async def run(self, job: Job, photos: Photos, told: Told = untold) -> Outcome:
        """Work on a job; ``told`` hears from a thread how far a film is.

        A failure that is the fault of the second photo says so in its detail:
        ``{"picture": True}``.

        Raises:
            PhotoGone: one of its photos is.
        """
        family = self._families.get(job.kind)
        if family is None:
            return Failed(Failure.BAD_REQUEST, {"kind": job.kind})
        settings, caption = parted(job.settings)
        settings, finish = finish_parted(settings)
        settings = settings or KINDS[job.kind].default
        if caption is not None and (unknown := missing(caption.text)):
            return Failed(Failure.NO_LETTERS, {"missing": list(unknown)})
        self._jobs += 1
        try:
            with STAGE.labels("reading").time():
                subject, album = await self._subject(job, settings, photos)
                second = await self._second(job, photos, family)
                ground = await self._ground(finish, photos)
            with STAGE.labels("making").time():
                picture = await self.drive(_made(family, subject, settings, second), finish)
                picture = await self.on_thread(_dressed, picture, ground, caption)
            picture = _placed(picture, album)
            with STAGE.labels("encoding").time():
                return await self.on_thread(_encoded, picture, told)
        except PhotoError as error:
            return Failed(error.failure, error.detail, error.picture)
        except (UnknownSetting, UnknownAvatar, UnsuitableSubject):
            return Failed(Failure.BAD_REQUEST, {"kind": job.kind})
        finally:
            self._jobs -= 1

    async def _subject(
        self, job: Job, settings: tuple[Setting, ...], photos: Photos
    ) -> tuple[Subject, Album | None]:
        """Read the job's avatar, or study who is in its photo; else its number is chance.

        Also returns what is looked through, whose faces follow the photo's in the subject.
        """
        if job.avatar is not None and isinstance(seed := job.avatar.get("seed"), int):
            return Chance(seed), None
        if job.avatar is not None:
            return await self.on_thread(parse_subject, job.avatar), None
        if job.photo_id is None:
            return Chance(job.id.int % 2**32), None
        kind, names = KINDS[job.kind], {setting.name for setting in settings}
        if names & {*kind.searched}:
            photo, report = await photos.read(job.photo_id)
            asked = await self.drive(_study_any(photo, report, job.face, photos.keep))
            album = await opened(job.photo_id, photos, functools.partial(self._faces, photos))
            return (asked, *album.portraits), album
        if names & {*kind.crowd}:
            photo, report = await photos.read(job.photo_id)
            return await self.drive(_study_all(photo, report, photos.keep)), None
        return await self.portrait(job.photo_id, job.face, photos), None

    async def _faces(self, photos: Photos, photo_id: UUID) -> tuple[Faced, ...]:
        """Study the faces of a photo that are good enough; nothing is kept of them."""
        photo, report = await photos.read(photo_id)
        return await self.drive(_study_each(photo, report))

    async def portrait(self, photo_id: UUID, face: int | None, photos: Photos) -> Portrait:
        """Study a face, unless that was done lately.

        Raises:
            PhotoError: there is nothing to be done with it.
            PhotoGone: the photo is.
        """

        async def study() -> Portrait:
            photo, report = await photos.read(photo_id)
            return await self.drive(_study(photo, report, face, photos.keep))

        return await self._portraits.get(photo_id, face, study)

    async def _second(self, job: Job, photos: Photos, family: Family) -> Image | Footage | None:
        if job.avatar is not None or job.second_photo_id is None:
            return None
        photo, _ = await photos.read(job.second_photo_id)
        follows = isinstance(family, Follower)
        return await self.on_thread(_decoded_second, photo, follows)

    async def _ground(self, finish: Finish, photos: Photos) -> str | Image:
        """Return what lies behind: a colour, a picture, or "" for nothing."""
        if finish.photo is None:
            return finish.ground
        try:
            photo, _ = await photos.read(finish.photo)
            return await self.on_thread(_decoded, photo)
        except (PhotoGone, PhotoError):  # replaced meanwhile, or no picture: the sticker is without
            return ""

    async def drive(self, calls: Calls[Result], finish: Finish = USUAL) -> Result:
        """Advance a generator on the threads, and have its calls answered among those of others."""
        answer: Tensors | None = None
        while True:
            step: Call | _End[Result] = await self.on_thread(
                _advance, calls, answer, self.networks, finish
            )
            if isinstance(step, _End):
                return step.result
            answer = await self._batcher(step.model)(step.inputs)

    def _batcher(self, model: str) -> MicroBatcher:
        if model not in self._batchers:
            self._batchers[model] = MicroBatcher(
                lambda inputs: self.networks(Call(model, inputs)),
                self._settings.batch,
                self._settings.batch_wait_ms / 1000,
                company=lambda: self._jobs > 1,
                name=model,
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
        run(analysis.warm_up(), self.networks)

    def close(self) -> None:
        """Let threads go and forget all portraits."""
        self._portraits.clear()
        for batcher in self._batchers.values():
            batcher.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def on_thread(self, function: Callable[..., Result], *arguments: object) -> Result:
        """Call a function on one of the threads that pixels are worked on."""
        return await asyncio.get_running_loop().run_in_executor(
            self._threads, functools.partial(function, *arguments)
        )


def _decoded(photo: bytes) -> Image:
    """Decode a photo, or the sharpest frame of a film; raises PhotoError."""
    if is_footage(photo):
        return max(footage.candidates(photo), key=footage.sharpness)
    return decode(photo)


def _decoded_second(photo: bytes, follows: bool) -> Image | Footage:
    """Decode a second photo, or a film that is followed; raises PhotoError that names it."""
    try:
        if follows and is_footage(photo):
            found = footage.moving(photo)
            if len(found.frames) > 1:
                return found
        return _decoded(photo)
    except PhotoError as error:
        raise PhotoError(error.failure, {"picture": True}) from error


def _made(
    family: Family, subject: Subject, settings: tuple[Setting, ...], second: Image | Footage | None
) -> Calls[Picture]:
    """Have a picture made, or a film where the second picture is one."""
    if isinstance(second, Footage):
        if not isinstance(family, Follower):
            raise UnknownSetting("a film")
        return family.follow(subject, settings, second)
    return family.make(subject, settings, second)


def _study(
    photo: bytes, kept: bytes | None, face: int | None, keep: Callable[[bytes], None]
) -> Calls[Portrait]:
    """Decode a photo and study one face; hands a new report to ``keep`` even if it then fails."""
    image, report = yield from _looked_at(photo, kept, keep)
    try:
        chosen = analysis.choose(report, face)
    except PhotoError as error:
        if error.failure is Failure.TOO_MANY_FACES:
            error.picture = _numbered(image, report)
        raise
    return (yield from analysis.study(image, report, chosen))


def _study_all(
    photo: bytes, kept: bytes | None, keep: Callable[[bytes], None]
) -> Calls[tuple[Portrait, ...]]:
    """Study every face of a photo that can be worked on, the largest first."""
    image, report = yield from _looked_at(photo, kept, keep)
    faces = analysis.usable(report)[:_CROWD]
    if len(faces) < _FEW:
        raise PhotoError(Failure.ALONE)
    people: tuple[Portrait, ...] = ()
    for face in faces:
        people += ((yield from analysis.study(image, report, face)),)
    return people


def _study_any(
    photo: bytes, kept: bytes | None, face: int | None, keep: Callable[[bytes], None]
) -> Calls[Portrait]:
    """Study one face of a picture, be it drawn or hardly seen; the largest if none is chosen."""
    image, report = yield from _looked_at(photo, kept, keep)
    faces = analysis.choices(report)
    chosen = faces[face] if face is not None and face < len(faces) else faces[0]
    return (yield from analysis.study(image, report, chosen))


def _study_each(photo: bytes, kept: bytes | None) -> Calls[tuple[Faced, ...]]:
    """Study the faces of a photo that can be worked on; an only one needs no number."""
    image, report = yield from _looked_at(photo, kept, lambda _: None)
    usable, choices = analysis.usable(report), analysis.choices(report)
    people: tuple[Faced, ...] = ()
    for number, face in enumerate(choices[:_CROWD]):
        if any(face is one for one in usable):
            portrait = yield from analysis.study(image, report, face)
            people += ((number if len(choices) > 1 else None, portrait),)
    return people


def _looked_at(
    photo: bytes, kept: bytes | None, keep: Callable[[bytes], None]
) -> Calls[tuple[Image, PhotoReport]]:
    """Decode a photo and find its faces, unless that was done before."""
    if is_footage(photo):  # which frame it was is found again
        image, report = yield from best_frame.best(footage.candidates(photo))
        keep(analysis.to_bytes(report))
        return image, report
    image, known = decode(photo), _read(kept)
    report = known or (yield from analysis.find(image))
    if known is None:
        keep(analysis.to_bytes(report))
    return image, report


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


def _placed(picture: Picture, album: Album | None) -> Picture:
    """Say which photo was found in an album, where the family says which face."""
    found = picture.facts.get("found")
    if album is None or not isinstance(found, int):
        return picture
    return replace(picture, facts={"found": album.told(found)})


def _dressed(picture: Picture, ground: str | Image, caption: Caption | None) -> Picture:
    """Put a picture on its card and its caption on that, where there are any."""
    frames = picture.frames
    if len(ground):
        frames = OnCard(frames, ground)
    drawing = picture.drawing
    if caption is not None:
        frames = Captioned(frames, caption)
        drawing = captioned_drawing(drawing, caption) if drawing else ""
    return replace(picture, frames=frames, drawing=drawing)


def _encoded(picture: Picture, told: Told) -> Done:
    if len(picture.frames) > 1:
        return Done(films.encode(picture.frames, picture.frames_per_second, told), picture.facts)
    png = encode_png(picture.frames)
    return Done(with_drawing(png, picture.drawing) if picture.drawing else png, picture.facts)


@dataclass(frozen=True, slots=True)
class _End(Generic[Result]):
    result: Result


def _advance(
    calls: Calls[Result], answer: Tensors | None, networks: Networks, finish: Finish
) -> Call | _End[Result]:
    """Go on until the end or a call that had better be answered in company."""
    with finished_with(finish):
        try:
            call = next(calls) if answer is None else calls.send(answer)
            while not networks.batched(call.model):
                call = calls.send(networks(call))
        except StopIteration as end:
            return _End(end.value)
    return call
