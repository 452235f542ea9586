from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
import pytest

from inference.avatars import palette, styles
from inference.avatars.compose import render, svg
from inference.avatars.spec import parse_spec
from inference.emoji import outlines
from inference.emoji.match import colours, ranked
from inference.emoji.serving import Emoji
from inference.emoji.traits import Traits, expression, observe
from inference.errors import UnknownAvatar, UnknownSetting
from inference.face import topology
from inference.face.blendshapes import NAMES
from inference.face.report import Lab, Portrait
from inference.pictures.svg import raster
from storage.contract.avatars import NONE, AvatarSpec
from storage.contract.kinds import EMOJI, Setting
from tests.inference.making import answered, best_match, make, with_hair

ALL_PARTS = [
    (style, slot, variant)
    for style in styles.STYLES
    for slot, data in styles.load(style).slots.items()
    for variant in data.variants
]
CERTAIN = {
    "skin": "2", "hair_colour": "brown", "hair_length": "short", "texture": "straight",
    "bangs": "0", "receding": "0", "facial_hair": "none", "glasses": "none", "smile": "0",
    "brows": "medium", "makeup": "0", "headwear": "none", "earrings": "0", "chubby": "0",
    "shape": "oval", "male": "1", "loose": "0", "tied": "0",
    "clothes": "plain", "hat": "knit", "beard": "full", "lips": "thin",
}  # fmt: skip


def person(**differences: str) -> Traits:
    """Somebody of whom everything is known for certain, with a neutral expression."""
    known = CERTAIN | differences
    still = expression(dict.fromkeys(NAMES, 0.0), {"0": 1.0})
    skin = palette.lab_of(palette.SKIN[1])
    return Traits({name: {value: 1.0} for name, value in known.items()}, still, {"skin": skin})


def test_a_spec_survives_json() -> None:
    """A kept avatar reads back as the same avatar."""
    spec = best_match(person(), "avataaars")
    assert AvatarSpec.from_json(spec.to_json()) == spec
    assert hash(AvatarSpec.from_json(spec.to_json())) == hash(spec)


@pytest.mark.parametrize("data", [{}, {"style": "avataaars"}, {"style": 1, "parts": {}}])
def test_broken_json_is_refused(data: dict[str, object]) -> None:
    """What is not an avatar is not taken for one."""
    with pytest.raises(ValueError, match="avatar needs"):
        AvatarSpec.from_json(data)


@pytest.mark.parametrize("style", styles.STYLES)
def test_every_listed_part_draws_something_of_its_own(style: str) -> None:
    """Each variant of the tables exists, and changes the picture of its slot."""
    base = best_match(person(), style)
    for slot, data in styles.load(style).slots.items():
        pictures = {
            variant: render(base.changed({slot: variant}), 96).tobytes()
            for variant in data.variants
        }
        assert len(set(pictures.values())) == len(pictures), slot


@pytest.mark.parametrize(("style", "slot", "variant"), ALL_PARTS)
def test_tags_speak_of_attributes_that_are_read(style: str, slot: str, variant: str) -> None:
    """No tag or measure of the tables is a word that the matcher does not know."""
    known = person()
    part = styles.load(style).slots[slot]
    assert set(part.variants[variant].tags) <= set(part.weights)
    assert set(part.weights) <= set(known.attributes)
    assert set(part.variants[variant].measures) <= set(known.expression)


def test_an_unknown_part_or_style_is_an_error() -> None:
    """The renderer never replaces what it does not have."""
    spec = best_match(person(), "avataaars")
    with pytest.raises(KeyError):
        svg(spec.changed({"top": "crown"}))
    with pytest.raises(KeyError):
        best_match(person(), "oil")


