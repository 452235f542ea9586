"""Jobs as workers get them, and their photos as files."""

from datetime import UTC, datetime
from uuid import uuid4

import cv2

from storage.contract.jobs import Job, JobState

SECOND = uuid4()


class Files:
    """The photos of a job, as files; counts how often they were read."""

    def __init__(self, photo=None, report=None, second=None, album=None):
        self.photo, self.report, self.second = photo, report, second
        self.album = album or {}
        self.reads = 0
        self.kept = None

    async def read(self, photo_id):
        self.reads += 1
        if photo_id in self.album:
            return self.album[photo_id], None
        return (self.second, None) if photo_id == SECOND else (self.photo, self.report)

    async def others(self, photo_id, most):
        assert photo_id not in self.album
        return tuple(self.album)[:most]

    def keep(self, report):
        self.kept = report


def job(kind="cutout", *settings, photo_id=None, face=None, avatar=None, second=None):
    return Job(
        person_id=uuid4(),
        photo_id=photo_id or (None if avatar else uuid4()),
        second_photo_id=second,
        kind=kind,
        settings=settings,
        platform="web",
        chat="1",
        face=face,
        avatar=avatar,
        id=uuid4(),
        state=JobState.RUNNING,
        attempts=1,
        created=datetime.now(UTC),
    )


def jpeg(image):
    _, encoded = cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 90])
    return encoded.tobytes()
