"""Drawn portraits: every look, on several people."""

import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from inference.cartoon.portrait import composing, curves, grounds, looks, options, sitter
from inference.cartoon.portrait.drawing import Drawing
from inference.cartoon.portrait.options import AS_IT_IS, Options
from inference.cartoon.serving import Cartoon
from inference.face import topology
from inference.face.report import Lab, Portrait
from inference.pictures import svg
from inference.pictures.compositing import flattened
from inference.pictures.images import Image, to_lab
from inference.pictures.lettering.captions import Captioned, captioned_drawing
from storage.contract.captions import Caption
from storage.contract.kinds import CARTOON, Setting, group_of
from tests.inference.making import make

PEOPLE = ("P001", "P005", "P008")  # short curls, a full beard and a knot, long hair


def _document(portrait: Portrait, look: str, options: Options = Options()) -> str:  # noqa: B008
    drawing = composing.drawn(sitter.sit(portrait), look, options)
    return looks.svg(drawing, looks.LOOKS[look], options)


@pytest.mark.parametrize("above", [False, True])
@pytest.mark.parametrize("text", ["on my way", "أنا في الطريق", "我在路上 🎉"])
def test_a_caption_stands_on_the_document_as_on_the_sticker(
    portrait_of: Callable[[str], Portrait], text: str, above: bool
) -> None:
    """Letters are paths in the same places, so that no font is needed to see them."""
    document = _document(portrait_of("P001"), "ink")
    caption = Caption(text, above)
    captioned = captioned_drawing(document, caption)
    assert captioned.isascii()
    assert "<text" not in captioned
    ElementTree.fromstring(captioned)  # noqa: S314 -- our own
    (wanted,) = Captioned([svg.raster(document, 512)], caption)
    found = svg.raster(captioned, 512)
    blue = (120, 160, 200)
    differ = np.abs(flattened(found, blue).astype(int) - flattened(wanted, blue))
    assert differ.mean() < 4.0
    assert (found[..., 3] > 0).sum() == pytest.approx((wanted[..., 3] > 0).sum(), rel=0.02)


def _tone(picture: Image, drawing_mask: curves.Plane) -> Lab:
    """The median colour of a drawing where a shape of it is."""
    scale = picture.shape[0] // drawing_mask.shape[0]
    inside = np.kron(drawing_mask > 0.95, np.ones((scale, scale))) > 0
    lightness, a, b = np.median(to_lab(picture[..., :3].copy())[inside], axis=0).tolist()
    return lightness, a, b


@pytest.mark.parametrize("look", looks.LOOKS)
@pytest.mark.parametrize("person", PEOPLE)
def test_every_look_draws_everybody(
    portrait_of: Callable[[str], Portrait], person: str, look: str
) -> None:
    """A look is a well-formed document that shows a person on a clear canvas."""
    document = _document(portrait_of(person), look)
    root = ElementTree.fromstring(document)  # noqa: S314 -- our own
    assert root.tag.endswith("svg")
    picture = svg.raster(document, 512)
    shown = picture[..., 3] == 255
    assert 0.15 < shown.mean() < 0.97
    assert picture[:4, :4, 3].max() == 0
    assert len(np.unique(picture[shown], axis=0)) > 8


def test_looks_differ(portrait_of: Callable[[str], Portrait]) -> None:
    """No two looks are alike at the size of a thumbnail."""
    small = {
        look: svg.raster(_document(portrait_of("P001"), look), 128).astype(np.float32)
        for look in looks.LOOKS
    }
    names = list(small)
    for k, one in enumerate(names):
        for other in names[k + 1 :]:
            assert np.abs(small[one] - small[other]).mean() > 4, (one, other)


def test_a_drawing_is_the_same_twice(portrait_of: Callable[[str], Portrait]) -> None:
    """The same photo gives the same document."""
    assert _document(portrait_of("P002"), "ink") == _document(portrait_of("P002"), "ink")