@pytest.mark.parametrize(
    ("style", "slot", "difference", "parts"),
    [
        ("avataaars", "accessories", {"glasses": "clear"}, {"prescription01", "prescription02"}),
        ("avataaars", "accessories", {"glasses": "sun"}, {"wayfarers", "sunglasses"}),
        ("avataaars", "facialHair", {"facial_hair": "beard"}, {"beardMedium"}),
        ("avataaars", "facialHair", {"facial_hair": "goatee"}, {"goatee"}),
        ("avataaars", "top", {"hair_length": "bald", "texture": "none"}, {NONE}),
        ("avataaars", "top", {"hair_length": "short", "receding": "1"}, {"highForehead"}),
        ("avataaars", "top", {"hair_length": "short", "texture": "coily"}, {"dreads01"}),
        ("avataaars", "top", {"headwear": "hat", "hair_length": "hidden"}, {"beanie"}),
        (
            "avataaars",
            "top",
            {"headwear": "hat", "hair_length": "hidden", "hat": "brimmed"},
            {"hat"},
        ),
        (
            "avataaars",
            "top",
            {"headwear": "hat", "hair_length": "long", "loose": "1", "hat": "brimmed"},
            {"hatLong"},
        ),
        (
            "avataaars",
            "top",
            {"headwear": "hat", "hair_length": "hidden", "hat": "peaked"},
            {"cap"},
        ),
        (
            "avataaars",
            "top",
            {"headwear": "hat", "hair_length": "long", "loose": "1", "male": "0"},
            {"beanieLong"},
        ),
        (
            "avataaars",
            "top",
            {"headwear": "scarf", "hair_length": "hidden", "hat": "wrap", "male": "0"},
            {"turban"},
        ),
        (
            "avataaars",
            "top",
            {"headwear": "scarf", "hair_length": "hidden", "hat": "veil", "male": "0"},
            {"hijab"},
        ),
        ("avataaars", "facialHair", {"facial_hair": "beard", "beard": "short"}, {"beardLight"}),
        ("avataaars", "facialHair", {"facial_hair": "beard", "beard": "long"}, {"beardMajestic"}),
        ("avataaars", "mouth", {"lips": "full"}, {"restFull"}),
        ("big-ears", "glasses", {"glasses": "clear"}, {"square"}),
        ("big-ears", "facialHair", {"facial_hair": "mustache"}, {"mustache"}),
        ("big-ears", "hair", {"hair_length": "bald", "texture": "none"}, {NONE}),
        ("big-ears", "headwear", {"headwear": "scarf"}, {"headscarf"}),
        ("big-ears", "frontHair", {"bangs": "1"}, {"variant05", "variant06"}),
        ("cat", "eyes", {"glasses": "clear"}, {"glasses"}),
        ("cat", "fur", {"hair_colour": "red"}, {"stripes"}),
        ("cat", "accessory", {"headwear": "hat", "hair_length": "hidden"}, {"tophat"}),
    ],
)
def test_what_is_seen_is_worn(
    style: str, slot: str, difference: dict[str, str], parts: set[str]
) -> None:
    """Glasses, beards, hats and hair are chosen when they are there, and only then."""
    assert best_match(person(**difference), style).parts[slot] in parts
    assert best_match(person(), style).parts[slot] not in parts


def test_long_loose_hair_is_long() -> None:
    """Hair down to the shoulders never becomes a crop."""
    woman = person(hair_length="long", loose="1", male="0", makeup="1")
    slot = styles.load("avataaars").slots["top"]
    for variant in ranked(slot, woman)[:5]:
        assert "long" in slot.variants[variant].tags["hair_length"]


@pytest.mark.parametrize("style", ["avataaars", "big-ears"])
def test_a_smile_and_a_wink_are_kept(style: str) -> None:
    """The avatar's expression follows the blendshapes, on the side where it happens."""
    shapes = dict.fromkeys(NAMES, 0.0)
    slots = styles.load(style).slots
    smiling = expression(shapes | {"mouthSmileLeft": 0.8, "mouthSmileRight": 0.8}, {"1": 1.0})
    chosen = ranked(slots["mouth"], replace(person(), expression=smiling))[0]
    assert slots["mouth"].variants[chosen].measures.keys() == {"smile"}
    winking = expression(shapes | {"eyeBlinkLeft": 0.9}, {"0": 1.0})
    chosen = ranked(slots["eyes"], replace(person(), expression=winking))[0]
    assert slots["eyes"].variants[chosen].measures == {"shut_right": 1.0}


def test_skin_gets_darker_with_the_tone() -> None:
    """Every step of skin tone is a darker paint, whatever the light in the photo was."""
    gray = (50.0, 12.0, 16.0)
    paints = [palette.lab_of(palette.skin(tone / 2, gray))[0] for tone in range(2, 13)]
    assert all(lighter > darker for lighter, darker in pairwise(paints))


