"""What hats, scarves, tinted lenses and years change about a drawing."""

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np

from inference.cartoon.portrait import glasses, lines, regions, sitter
from inference.face import topology
from inference.face.report import Portrait

SIDE, UNIT = 128, 60.0

Studied = Callable[[str], Portrait]


def frame() -> tuple[np.ndarray, np.ndarray]:
    """A head whose forehead's top is at (64, 50), 60 px high."""
    landmarks = np.zeros((478, 2))
    landmarks[topology.FOREHEAD_MIDDLE], landmarks[topology.CHIN] = (64, 50), (64, 110)
    landmarks[234], landmarks[454] = (40, 80), (88, 80)
    return regions.head_frame(SIDE, landmarks)


def test_a_forehead_below_a_hat_is_whole() -> None:
    """Its shine looks like nothing known, but skin lies above it: what is between is skin."""
    across, down = frame()
    skin = np.zeros((SIDE, SIDE), np.float32)
    skin[40:, 44:84] = 1
    shine = skin.copy()
    shine[44:50, 56:72] = 0
    zone = (down < 0.15) & (down > -0.3) & (np.abs(across) < 0.42)
    found = regions._with_forehead(shine, shine, zone, UNIT)
    assert (found[44:50, 56:72] == 1).all()
    assert found[:34].max() == 0


def test_a_scarf_goes_on_where_its_colour_does() -> None:
    """Below the chin it is known by its colour, whatever its light."""
    lab = np.full((SIDE, SIDE, 3), (60.0, 0.0, -40.0), np.float32)
    lab[64:, :64, 0] = 45  # its shadow
    lab[64:, 64:] = (60, 40, 30)
    cloth = np.zeros((SIDE, SIDE), np.float32)
    cloth[:40] = 1
    alike = regions._alike(lab, cloth)
    assert alike[70:, :56].min() > 0.9
    assert alike[72:, 72:].max() < 0.1


def test_only_lined_skin_gets_wrinkles(portrait_of: Studied) -> None:
    """Smooth faces have none; furrows across forehead and cheeks bring some."""
    smooth = sitter.sit(portrait_of("P005"))
    assert not any(shape.name.startswith("wrinkle") for shape in lines.draw(smooth))
    lab = smooth.lab.copy()
    lab[::6, :, 0] -= 30
    lab = cv2.GaussianBlur(lab, (0, 0), 0.8)
    lined = replace(smooth, lab=np.asarray(lab, np.float32))
    named = [shape.name for shape in lines.draw(lined)]
    assert {"wrinkle-forehead-0", "wrinkle-crow--1-0", "wrinkle-chin-1"} <= {*named}


def test_tinted_lenses_are_sunglasses(portrait_of: Studied) -> None:
    """Mirrored ones are seen by their colour, which no skin behind them has."""
    seen = sitter.sit(portrait_of("P005"))
    worn = replace(seen, perceived={**seen.perceived, "glasses": {"clear": 0.9, "none": 0.1}})
    clear = glasses.find(worn)
    assert clear is not None
    assert not clear.dark
    lab = worn.lab.copy()
    eyes = worn.filled(*topology.EYES).astype(np.uint8)
    around = cv2.dilate(eyes, np.ones((31, 31), np.uint8)) > 0
    lab[around] = (40, 0, -30)
    mirrored = glasses.find(replace(worn, lab=lab))
    assert mirrored is not None
    assert mirrored.dark


def test_the_cool_wear_sunglasses(portrait_of: Studied) -> None:
    """Whoever wears none gets some."""
    bare = sitter.sit(portrait_of("P001"))
    assert glasses.find(bare) is None
    shades = glasses.find(bare, cool=True)
    assert shades is not None
    assert shades.dark


def test_pale_skin_is_as_light_as_it_is(portrait_of: Studied) -> None:
    """Its more colourful half is its shadow; its shine is left out."""
    for name in ("P004", "P005", "P009"):
        measured, drawn = (
            portrait_of(name).report.colours.skin[0],
            sitter.sit(portrait_of(name)).colours.skin[0],
        )
        assert measured - 4 < drawn <= measured, name
