"""From a job to its outcome."""

import asyncio
import io
from dataclasses import replace
from uuid import uuid4

import av
import cv2
import numpy as np
import pytest
from PIL import Image as Pillow

from inference.face import analysis
from inference.pictures.images import decode, encode_png
from inference.serving.pipeline import Pipeline
from inference.serving.registry import FAMILIES
from inference.settings import InferenceSettings
from storage.contract.failures import Failure
from storage.contract.jobs import Done, Failed
from storage.contract.kinds import KINDS, Setting
from storage.errors import PhotoGone
from tests.inference.drivers import frame
from tests.inference.serving.jobs import SECOND, Files, job, jpeg


def test_registry_serves_all_kinds():
    """Every kind of job has its family, and the family knows it."""
    assert set(FAMILIES) == set(KINDS)
    for kind, family in FAMILIES.items():
        assert family().kind == kind


# those show avatars, nobody, or two people
NOT_OF_A_PHOTO = {"preview", "lineup", "random", "mix", "together"}
OF_PHOTOS = [kind for kind in KINDS if kind not in NOT_OF_A_PHOTO]
MOVING = ("animate", "say")
STILL = [kind for kind in OF_PHOTOS if not KINDS[kind].sheet and kind not in MOVING]


@pytest.mark.parametrize("kind", STILL)
async def test_a_selfie_becomes_a_sticker(pipeline, photo, kind):
    """Each kind at its default gives a 512 px RGBA picture with a transparent ground."""
    files = Files(photo)
    outcome = await pipeline.run(job(kind), files)
    assert isinstance(outcome, Done)
    with Pillow.open(io.BytesIO(outcome.picture)) as picture:
        assert max(picture.size) == 512
        assert picture.mode == "RGBA"
        alpha = np.asarray(picture)[..., 3]
    assert 0.1 < (alpha > 0).mean() < 0.9
    assert analysis.from_bytes(files.kept).faces


@pytest.mark.parametrize("kind", MOVING)
async def test_a_selfie_becomes_a_film(pipeline, photo, kind):
    """What moves comes as a small WEBM with alpha, and tells how far it is on the way."""
    told = []
    wanted = job(kind, Setting("words", words="hello")) if kind == "say" else job(kind)
    outcome = await pipeline.run(wanted, Files(photo), told.append)
    assert isinstance(outcome, Done)
    assert outcome.picture.startswith(b"\x1aE\xdf\xa3")
    assert len(outcome.picture) <= 256 * 1024
    with av.open(io.BytesIO(outcome.picture)) as film:
        assert film.streams.video[0].metadata["alpha_mode"] == "1"
        assert film.duration <= 3_000_000
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1.0)


async def test_everybody_in_a_photo_becomes_one_face(pipeline, photo, two_people):
    """The average of two is neither's sticker; of one alone there is none."""
    everyone = job("mix", Setting("everyone"))
    files = Files(two_people)
    outcome = await pipeline.run(everyone, files)
    assert isinstance(outcome, Done)
    assert len(analysis.from_bytes(files.kept).faces) == 2
    with Pillow.open(io.BytesIO(outcome.picture)) as picture:
        assert picture.size == (512, 512)
    alone = await pipeline.run(everyone, Files(photo))
    assert alone == Failed(Failure.ALONE)


async def test_an_avatar_needs_no_photo(pipeline, photo):
    """What an emoji's facts tell is drawn again alike; what no family can draw is a bad request."""
    matched = await pipeline.run(job("emoji"), Files(photo))
    avatar = {name: matched.facts[name] for name in ("style", "parts", "colours")}
    none = Files()
    drawn = await pipeline.run(job("emoji", avatar=avatar), none)
    assert isinstance(drawn, Done)
    assert drawn.picture == matched.picture
    for kind, wrong in (("emoji", {**avatar, "style": "oil"}), ("cutout", avatar)):
        outcome = await pipeline.run(job(kind, avatar=wrong), none)
        assert outcome == Failed(Failure.BAD_REQUEST, {"kind": kind})
    assert none.reads == 0


async def test_a_sheet_shows_nine_looks(pipeline, photo):
    """It is opaque and says which looks it shows."""
    outcome = await pipeline.run(job("try-on", Setting("glasses")), Files(photo))
    assert isinstance(outcome, Done)
    assert len(outcome.facts["names"]) == 9
    assert set(outcome.facts["names"]) <= set(KINDS["edit"].settings)
    with Pillow.open(io.BytesIO(outcome.picture)) as picture:
        assert (np.asarray(picture)[..., 3] == 255).all()


