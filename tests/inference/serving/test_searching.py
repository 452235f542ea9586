"""One's own photos looked through for a drawing, by the real models."""

from uuid import uuid4

import numpy as np
import pytest

from inference.cartoon.portrait import composing, looks, sitter
from inference.face import analysis
from inference.pictures import svg
from inference.pictures.compositing import flattened
from inference.pictures.images import decode
from storage.contract.failures import Failure
from storage.contract.jobs import Done, Failed
from storage.contract.kinds import Setting
from tests.inference.making import answered
from tests.inference.serving.jobs import Files, job, jpeg

PEOPLE = ("P001", "P005", "P006", "P008", "P010")


@pytest.fixture(scope="module")
def album(selfie_of):
    """Five people's photos, a wall and a drawing, by id."""
    wall = np.random.default_rng(0).integers(0, 255, (400, 400, 3), np.uint8)
    return {
        uuid4(): data
        for data in (*map(selfie_of, PEOPLE), jpeg(wall), drawing_of(selfie_of("P004"), "ink"))
    }


def drawing_of(photo, look):
    """A person's drawn portrait on a gray ground, as somebody else might have made it."""
    person = answered(analysis.portrait(decode(photo))).once(sitter.sit)
    rgba = svg.raster(looks.svg(composing.drawn(person, look), looks.LOOKS[look]), 512)
    return jpeg(flattened(rgba, (214, 214, 214)))


@pytest.mark.parametrize("look", ["ink", "comic", "flat"])
@pytest.mark.parametrize("number", range(len(PEOPLE)))
async def test_a_drawing_finds_its_own_photo(pipeline, album, selfie_of, number, look):
    """Among five people's; what shows nobody, or is drawn, is passed over; one report is kept."""
    files = Files(drawing_of(selfie_of(PEOPLE[number]), look), album=album)
    outcome = await pipeline.run(job("lookalike", Setting("photos")), files)
    assert isinstance(outcome, Done)
    assert outcome.facts == {"found": {"photo": str(list(album)[number]), "face": None}}
    assert decode(outcome.picture).shape == (512, 512, 3)
    assert len(analysis.from_bytes(files.kept).faces) == 1


async def test_a_face_among_several_is_found(pipeline, two_people, selfie_of):
    """Which one it is is told."""
    both = uuid4()
    files = Files(drawing_of(selfie_of("P008"), "ink"), album={both: two_people})
    outcome = await pipeline.run(job("lookalike", Setting("photos")), files)
    (_, faces), report = files.album.popitem(), answered(analysis.find(decode(two_people)))
    right = max(range(2), key=lambda face: report.faces[face].landmarks[:, 0].mean())
    assert faces is two_people
    assert outcome.facts == {"found": {"photo": str(both), "face": right}}


async def test_without_other_photos_nothing_is_found(pipeline, photo, selfie_of):
    """Neither in none nor in drawings alone."""
    for others in ({}, {uuid4(): drawing_of(selfie_of("P001"), "ink")}):
        outcome = await pipeline.run(
            job("lookalike", Setting("photos")), Files(photo, album=others)
        )
        assert outcome == Failed(Failure.NO_OTHER_PHOTOS, {}, None)