@pytest.mark.parametrize(("tone", "photographed"), [(5.0, 54.0), (6.0, 43.0)])
def test_dark_skin_is_drawn_about_as_light_as_in_photos(tone: float, photographed: float) -> None:
    """No darker than seen by more than a little, and two people of a tone can be told apart."""
    paints = [
        palette.lab_of(palette.skin(tone, (photographed + other, 12.0, 16.0)))[0]
        for other in (-10, 0, 10)
    ]
    assert photographed - 4 < paints[1] < photographed
    assert paints[0] + 2 < paints[1] < paints[2] - 2


@pytest.mark.parametrize("name", palette.HAIR)
def test_hair_keeps_its_name(name: str) -> None:
    """Dark or light photos change the shade, never the name, of a certain hair colour."""
    shades = {palette.hair({name: 1.0}, (float(light), 4.0, 8.0)) for light in range(5, 90, 5)}
    assert shades == set(palette.HAIR[name])


def test_fur_is_of_the_hair_or_of_the_skin() -> None:
    """A cat has its person's hair colour; of the bald it is bare."""
    ginger = best_match(person(hair_colour="red"), "cat").colours["fur"]
    bare = best_match(person(hair_colour="none", hair_length="bald"), "cat").colours["fur"]
    assert ginger in palette.HAIR["red"]
    assert bare == colours(person())["skin"]


@pytest.mark.parametrize(
    ("name", "tone", "said"),
    [
        ("P008", (24.0, 11.0, 15.0), "red"),
        ("P006", (30.0, 14.0, 20.0), "red"),
        ("P008", (20.0, 5.0, 8.0), "brown"),
        ("P004", (20.0, 5.0, 8.0), "brown"),
    ],
)
def test_hair_as_red_as_red_heads_have_it_on_photos_is_not_brown(
    portrait_of: Callable[[str], Portrait], name: str, tone: Lab, said: str
) -> None:
    """The middle of what annotators call red is drawn red, the middle of brown stays brown."""
    paint = best_match(answered(observe(with_hair(portrait_of(name), tone))), "avataaars")
    assert paint.colours["hair"] in palette.HAIR[said]


def test_dyed_hair_keeps_its_hue() -> None:
    """Blue hair is drawn blue."""
    lightness, a, b = palette.lab_of(palette.hair({"dyed": 1.0}, (40.0, 2.0, -30.0)))
    assert b < -25
    assert abs(a) < 12
    assert lightness > 30


def test_clothes_never_look_like_skin() -> None:
    """A shirt of the skin's colour is drawn in another."""
    traits = replace(person(), colours={"skin": (70.0, 12.0, 20.0), "clothes": (72.0, 12.0, 20.0)})
    paints = colours(traits)
    away = np.subtract(palette.lab_of(paints["skin"]), palette.lab_of(paints["clothes"]))
    assert np.linalg.norm(away) > 20


@pytest.mark.parametrize("setting", EMOJI.settings)
def test_every_style_on_offer_is_served(
    setting: str, portrait_of: Callable[[str], Portrait]
) -> None:
    """Each style that people may ask for gives a whole sticker with its recipe."""
    picture = make(Emoji(), portrait_of("P001"), Setting(setting))
    (frame,) = picture.frames
    assert frame.shape == (512, 512, 4)
    assert frame.dtype == np.uint8
    assert frame[0, 0, 3] == 0
    assert (frame[..., 3] == 255).mean() > 0.2
    assert AvatarSpec.from_json(picture.facts).style == setting


@pytest.mark.parametrize("style", styles.STYLES)
def test_a_kept_avatar_is_drawn_as_it_was(
    style: str, portrait_of: Callable[[str], Portrait]
) -> None:
    """Without the photo the same avatar gives the same sticker; what fits best comes first."""
    matched = make(Emoji(), portrait_of("P001"), Setting(style))
    kept = {name: matched.facts[name] for name in ("style", "parts", "colours")}
    drawn = make(Emoji(), parse_spec(kept), Setting(style))
    assert (drawn.frames[0] == matched.frames[0]).all()
    assert drawn.facts == {**kept, "ranked": {}}
    best = matched.facts["ranked"]
    assert isinstance(best, dict)
    assert {slot: variants[0] for slot, variants in best.items()} == kept["parts"]
    assert {slot: set(variants) for slot, variants in best.items()} == {
        slot: set(data.variants) for slot, data in styles.load(style).slots.items()
    }