async def test_a_picture_lends_its_style(pipeline, photo):
    """Two pictures paint the same person differently; one that is no picture is told apart."""
    painted = Setting("picture", 0.8)
    stripes = np.zeros((300, 400, 3), np.uint8)
    stripes[::12] = stripes[1::12] = stripes[2::12] = (240, 180, 30)
    dots = np.full((300, 300, 3), 250, np.uint8)
    for x, y in np.argwhere(np.ones((15, 15))) * 20 + 10:
        cv2.circle(dots, (int(x), int(y)), 6, (20, 90, 160), -1)
    results = []
    for picture in (stripes, dots):
        files = Files(photo, second=jpeg(picture))
        outcome = await pipeline.run(job("cartoon", painted, second=SECOND), files)
        assert isinstance(outcome, Done)
        with Pillow.open(io.BytesIO(outcome.picture)) as result:
            results.append(np.asarray(result, np.float32)[..., :3])
    assert np.abs(results[0] - results[1]).mean() > 5
    files = Files(photo, second=b"no picture")
    outcome = await pipeline.run(job("cartoon", painted, second=SECOND), files)
    assert outcome == Failed(Failure.NOT_AN_IMAGE, {"picture": True})
    outcome = await pipeline.run(job("cartoon", painted), files)
    assert outcome == Failed(Failure.BAD_REQUEST, {"kind": "cartoon"})


