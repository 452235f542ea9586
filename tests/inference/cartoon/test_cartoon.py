"""The cartoon family on real photos."""

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from inference.cartoon import borrowed, canvas, likeness, styles, tensors, twin
from inference.cartoon.portrait.looks import LOOKS
from inference.cartoon.rendered import STYLES
from inference.cartoon.serving import Cartoon
from inference.cartoon.training import textures
from inference.errors import UnknownSetting
from inference.face import analysis
from inference.face.report import Portrait
from inference.pictures.images import to_lab
from storage.contract.kinds import CARTOON, Setting
from tests.inference.making import answered, called, make

Studied = Callable[[str], Portrait]
Image = NDArray[np.uint8]


def _painted(portrait: Portrait, settings: tuple[Setting, ...]) -> Image:
    (sticker,) = make(Cartoon(), portrait, *settings).frames
    return sticker


def test_every_style_on_offer_exists() -> None:
    """The vocabulary names what is drawn, painted and rendered, once each."""
    assert not set(STYLES) & set(styles.painted()) | set(LOOKS) & {*STYLES, *styles.painted()}
    assert set(CARTOON.plain) == {*LOOKS, *twin.STYLES}
    ours = {*CARTOON.plain, *STYLES, *styles.painted(), *CARTOON.beside, *CARTOON.brought}
    ours.add(borrowed.PICTURE)
    assert set(CARTOON.settings) == ours
    assert all(code.shape == (100,) for code in styles.painted().values())


def test_our_textures_give_the_codes_in_the_table() -> None:
    """The table was written from the textures as they are drawn now."""
    for name, draw in textures.TEXTURES.items():
        assert np.allclose(answered(styles.of(draw())), styles.painted()[name], atol=1e-3)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("person", ["P005", "P008", "P009"])
def test_a_drawing_keeps_the_face(portrait_of: Studied, style: str, person: str) -> None:
    """From a step away the same face looks out of a drawing, in the same place and skin."""
    work = canvas.lay(portrait_of(person))
    drawn = likeness.faded(STYLES[style](work, 0.6), work, amount=0.6)
    assert np.abs(drawn.astype(int) - work.photo).mean() > 3

    seen = np.asarray(cv2.GaussianBlur(drawn, (0, 0), 2.5), np.uint8)
    before, after = (
        answered(analysis.find(x)).faces[0].landmarks[:, :2] for x in (work.photo, seen)
    )
    assert np.linalg.norm(before - after, axis=1).mean() < 6  # px, of a face 200 px high

    skin = work.skin > 0.7
    far = [cv2.GaussianBlur(picture, (0, 0), 5) for picture in (work.photo, drawn)]
    tones = [to_lab(np.asarray(picture, np.uint8))[skin].mean(axis=0) for picture in far]
    assert abs(tones[0][0] - tones[1][0]) < 6
    assert np.linalg.norm(tones[0] - tones[1]) < 12


@pytest.mark.parametrize("style", STYLES)
def test_a_drawing_fades_into_the_photo(portrait_of: Studied, style: str) -> None:
    """No amount gives the photo, more gives more, and the outline is the photo's throughout."""
    portrait = portrait_of("P002")
    photo = _painted(portrait, (Setting("hokusai", 0.0),))
    steps = [_painted(portrait, (Setting(style, amount),)) for amount in (0, 0.3, 1)]
    assert np.array_equal(steps[0], photo)
    assert all(np.array_equal(step[..., 3], photo[..., 3]) for step in steps)
    distances = [np.abs(step.astype(int) - photo).mean() for step in steps]
    assert distances == sorted(distances)
    assert distances[1] > 0.5


def test_the_same_wish_gives_the_same_drawing(portrait_of: Studied) -> None:
    """Nothing in a drawing is left to chance."""
    work = canvas.lay(portrait_of("P004"))
    for draw in STYLES.values():
        assert np.array_equal(draw(work, 0.6), draw(work, 0.6))


@pytest.mark.parametrize("style", ["hokusai", "watercolour"])
def test_a_scene_is_the_whole_picture(portrait_of: Studied, style: str) -> None:
    """The surroundings are painted too, up to rounded corners, and reach from edge to edge."""
    settings = (Setting(style, 0.6), Setting("scene"))
    alone = _painted(portrait_of("P001"), settings[:1])
    scene = _painted(portrait_of("P001"), settings)
    assert scene.shape == (512, 512, 4)
    assert (scene[..., 3] == 255).mean() > (alone[..., 3] == 255).mean() + 0.2
    assert scene[256, 0, 3] == scene[256, -1, 3] == 255
    assert not scene[[0, 0, -1, -1], [0, -1, 0, -1], 3].any()
    assert np.array_equal(scene, _painted(portrait_of("P001"), settings[::-1]))


def test_a_scene_shows_no_repeated_edge(portrait_of: Studied) -> None:
    """What lies outside the photo is cut away, and the landmarks move along."""
    portrait = portrait_of("P001")
    padded, alpha = portrait.image.copy(), portrait.alpha.copy()
    padded[:, :60] = padded[:, 60:61]  # as where a photo ends beside a head
    alpha[:, :60] = 0
    work = canvas.surroundings(replace(portrait, image=padded, alpha=alpha))
    columns = np.flatnonzero(work.alpha[256] == 255)
    assert (columns[0], columns[-1]) == pytest.approx((24, 487), abs=2)
    side = work.photo.shape[0] / portrait.image.shape[0]
    expected = portrait.report.landmarks[1, :2] * side - (30 * side, 0)
    assert work.landmarks[1] == pytest.approx(expected, abs=1.5)