@pytest.mark.parametrize(
    "change",
    [
        {"style": "oil"},
        {"parts": {"top": "beehive"}},
        {"parts": {"tail": "long"}},
        {"parts": "none"},
        {"colours": {"skin": "red"}},
        {"colours": {}},
        {"colours": {"skin": "#aabbcc", "fur": "#aabbcc"}},
        {"colours": {"skin": '#aabbcc"/><script'}},
    ],
)
def test_an_avatar_of_unknown_parts_is_refused(change: dict[str, object]) -> None:
    """A style, part or colour that cannot be drawn is an error before anything is drawn."""
    avatar = {**best_match(person(), "avataaars").to_json(), **change}
    with pytest.raises(UnknownAvatar):
        parse_spec(avatar)


def test_other_settings_are_refused(portrait_of: Callable[[str], Portrait]) -> None:
    """A style that nobody knows is an error, not a surprise."""
    with pytest.raises(UnknownSetting):
        make(Emoji(), portrait_of("P001"), Setting("oil"))


@pytest.mark.parametrize(
    ("name", "hair", "lengths", "glasses", "beard"),
    [
        ("P001", {"black"}, {"short"}, "none", "none"),
        ("P004", {"black"}, {"medium", "long"}, "none", "none"),
        ("P005", {"black"}, {"short", "buzz"}, "none", "beard"),
        ("P008", {"brown", "blond"}, {"long"}, "none", "none"),
        ("P009", {"black"}, {"medium", "long"}, "none", "none"),
    ],
)
def test_a_friend_would_agree(
    portrait_of: Callable[[str], Portrait],
    name: str, hair: set[str], lengths: set[str], glasses: str, beard: str,
) -> None:  # fmt: skip
    """Hair, glasses and beard of people in selfies are read as anybody would say them."""
    words = answered(observe(portrait_of(name))).attributes
    said = {attribute: max(values, key=lambda v: values[v]) for attribute, values in words.items()}
    assert said["hair_colour"] in hair
    assert said["hair_length"] in lengths
    assert (said["glasses"], said["facial_hair"]) == (glasses, beard)


def test_noise_leaves_the_avatar_alone(portrait_of: Callable[[str], Portrait]) -> None:
    """The same face under sensor noise gets the same parts."""
    portrait = portrait_of("P005")
    rng = np.random.default_rng(0)
    parts = []
    for _ in range(4):
        noisy = portrait.image + rng.normal(0, 4, portrait.image.shape)
        again = replace(portrait, image=np.clip(noisy, 0, 255).astype(np.uint8))
        parts.append(best_match(answered(observe(again)), "avataaars").parts)
    assert all(one == parts[0] for one in parts)


def test_an_avatar_is_drawn_once() -> None:
    """An avatar seen before is the very same picture."""
    spec = best_match(person(), "avataaars")
    assert render(spec, 500) is render(spec, 500)


def test_a_knot_of_hair_is_kept(portrait_of: Callable[[str], Portrait]) -> None:
    """Hair tied high on the head becomes a bun in every style of people, an afro doesn't."""
    for style, slot, bun in (("avataaars", "top", "bun"), ("big-ears", "hair", "long06")):
        assert best_match(answered(observe(portrait_of("P010"))), style).parts[slot] == bun
        assert best_match(answered(observe(portrait_of("P001"))), style).parts[slot] != bun