async def test_a_film_lends_its_movements(pipeline, photo):
    """To a sticker that moves; one painted like a film is painted like a frame of it."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as film:
        stream = film.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for feeling in ("neutral",) * 4 + ("happy",) * 4:
            shown = av.VideoFrame.from_ndarray(frame("P006", feeling), format="rgb24")
            film.mux(stream.encode(shown))
        film.mux(stream.encode())
    files = Files(photo, second=file.getvalue())
    outcome = await pipeline.run(job("expression", Setting("mimic"), second=SECOND), files)
    assert isinstance(outcome, Done)
    with av.open(io.BytesIO(outcome.picture)) as made:
        assert sum(1 for _ in made.decode(video=0)) == 12  # 0.8 seconds at 15 a second
    painted = await pipeline.run(job("cartoon", Setting("picture", 0.8), second=SECOND), files)
    assert isinstance(painted, Done)
    assert painted.picture.startswith(b"\x89PNG")
    broken = Files(photo, second=file.getvalue()[:200])
    outcome = await pipeline.run(job("expression", Setting("mimic"), second=SECOND), broken)
    assert outcome == Failed(Failure.BROKEN, {"picture": True})


async def test_a_job_of_nobody_makes_somebody_up(pipeline):
    """Without a photo, by its own number: the same job the same person, another another."""
    nobody = replace(job("random"), photo_id=None)
    first, again = [await pipeline.run(nobody, Files()) for _ in range(2)]
    other = await pipeline.run(replace(nobody, id=uuid4()), Files())
    assert isinstance(first, Done)
    assert first == again
    assert first != other


async def test_a_photo_that_is_gone_is_told(pipeline):
    """What reading raises comes out, and nothing of it stays."""

    class Erased(Files):
        async def read(self, photo_id):
            raise PhotoGone(str(photo_id))

    with pytest.raises(PhotoGone):
        await pipeline.run(job(), Erased())
    assert pipeline.held == frozenset()


async def test_kept_reports_are_used(photo):
    """With a report at hand faces are not looked for again, and no new one is left."""
    settings, files = InferenceSettings(concurrency=1), Files(photo)
    first = Pipeline(settings)
    await first.run(job(), files)
    assert "face_detector" in first.networks.loaded
    first.close()
    again = Files(photo, files.kept)
    second = Pipeline(settings)
    assert isinstance(await second.run(job(), again), Done)
    assert "face_detector" not in second.networks.loaded
    assert again.kept is None
    second.close()


async def test_damaged_reports_are_made_again(pipeline, photo):
    """A report that cannot be read counts as none."""
    files = Files(photo, b"damaged")
    assert isinstance(await pipeline.run(job(), files), Done)
    assert analysis.from_bytes(files.kept).faces


async def test_asking_which_face(pipeline, two_people):
    """Two people give a question with a picture; each answer gives another sticker."""
    files = Files(two_people)
    outcome = await pipeline.run(job(), files)
    assert isinstance(outcome, Failed)
    assert outcome.failure is Failure.TOO_MANY_FACES
    assert outcome.detail == {"faces": 2}
    numbered = decode(outcome.picture)
    assert max(numbered.shape) <= 1024
    pictures = []
    for face in (0, 1):
        known = Files(two_people, files.kept)
        answer = await pipeline.run(job(face=face), known)
        assert isinstance(answer, Done)
        assert known.kept is None
        pictures.append(answer.picture)
    assert pictures[0] != pictures[1]


async def test_failures_are_outcomes(pipeline):
    """What a person can mend comes back as its failure."""
    files = Files(b"words")
    assert await pipeline.run(job(), files) == Failed(Failure.NOT_AN_IMAGE)
    assert files.kept is None
    ground = encode_png((np.full((600, 800, 3), 3, np.uint8),))
    outcome = await pipeline.run(job(), Files(ground))
    assert outcome == Failed(Failure.TOO_DARK)


@pytest.mark.parametrize(
    ("kind", "setting"),
    [("cutout", "hat"), ("emoji", "nobody"), ("cartoon", "nobody"), ("expression", "nobody")],
)
async def test_unknown_settings(pipeline, photo, kind, setting):
    """Settings and kinds that this worker does not know are a bad request."""
    outcome = await pipeline.run(job(kind, Setting(setting)), Files(photo))
    assert isinstance(outcome, Failed)
    assert outcome.failure is Failure.BAD_REQUEST
    outcome = await pipeline.run(job("portrait of the future"), Files(photo))
    assert outcome.failure is Failure.BAD_REQUEST


async def test_a_caption_is_drawn_on_whatever_a_family_makes(photo):
    """Still and moving, of a photo and of an avatar; the family never sees it."""
    pipeline = Pipeline(InferenceSettings())
    try:
        caption = Setting("caption:below", words="on my way")
        bare = await pipeline.run(job(), Files(photo))
        written = await pipeline.run(job("cutout", caption), Files(photo))
        assert isinstance(written, Done)
        assert (decode_rgba(bare.picture)[400:] != decode_rgba(written.picture)[400:]).any()
        assert decode_rgba(written.picture).shape == (512, 512, 4)
        moving = (Setting("happy"), Setting("moving"), caption)
        film = await pipeline.run(job("mood", *moving, avatar=ADA), Files())
        assert film.picture.startswith(b"\x1aE\xdf\xa3")
        assert len(film.picture) <= 256 * 1024
    finally:
        pipeline.close()


async def test_letters_without_a_font_end_a_job_before_its_photo_is_read():
    """With their places and nothing of the words in the detail."""
    pipeline = Pipeline(InferenceSettings())
    try:
        files = Files()
        words = Setting("caption:above", words="a𓀀")
        assert await pipeline.run(job("cutout", words), files) == Failed(
            Failure.NO_LETTERS, {"missing": [1]}
        )
        assert files.reads == 0
    finally:
        pipeline.close()


async def test_a_given_chance_decides_instead_of_the_jobs():
    """Two jobs of one seed show the same stranger."""
    pipeline = Pipeline(InferenceSettings())
    try:
        woman = Setting("woman")
        first, second = [
            await pipeline.run(job("random", woman, avatar={"seed": 7}), Files()) for _ in range(2)
        ]
        assert first.picture == second.picture
    finally:
        pipeline.close()


ADA = {
    "style": "avataaars", "parts": {"mouth": "smile"}, "colours": {"skin": "#dca57c"},
}  # fmt: skip


def decode_rgba(png):
    return np.array(Pillow.open(io.BytesIO(png)).convert("RGBA"))


async def test_jobs_of_one_photo_share_the_work(pipeline, photo):
    """Jobs of one photo read and study it once, until it is forgotten."""
    photo_id, files = uuid4(), Files(photo)
    results = await asyncio.gather(
        *(pipeline.run(job(kind, photo_id=photo_id), files) for kind in OF_PHOTOS)
    )
    assert all(isinstance(outcome, Done) for outcome in results)
    assert files.reads == 1
    assert pipeline.held == {photo_id}
    await pipeline.run(job(photo_id=photo_id), files)
    assert files.reads == 1
    pipeline.forget(photo_id)
    assert pipeline.held == frozenset()
    await pipeline.run(job(photo_id=photo_id), files)
    assert files.reads == 2