@pytest.mark.parametrize("look", ["ink", "anime", "chibi"])
def test_colours_are_those_asked_for(portrait_of: Callable[[str], Portrait], look: str) -> None:
    """Green hair is drawn green, and blue eyes blue, whatever the person's own."""
    green: Lab = (55.0, -45.0, 35.0)
    blue: Lab = (50.0, 0.0, -40.0)
    options = Options(hair=green, eyes=blue)
    drawing = composing.drawn(sitter.sit(portrait_of("P009")), look, options)
    picture = svg.raster(looks.svg(drawing, looks.LOOKS[look], options), 512)
    hair, iris = drawing.named("hair"), drawing.named("eye-left-ring")
    assert hair is not None
    assert iris is not None
    _, a, b = _tone(picture, curves.polygon(hair.rings, sitter.GRID, sitter.SCALE))
    assert a < -15
    assert b > 10
    assert drawing.palette[iris.role][2] < -20


def test_skin_is_never_lightened(portrait_of: Callable[[str], Portrait]) -> None:
    """The drawn skin is as light as the measured one, in every look that keeps colours."""
    for person in ("P001", "P004", "P009"):
        portrait = portrait_of(person)
        measured = portrait.report.colours.skin
        drawing = composing.drawn(sitter.sit(portrait), "ink")
        for look in ("ink", "flat", "comic", "pastel"):
            inks = looks.LOOKS[look].inks(drawing.palette)
            assert inks["skin"][0] <= measured[0] + 0.01, (person, look)


def test_the_background_is_never_drawn(portrait_of: Callable[[str], Portrait]) -> None:
    """Another background behind the same person changes next to nothing."""
    portrait = portrait_of("P007")
    behind = portrait.alpha < 8
    image = portrait.image.copy()
    image[behind] = (255, 0, 255)
    other = replace(portrait, image=image)
    one, two = (svg.raster(_document(p, "ink"), 256).astype(np.int16) for p in (portrait, other))
    changed = (np.abs(one - two).max(axis=2) > 40).mean()
    assert changed < 0.03


def test_lines_are_as_thick_as_asked_for(portrait_of: Callable[[str], Portrait]) -> None:
    """Thicker lines cover more of the picture with dark ink."""
    thin, thick = (
        svg.raster(_document(portrait_of("P001"), "line", Options(thickness=t)), 256)
        for t in (0.5, 2.0)
    )
    dark_thin, dark_thick = (
        ((picture[..., 3] > 200) & (picture[..., :3].max(axis=2) < 90)).sum()
        for picture in (thin, thick)
    )
    assert dark_thick > 1.5 * dark_thin


@pytest.mark.parametrize("ground", grounds.NAMES)
def test_a_ground_lies_behind(portrait_of: Callable[[str], Portrait], ground: str) -> None:
    """A ground fills canvas that was clear and covers none of the person."""
    portrait = portrait_of("P005")
    red: Lab = (50.0, 70.0, 50.0)
    bare, laid = (
        svg.raster(_document(portrait, "ink", Options(ground=g, ground_colour=red)), 256)
        for g in ("none", ground)
    )
    person = bare[..., 3] == 255
    assert (laid[..., 3] > 0).sum() > 1.2 * (bare[..., 3] > 0).sum()
    assert np.abs(laid[person].astype(int) - bare[person].astype(int)).max() <= 2


def test_a_beard_is_kept_and_none_invented(portrait_of: Callable[[str], Portrait]) -> None:
    """The bearded man keeps his beard, and women get none."""
    assert composing.drawn(sitter.sit(portrait_of("P005")), "ink").named("beard") is not None
    for person in ("P001", "P002", "P009", "P010"):
        drawing = composing.drawn(sitter.sit(portrait_of(person)), "ink")
        assert drawing.named("beard") is None
        assert drawing.named("stubble") is None


def test_a_moustache_alone_stays_by_the_mouth(portrait_of: Callable[[str], Portrait]) -> None:
    """Read as one, a full beard is drawn above the mouth's corners and little beside them."""
    person = sitter.sit(portrait_of("P005"))
    alone = replace(person, perceived={**person.perceived, "facial_hair": {"mustache": 1.0}})
    left, right = person.points(*topology.MOUTH_CORNERS) @ person.right
    full, drawn = (composing.compose(one).named("beard") for one in (person, alone))
    assert full is not None
    assert drawn is not None
    wide, narrow = (np.ptp(np.vstack(shape.rings) @ person.right) for shape in (full, drawn))
    assert narrow < 1.45 * (right - left) < wide


