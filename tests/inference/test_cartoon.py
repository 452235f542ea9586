"""The cartoon family on real photos."""

from collections.abc import Callable, Mapping

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from inference.cartoon import canvas, likeness, styles
from inference.cartoon.serving import Cartoon
from inference.errors import UnknownSetting
from inference.face.report import Portrait
from inference.images import to_lab
from inference.runtime import Network
from storage.kinds import CARTOON, Setting

Studied = Callable[[str], Portrait]
Image = NDArray[np.uint8]


@pytest.fixture(scope="module")
def network() -> Network:
    """Give the style network."""
    return Network("style_transfer")


def _painted(network: Network, portrait: Portrait, settings: tuple[Setting, ...]) -> Image:
    family = Cartoon()
    prepared = family.prepare(portrait, settings)
    assert prepared.inputs is not None
    batch: Mapping[str, NDArray[np.generic]] = {k: v[None] for k, v in prepared.inputs.items()}
    outputs = {k: v[0] for k, v in network.run(batch).items()}
    (sticker,) = family.finish(prepared, outputs).frames
    return sticker


def test_every_style_on_offer_exists() -> None:
    """The vocabulary and the table of paintings name the same styles."""
    assert set(CARTOON.settings) == set(styles.painted())
    assert all(code.shape == (100,) for code in styles.painted().values())


@pytest.mark.parametrize("style", CARTOON.settings)
def test_a_painting_keeps_the_skin(network: Network, portrait_of: Studied, style: str) -> None:
    """At the usual strength the skin's median stays within a small step of the photo's."""
    portrait = portrait_of("P009")
    work = canvas.lay(portrait)
    sticker = _painted(network, portrait, (Setting(style, 0.6),))
    assert sticker.shape == (512, 512, 4)
    assert 0.3 < (sticker[..., 3] == 255).mean() < 0.95
    batch = Cartoon().prepare(portrait, (Setting(style, 0.6),)).inputs
    assert batch is not None
    raw = network.run({k: v[None] for k, v in batch.items()})["stylized"][0]
    painted = likeness.restore(raw.transpose(1, 2, 0).astype(np.float32) * 255, work, amount=0.6)
    skin = work.skin > 0.7
    before, after = (np.median(to_lab(x)[skin], axis=0) for x in (work.photo, painted))
    assert np.linalg.norm(before - after) < 8


@pytest.mark.slow
def test_styles_differ(network: Network, portrait_of: Studied) -> None:
    """No two paintings give the same picture, and each differs from the photo."""
    portrait = portrait_of("P004")
    pictures = [
        _painted(network, portrait, (Setting(style, 0.8),)).astype(int)
        for style in CARTOON.settings
    ]
    for i, one in enumerate(pictures):
        for other in pictures[:i]:
            assert np.abs(one - other).mean() > 1.5


def test_amount_zero_is_the_photo(portrait_of: Studied) -> None:
    """Whatever the network gave, at amount 0 the person's photo comes out."""
    work = canvas.lay(portrait_of("P001"))
    noise = np.random.default_rng(0).uniform(0, 255, (512, 512, 3)).astype(np.float32)
    assert np.array_equal(likeness.restore(noise, work, amount=0.0), work.photo)


def test_more_is_more(network: Network, portrait_of: Studied) -> None:
    """The painting moves away from the photo with the amount."""
    portrait = portrait_of("P001")
    photo, *steps = (
        _painted(network, portrait, (Setting("munch", amount),)).astype(int)
        for amount in (0.0, 0.2, 0.6, 1.0)
    )
    distances = [np.abs(step - photo).mean() for step in steps]
    assert distances == sorted(distances)
    assert distances[0] > 0.5


def test_the_likeness_stays(network: Network, portrait_of: Studied) -> None:
    """Light and dark of the face lie where they lay: the two pictures correlate strongly."""
    portrait = portrait_of("P008")
    photo = _painted(network, portrait, (Setting("hokusai", 0.0),))
    painted = _painted(network, portrait, (Setting("hokusai", 0.6),))
    inside = (photo[..., 3] == 255) & (painted[..., 3] == 255)
    one, two = (
        cv2.GaussianBlur(cv2.cvtColor(x[..., :3], cv2.COLOR_RGB2GRAY), (0, 0), 4)[inside]
        for x in (photo, painted)
    )
    assert np.corrcoef(one, two)[0, 1] > 0.95


def test_inputs_have_one_shape(portrait_of: Studied) -> None:
    """Portraits of any size make equal tensors, so that jobs can share a batch."""
    for person in ("P001", "P005"):
        inputs = Cartoon().prepare(portrait_of(person), ()).inputs
        assert inputs is not None
        content, style = inputs["content"], inputs["style"]
        assert content.shape == (3, 512, 512)
        assert style.shape == (100, 1, 1)
        assert content.dtype == style.dtype == np.float32
        assert 0 <= float(content.min()) <= float(content.max()) <= 1


@pytest.mark.parametrize(
    "settings",
    [
        (Setting("banksy", 0.5),),
        (Setting("munch", 0.5), Setting("monet", 0.5)),
        (Setting("munch", 1.5),),
        (Setting("munch", float("nan")),),
    ],
)
def test_what_nobody_painted_is_refused(
    portrait_of: Studied, settings: tuple[Setting, ...]
) -> None:
    """Unknown paintings, two at once and amounts out of range are errors of the request."""
    with pytest.raises(UnknownSetting):
        Cartoon().prepare(portrait_of("P001"), settings)