@pytest.mark.parametrize(("wide", "tied"), [(0.17, True), (0.42, False)])
def test_a_man_with_a_knot_has_one_and_with_a_crest_none(
    portrait_of: Callable[[str], Portrait], wide: float, tied: bool
) -> None:
    """Hair as high as a knot, but as wide as the head, is no knot; a beard forbids none."""
    portrait = portrait_of("P005")
    points, unit = portrait.report.landmarks, topology.face_height(portrait.report.landmarks)
    x, forehead = (float(value) for value in points[topology.FOREHEAD_MIDDLE, :2])
    middle = round(x), round(forehead - 0.42 * unit)
    axes = round(wide * unit), round(0.2 * unit)
    image, alpha, hair = portrait.image.copy(), portrait.alpha.copy(), portrait.hair_mask.copy()
    for plane, paint in ((image, (25, 22, 20)), (alpha, 255), (hair, 255)):
        cv2.ellipse(plane, middle, axes, 0, 0, 360, paint, cv2.FILLED)
    seen = answered(observe(replace(portrait, image=image, alpha=alpha, hair_mask=hair)))
    top = styles.load("avataaars").slots["top"].variants[best_match(seen, "avataaars").parts["top"]]
    assert (top.tags.get("tied") == ("1",)) == tied


@pytest.mark.parametrize("cut", ["sideParting", "sidePartingRight", "fullSides", "sweptBack"])
def test_of_cuts_that_words_tell_alike_the_one_with_the_hairs_outline_is_worn(cut: str) -> None:
    """Short straight hair is drawn with the parting, height and width that it is seen with."""
    seen = replace(person(), outline=outlines.drawn("avataaars", "top", cut))
    assert best_match(seen, "avataaars").parts["top"] == cut


@pytest.mark.parametrize("name", ["P006", "P010"])
def test_hair_tied_back_is_not_drawn_as_a_crop(
    portrait_of: Callable[[str], Portrait], name: str
) -> None:
    """A woman's long hair that does not show beside the jaw is put up."""
    top = best_match(answered(observe(portrait_of(name))), "avataaars").parts["top"]
    assert styles.load("avataaars").slots["top"].variants[top].tags["tied"] == ("1",)


@pytest.mark.parametrize("name", ["P002", "P004", "P007"])
def test_curls_are_drawn_as_curls(portrait_of: Callable[[str], Portrait], name: str) -> None:
    """Curly hair gets a part that shows curls or coils."""
    top = best_match(answered(observe(portrait_of(name))), "avataaars").parts["top"]
    shown = styles.load("avataaars").slots["top"].variants[top].tags["texture"]
    assert {"curly", "coily"} & set(shown)


def _forehead_drawn_over(variant: str) -> float:
    """The share of an avatar's forehead that hair covers, from above the brows up."""
    spec = best_match(person(), "avataaars").changed({"top": variant}, {"hair": "#00ff00"})
    picture = raster(svg(spec), 264)[60:72, 112:152].astype(np.float32)
    red, green, blue, _ = np.moveaxis(picture, 2, 0)
    return float(np.clip((green - np.maximum(red, blue)) / 255, 0, 1).mean())


@pytest.mark.parametrize("name", ["P003", "P008", "P009"])
def test_who_has_no_fringe_gets_none(portrait_of: Callable[[str], Portrait], name: str) -> None:
    """Long hair that leaves the forehead bare is drawn so."""
    top = best_match(answered(observe(portrait_of(name))), "avataaars").parts["top"]
    assert _forehead_drawn_over(top) < 0.65


def test_hair_that_is_drawn_over_the_forehead_is_said_to_be() -> None:
    """No part that stands for hair without a fringe shows one."""
    for variant in styles.load("avataaars").slots["top"].variants.values():
        if variant.tags.get("bangs") == ("0",):
            assert _forehead_drawn_over(variant.name) < 0.65, variant.name


def test_cloth_over_the_hair_is_worn(portrait_of: Callable[[str], Portrait]) -> None:
    """Blue where hair should be is a hat or scarf; the skin's own colour is a bald head."""
    portrait = portrait_of("P009")
    head = (portrait.hair_mask > 60)[..., None]
    none = np.zeros_like(portrait.hair_mask)
    for paint, worn in (((30, 70, 170), True), (None, False)):
        skin = portrait.image[tuple(portrait.report.landmarks[151, 1::-1].astype(int))]
        image = np.where(head, np.array(skin if paint is None else paint, np.uint8), portrait.image)
        seen = answered(observe(replace(portrait, image=image, hair_mask=none)))
        assert (best_match(seen, "big-ears").parts["headwear"] != "none") == worn