def test_a_gray_beard_is_drawn_in_its_gray_hairs(portrait_of: Callable[[str], Portrait]) -> None:
    """Lighter and with less colour than what lies between them; a black one stays black."""
    person = sitter.sit(portrait_of("P005"))
    black, faded = (
        composing.drawn(replace(person, perceived={**person.perceived, **read}), "ink").palette[
            "beard"
        ]
        for read in ({"hair_colour": {"black": 1.0}}, {"hair_colour": {"gray": 1.0}})
    )
    assert faded[0] > black[0] + 3
    assert np.hypot(*faded[1:]) < np.hypot(*black[1:])
    assert black[0] < 30


def test_anime_draws_men_by_other_signs_and_by_degrees(
    portrait_of: Callable[[str], Portrait],
) -> None:
    """The surer a face is a man's, the narrower its eyes and the broader its jaw."""
    person = sitter.sit(portrait_of("P005"))
    eyes, chins = [], []
    for chance in (0.0, 0.5, 1.0):
        read = {"male": {"1": chance, "0": 1 - chance}, "facial_hair": {"none": 1.0}}
        one = replace(person, perceived={**person.perceived, **read})
        drawing = composing.drawn(one, "anime")
        white = drawing.named("eye-left")
        assert white is not None
        eyes.append(float(np.ptp(white.rings[0][:, 1])))
        jaw = composing.bent_landmarks(one, "anime")[[172, 397]]
        chins.append(float(np.linalg.norm(jaw[0] - jaw[1])))
    assert eyes == sorted(eyes, reverse=True)
    assert eyes[0] > 1.2 * eyes[-1]
    assert chins == sorted(chins)
    assert chins[-1] > 1.05 * chins[0]


def test_who_reads_as_a_man_has_a_shaved_jaw_and_lips_near_the_skin(
    portrait_of: Callable[[str], Portrait],
) -> None:
    """In every proportion, by degrees; nobody else has, and no beard is shaved."""
    person = sitter.sit(portrait_of("P009"))

    def read(male: float) -> sitter.Sitter:
        return replace(person, perceived={**person.perceived, "male": {"1": male, "0": 1 - male}})

    def bare(drawing: Drawing) -> float:
        return float(np.linalg.norm(np.subtract(drawing.palette["lips"], drawing.palette["skin"])))

    for look in ("ink", "anime", "chibi"):
        woman, unsure, man = (composing.drawn(read(male), look) for male in (0.0, 0.55, 1.0))
        shades = [drawing.named("shaved") for drawing in (woman, unsure, man)]
        assert shades[0] is None
        assert shades[1] is not None
        assert shades[2] is not None
        assert shades[1].opacity < shades[2].opacity < 0.3
        assert bare(man) < bare(unsure) < bare(woman)
    assert composing.drawn(sitter.sit(portrait_of("P005")), "ink").named("shaved") is None


def test_palettes_leave_skin_alone() -> None:
    """A palette tints what is worn and grown, never the skin."""
    skin: Lab = (44.0, 14.0, 20.0)
    for tint in looks.TINTS.values():
        assert tint("skin", skin) == skin
        assert tint("skin-shadow", skin) == skin


def test_dark_skin_is_never_left_white(portrait_of: Callable[[str], Portrait]) -> None:
    """Where a look has no colours, dark skin is its gray, and light skin its paper."""
    noir = looks.LOOKS["noir"]
    person = sitter.sit(portrait_of("P009"))
    for skin, kept in (("6", 62.0), ("1", 98.0)):
        seen = {**person.perceived, "skin": {skin: 1.0}}
        light = replace(person.colours, skin=(75.0, 12.0, 16.0))
        drawing = composing.compose(replace(person, perceived=seen, colours=light))
        assert noir.inks(drawing.palette)["skin"][0] == kept


def test_every_option_on_offer_is_a_wish(portrait_of: Callable[[str], Portrait]) -> None:
    """Each name in a group means something, and the first of each group changes the sticker."""
    named = [name for name in CARTOON.beside if group_of(name)]
    wishes = [options.of((name,)) for name in named]
    assert AS_IT_IS not in wishes
    assert len(set(wishes)) == len(wishes)
    portrait = portrait_of("P001")
    look = Setting("comic")
    plain = make(Cartoon(), portrait, look).frames[0]
    for group in set(CARTOON.groups) - {"mood", "motion"}:  # those have tests of their own
        name = next(name for name in named if group_of(name) == group)
        changed = make(Cartoon(), portrait, look, Setting(name)).frames[0]
        assert (changed != plain).any(), name
