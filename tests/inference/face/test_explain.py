import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image as Pillow

from bot.__main__ import main
from bot.core.language.texts import load
from inference.emoji import crops
from inference.face import alignment, analysis, explain, pose
from inference.face.blendshapes import NAMES
from inference.face.report import Portrait, Pose
from inference.pictures import images
from tests.inference.making import answered


def selfmoji(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(one) for one in arguments], env={"LANG": "en_GB.UTF-8"})


@pytest.fixture(scope="module")
def portrait(astronaut: images.Image) -> Portrait:
    report = answered(analysis.find(astronaut))
    return answered(analysis.study(astronaut, report, analysis.choose(report, None)))


@pytest.fixture
def photo(astronaut: images.Image, tmp_path: Path) -> Path:
    path = tmp_path / "astronaut.png"
    Pillow.fromarray(astronaut).save(path)
    return path


def test_a_face_is_explained_on_one_picture(portrait: Portrait) -> None:
    """The picture shows the photo, the crops and the measured colours as they are."""
    pieces = crops.of_face(alignment.align(portrait), side=192)
    drawn = explain.draw(portrait, dict(zip(crops.KINDS, pieces, strict=True)))
    assert drawn.shape == (explain.HEIGHT, explain.WIDTH, 3)
    for lab in (portrait.report.colours.skin, portrait.report.colours.hair):
        swatch = images.from_lab(np.array([[lab]], np.float32))
        assert (drawn == swatch).all(axis=2).sum() > 2000


def test_crops_and_second_tones_may_be_missing(portrait_of: Callable[[str], Portrait]) -> None:
    """A face of one hair colour is explained as well, also without crops."""
    portrait = portrait_of("P001")
    assert portrait.report.colours.hair_second is None
    assert explain.draw(portrait, {}).shape == (explain.HEIGHT, explain.WIDTH, 3)


def test_axes_follow_the_head() -> None:
    """Axes are perpendicular unit vectors; the nose points where yaw and pitch say."""
    for angles in (Pose(0, 0, 0), Pose(30, -20, 10), Pose(-40, 15, -35)):
        axes = pose.axes(angles)
        assert np.allclose(axes @ axes.T, np.eye(3), atol=1e-6)
        right, up, ahead = axes
        assert np.degrees(np.arctan2(right[1], right[0])) == pytest.approx(angles.roll)
        assert np.sign(ahead[0]) == np.sign(angles.yaw)
        assert np.degrees(np.arcsin(-ahead[1])) == pytest.approx(angles.pitch)
        assert up[1] < 0


def test_the_report_is_printed_as_json(photo: Path, tmp_path: Path) -> None:
    """Programs get all that is known, people the picture, both at once if wanted."""
    out = tmp_path / "out.png"
    result = selfmoji("face", photo, "--explain", out, "--json")
    assert result.exit_code == 0, result.output
    facts = json.loads(result.stdout)
    assert facts["photo"] == {"width": 512, "height": 512, "faces": 1}
    assert np.shape(facts["landmarks"]) == (478, 3)
    assert set(facts["blendshapes"]) == set(NAMES)
    assert facts["hair"]["length"] == "short"
    assert facts["colours"]["skin"]["hex"].startswith("#")
    assert abs(facts["pose"]["yaw"]) < 10
    with Pillow.open(out) as picture:
        assert (picture.format, picture.size) == ("PNG", (explain.WIDTH, explain.HEIGHT))


def test_the_report_is_printed_for_people(photo: Path) -> None:
    """Without options a table names pose, quality, colours and hair."""
    shown = selfmoji("face", photo)
    assert shown.exit_code == 0
    assert all(part in shown.output for part in ("pose", "quality", "colours", "hair"))


def test_bad_photos_end_with_one_sentence(tmp_path: Path) -> None:
    """A file that is no photo, and a photo without a face, each with the chats' own words."""
    noise, sky = tmp_path / "noise.jpg", tmp_path / "sky.png"
    noise.write_bytes(bytes(range(256)) * 8)
    y = np.mgrid[:480, :640][0]
    Pillow.fromarray(np.dstack([y / 4, y / 3, 200 + y * 0]).astype(np.uint8)).save(sky)
    for path, code in ((noise, "not_an_image"), (sky, "no_face")):
        result = selfmoji("face", path, "--explain", tmp_path / "out.png")
        assert result.exit_code == 1
        assert result.stderr == f"Error: {load().get('en', f'failure.{code}')}\n"
    assert not (tmp_path / "out.png").exists()


def test_several_faces_are_asked_about(selfie_of: Callable[[str], bytes], tmp_path: Path) -> None:
    """The question says how many there are, and --face answers it."""
    people = [images.decode(selfie_of(name)) for name in ("P001", "P002")]
    halves = [Pillow.fromarray(person).resize((640, 640)) for person in people]
    two = tmp_path / "two.png"
    Pillow.fromarray(np.hstack([np.asarray(half) for half in halves])).save(two)
    asked = selfmoji("face", two)
    assert asked.exit_code == 1
    assert load().get("en", "say.face_question", count=2) in asked.stderr
    assert selfmoji("face", two, "--face", "2").exit_code == 0
