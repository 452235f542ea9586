"""Sliders on a real portrait: what was asked for moves, all else stays."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from inference.face import analysis, topology
from inference.face.report import Portrait
from inference.latent.editing import HAIR, YOUNGEST, Editor, edit, sliders
from inference.latent.geometry import SHIFTS
from inference.latent.measures import measure
from inference.latent.model import load
from inference.latent.retouch import NAMES as REGIONS
from tests.inference.making import answered

MEASURED = {
    "Big_Eyes": "eye_width", "Narrow_Eyes": "eye_opening", "Eyes_Apart": "eye_distance",
    "Wide_Nose": "nose_width", "Long_Nose": "nose_length", "Wide_Mouth": "mouth_width",
    "High_Eyebrows": "brow_height", "Wide_Jaw": "jaw_width", "Long_Chin": "chin_height",
    "Slim_Face": "cheek_width", "Full_Lower_Lip": "lower_lip",
}  # fmt: skip
FEWER = {"Narrow_Eyes", "Slim_Face"}  # more of these is less of what is measured


@pytest.fixture(scope="module", params=["P001", "P005"])
def portrait(request: pytest.FixtureRequest, portrait_of: Callable[[str], Portrait]) -> Portrait:
    """A woman and a bearded man."""
    return portrait_of(request.param)


def test_there_are_sliders_for_forty_features() -> None:
    """Learned, moved, coloured and dyed features are all offered, under one set of names."""
    assert len(sliders()) >= 40
    assert {"Male", "Young", "Chubby", "Pale_Skin"} <= sliders()
    assert SHIFTS.keys() | REGIONS | HAIR.keys() <= sliders()


def test_no_change_is_no_change(portrait: Portrait) -> None:
    """Zero edits return the input bit for bit."""
    np.testing.assert_array_equal(edit(portrait, {}), portrait.image)
    np.testing.assert_array_equal(edit(portrait, {"Young": 0.0}), portrait.image)


def test_an_unknown_slider_is_named(portrait: Portrait) -> None:
    """A name that is no slider is an error that says which."""
    with pytest.raises(KeyError, match="Handsome"):
        edit(portrait, {"Handsome": 1.0})


def test_what_is_far_from_the_face_stays(portrait: Portrait) -> None:
    """The photo's corners are the same bytes after a strong edit; the face is not."""
    asked = {"Young": -1.0, "Male": 0.5, "Big_Nose": 1.0, "Rosy_Cheeks": 1.0}
    changed = edit(portrait, asked)
    assert changed.shape == portrait.image.shape
    points = portrait.report.landmarks[:, :2]
    far = np.ones(portrait.alpha.shape, np.uint8)
    oval = points[list(topology.FACE_OVAL)]
    middle = (oval.min(0) + oval.max(0)) / 2
    cv2.fillPoly(far, [np.rint(middle + (oval - middle) * 1.8).astype(np.int32)], 0)
    away = far.astype(bool) & (portrait.hair_mask == 0)  # age also grays hair
    np.testing.assert_array_equal(changed[away], portrait.image[away])
    assert (changed != portrait.image)[far == 0].any(axis=1).mean() > 0.3


@pytest.mark.parametrize("name", MEASURED)
def test_geometry_moves_what_it_is_named_after(name: str, portrait: Portrait) -> None:
    """Landmarks found anew on the edited photo have moved the way that was asked for."""
    editor = Editor(portrait)
    frame = load().frame

    def seen(amount: float) -> float:
        picture = editor.edit({name: amount})
        face = answered(analysis.find(picture)).faces[0]
        shape, _ = frame.shape(face.landmarks)
        return float(measure(shape[None])[MEASURED[name]][0])

    more, less = seen(1.0), seen(-1.0)
    assert (more > less) != (name in FEWER)


def test_older_and_younger_go_opposite_ways(portrait: Portrait) -> None:
    """Detail of the skin grows with age and goes with youth."""
    editor = Editor(portrait)
    points = portrait.report.landmarks
    cheeks = topology.fill(portrait.alpha.shape, points, *topology.CHEEKS, topology.FOREHEAD)

    def detail(picture: np.ndarray) -> float:
        gray = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
        unit = topology.face_height(points)
        return float(np.abs(gray - cv2.GaussianBlur(gray, (0, 0), 0.02 * unit))[cheeks].mean())

    young, now, old = (detail(editor.edit({"Young": v})) for v in (1.0, 0.0, -1.0))
    assert young < now < old


def test_darker_skin_is_darker_and_clothes_are_not(portrait: Portrait) -> None:
    """Skin tone changes the face by what was asked, without touching the picture's lowest rows."""
    darker = edit(portrait, {"Pale_Skin": -1.0}).astype(float)
    paler = edit(portrait, {"Pale_Skin": 1.0}).astype(float)
    points = portrait.report.landmarks
    cheeks = topology.fill(portrait.alpha.shape, points, *topology.CHEEKS)
    assert darker[cheeks].mean() + 8 < portrait.image[cheeks].mean() < paler[cheeks].mean() - 8
    np.testing.assert_array_equal(darker[-20:], portrait.image[-20:])


def test_a_locked_feature_is_read_as_before() -> None:
    """With Male locked, a younger face moves perpendicular to what tells men from women."""
    axes = load().axes
    male = axes.readouts[axes.names.index("Male")]
    free, locked = (axes.without(names).move({"Young": 1.0}) for names in ((), ("Male",)))
    assert abs(locked @ male) < 1e-5 < abs(free @ male)


@pytest.mark.parametrize("person", ["P001", "P006", "P009"])
def test_nobody_is_made_younger_than_young_adults(
    portrait_of: Callable[[str], Portrait], person: str
) -> None:
    """The youngest edit, read anew, stands where people of about 20 stand, or where it stood."""
    model = load()
    axis = model.axes.directions[model.axes.names.index("Young")]

    def youth(portrait: Portrait) -> float:
        landmarks = portrait.report.landmarks
        rgba = np.dstack([portrait.image, portrait.alpha])
        shape, _ = model.frame.shape(landmarks)
        latent = model.faces.encode(model.frame.texture(rgba, landmarks)[None], shape[None])
        return float(latent[0] @ axis)

    portrait = portrait_of(person)
    before, limit = youth(portrait), YOUNGEST + 0.4
    for asked in ({"Young": 1.0}, {"Young": 1.0, "Male": -1.0, "Chubby": 1.0}):
        assert youth(Editor(portrait).edited(asked)) < max(before + 0.4, limit)
    assert before + 3.2 > limit, "unbounded, everybody here would go beyond"


def test_who_looks_young_already_stays(portrait_of: Callable[[str], Portrait]) -> None:
    """Beyond the bound the slider of age has no effect."""
    editor = Editor(portrait_of("P009"))
    most, beyond = (editor.edit({"Young": amount}) for amount in (editor.younger, 1.0))
    assert editor.younger < 0.3
    np.testing.assert_allclose(most, beyond, atol=1)