@pytest.mark.parametrize("style", styles.painted())
def test_a_painting_keeps_the_skin(portrait_of: Studied, style: str) -> None:
    """At the usual strength the skin's median stays within a small step of the photo's."""
    portrait = portrait_of("P009")
    work = canvas.lay(portrait)
    sticker = _painted(portrait, (Setting(style, 0.6),))
    assert sticker.shape == (512, 512, 4)
    assert 0.3 < (sticker[..., 3] == 255).mean() < 0.95
    *_, (_, outputs) = called(Cartoon().make(portrait, (Setting(style, 0.6),)))
    (raw,) = outputs["stylized"]
    painted = likeness.restore(tensors.to_picture(raw), work, amount=0.6)
    skin = work.skin > 0.7
    before, after = (np.median(to_lab(x)[skin], axis=0) for x in (work.photo, painted))
    assert np.linalg.norm(before - after) < 8


@pytest.mark.slow
def test_styles_differ(portrait_of: Studied) -> None:
    """No two paintings give the same picture, and each differs from the photo."""
    portrait = portrait_of("P004")
    pictures = [
        _painted(portrait, (Setting(style, 0.8),)).astype(int)
        for style in (*styles.painted(), *STYLES)
    ]
    for i, one in enumerate(pictures):
        for other in pictures[:i]:
            assert np.abs(one - other).mean() > 1.5


def test_amount_zero_is_the_photo(portrait_of: Studied) -> None:
    """Whatever the network gave, at amount 0 the person's photo comes out."""
    work = canvas.lay(portrait_of("P001"))
    noise = np.random.default_rng(0).integers(0, 256, (512, 512, 3), np.uint8)
    assert np.array_equal(likeness.restore(noise, work, amount=0.0), work.photo)


def test_more_is_more(portrait_of: Studied) -> None:
    """The painting moves away from the photo with the amount."""
    portrait = portrait_of("P001")
    photo, *steps = (
        _painted(portrait, (Setting("munch", amount),)).astype(int)
        for amount in (0.0, 0.2, 0.6, 1.0)
    )
    distances = [np.abs(step - photo).mean() for step in steps]
    assert distances == sorted(distances)
    assert distances[0] > 0.5


def test_the_likeness_stays(portrait_of: Studied) -> None:
    """Light and dark of the face lie where they lay: the two pictures correlate strongly."""
    portrait = portrait_of("P008")
    photo = _painted(portrait, (Setting("hokusai", 0.0),))
    painted = _painted(portrait, (Setting("hokusai", 0.6),))
    inside = (photo[..., 3] == 255) & (painted[..., 3] == 255)
    one, two = (
        cv2.GaussianBlur(cv2.cvtColor(x[..., :3], cv2.COLOR_RGB2GRAY), (0, 0), 4)[inside]
        for x in (photo, painted)
    )
    assert np.corrcoef(one, two)[0, 1] > 0.95


def test_inputs_have_one_shape(portrait_of: Studied) -> None:
    """Portraits of any size make equal tensors, so that jobs can share a batch."""
    for person in ("P001", "P005"):
        *_, (call, _) = called(Cartoon().make(portrait_of(person), (Setting("munch", 0.6),)))
        assert call.model == "style_transfer"
        content, style = call.inputs["content"], call.inputs["style"]
        assert content.shape == (1, 3, 512, 512)
        assert style.shape == (1, 100, 1, 1)
        assert content.dtype == style.dtype == np.float32
        assert 0 <= float(content.min()) <= float(content.max()) <= 1


def test_a_bare_wish_is_a_drawing(portrait_of: Studied) -> None:
    """Without a style the person is drawn in ink, without any network, as a die-cut sticker."""
    portrait = portrait_of("P001")
    bare, inked = _painted(portrait, ()), _painted(portrait, (Setting("ink"),))
    assert np.array_equal(bare, inked)
    assert bare.shape == (512, 512, 4)
    assert 0.3 < (bare[..., 3] == 255).mean() < 0.95


def test_a_drawn_scene_stands_before_its_surroundings_colour(portrait_of: Studied) -> None:
    """Behind a drawing stands the colour of what was behind the person."""
    portrait = portrait_of("P007")
    image = portrait.image.copy()
    image[portrait.alpha < 8] = (20, 120, 60)
    wooded = replace(portrait, image=image)
    alone = _painted(wooded, (Setting("ink"),))
    scene = _painted(wooded, (Setting("ink"), Setting("scene")))
    assert (scene[..., 3] == 255).mean() > (alone[..., 3] == 255).mean() + 0.1
    corner = scene[60:80, 60:80, :3].reshape(-1, 3)
    assert np.median(corner, axis=0).tolist() == pytest.approx([20, 120, 60], abs=6)


@pytest.mark.parametrize(
    "settings",
    [
        (Setting("banksy", 0.5),),
        (Setting("munch", 0.5), Setting("monet", 0.5)),
        (Setting("ink"), Setting("scene"), Setting("oil", 0.5)),
        (Setting("munch", 1.5),),
        (Setting("munch", float("nan")),),
    ],
)
def test_what_nobody_painted_is_refused(
    portrait_of: Studied, settings: tuple[Setting, ...]
) -> None:
    """Unknown paintings, two at once and amounts out of range are errors of the request."""
    with pytest.raises(UnknownSetting):
        make(Cartoon(), portrait_of("P001"), *settings)
