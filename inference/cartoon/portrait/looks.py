"""Looks: one drawing, rendered as an illustrator of one school or another would."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from inference.cartoon.portrait import grounds, halftone
from inference.cartoon.portrait.drawing import Drawing, Shape
from inference.cartoon.portrait.options import AS_IT_IS, Options
from inference.cartoon.portrait.palette import Palette, hexed
from inference.face.report import Lab

_VIEW = 5120  # paths are in tenths of the canvas's 512 units
_EVERYTHING = frozenset({"fill", "shade", "light", "edge", "line", "feature"})

_ROOM = 760  # tenths of a unit that what is laid over a drawing gets above it
_FEATURES = 1.1  # most times as thick as usual that eyes, mouth and glasses may be drawn

_WHITE: Lab = (98.0, 0.0, 0.0)
_BLACK: Lab = (9.0, 1.0, -2.0)
_GRAY: Lab = (62.0, 0.0, -2.0)
_PAPER: Lab = (99.0, 0.0, 0.5)


@dataclass(frozen=True, slots=True)
class Look:
    """How a drawing is rendered.

    inks: from a palette to the colours of this look. parts: what of the drawing is shown.
    thickness: of its lines. dots: whether shadows on skin and cloth are printed as dots. hollow:
    whether shapes are drawn as their outlines alone. ground: the shape behind the person, and
    groundwork: its colour, from the drawing's own.
    """

    inks: Callable[[Palette], Palette] = dict
    parts: frozenset[str] = _EVERYTHING
    thickness: float = 1.0
    dots: bool = False
    hollow: bool = False
    ground: str = "none"
    groundwork: Callable[[Palette], Lab] = lambda _palette: (80.0, -4.0, -8.0)


def svg(drawing: Drawing, look: Look, options: Options = AS_IT_IS, over: str = "") -> str:
    """Write a drawing as an SVG document of 512 units.

    What lies outside the person, and outside the ground if there is one, is transparent.

    Args:
        drawing: what is drawn.
        look: how.
        options: wishes.
        over: SVG elements to lay over it, in tenths of a unit; they get room above and beside.
    """
    tint = TINTS[options.palette]
    inks = {role: tint(role, lab) for role, lab in look.inks(drawing.palette).items()}
    # an eye holds little more ink than its look gives it
    features = look.thickness * min(options.thickness, _FEATURES)
    thickness = look.thickness * options.thickness
    shown = [shape for shape in drawing.shapes if shape.part in look.parts]
    clips = {shape.clip for shape in shown if shape.clip}
    body = [
        f'<clipPath id="{shape.name}"><path d="{shape.path}"/></clipPath>'
        for shape in drawing.shapes
        if shape.name in clips
    ]
    ground = options.ground or look.ground
    if ground != "none":
        colour = options.ground_colour or look.groundwork(drawing.palette)
        body += grounds.elements(ground, hexed(colour), hexed(_lifted(colour)))
    for shape in shown:
        wide = features if shape.part == "feature" else thickness
        body.append(_element(shape, drawing, look, inks, wide))
    room = _ROOM if over else 0
    view = f"{-room // 2} {-room} {_VIEW + room} {_VIEW + room}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view}"'
        f' width="{_VIEW // 10}" height="{_VIEW // 10}">' + "".join(body) + over + "</svg>"
    )


def _element(shape: Shape, drawing: Drawing, look: Look, inks: Palette, thickness: float) -> str:
    colour = hexed(inks[shape.role])
    clip = f' clip-path="url(#{shape.clip})"' if shape.clip else ""
    faint = f' fill-opacity="{shape.opacity:.2f}"' if shape.opacity < 1 else ""
    line = shape.widths is not None or shape.swell is not None
    if look.dots and shape.part == "shade" and shape.role in halftone.PRINTED:
        dots = halftone.dots(shape, drawing.unit)
        return f'<path fill="{colour}"{clip} d="{dots}"/>'
    if (
        look.hollow
        and not line
        and shape.part in ("shade", "light")
        and shape.name.startswith(("hair", "beard"))
    ):
        width = round(0.007 * drawing.unit * thickness * 10)
        return (
            f'<path fill="none" stroke="{hexed(_BLACK)}" stroke-width="{width}"'
            f'{clip} d="{shape.path}"/>'
        )
    rule = "" if line else ' fill-rule="evenodd"'
    return f'<path fill="{colour}"{rule}{faint}{clip} d="{shape.outline(thickness)}"/>'


def _lifted(lab: Lab) -> Lab:
    """The same a little lighter, for a ground's pattern."""
    return (min(lab[0] + 9, 97.0), lab[1] * 0.8, lab[2] * 0.8)


def _comic(palette: Palette) -> Palette:
    """Strong colours, black lines; skin keeps its own tone."""
    inks = {}
    for role, (light, a, b) in palette.items():
        if role.endswith("-line") or role in ("lash", "ink"):
            inks[role] = _BLACK
        elif role.startswith("skin") or role in ("blush", "lips", "lips-dark", "lips-light"):
            inks[role] = (light, a * 1.08, b * 1.12)
        elif role.startswith(("clothes", "headwear", "hair")):
            inks[role] = (light, a * 1.5, b * 1.5)
        else:
            inks[role] = (light, a * 1.2, b * 1.2)
    return inks


def _pastel(palette: Palette) -> Palette:
    """Soft cloth and hair, lines in the colour of what they bound; skin keeps its own tone."""
    inks = {}
    for role, (light, a, b) in palette.items():
        if role.startswith(("clothes", "headwear")) and not role.endswith("-line"):
            inks[role] = (58 + 0.36 * light, _tinted(a, 7), _tinted(b, 9))
        elif role.endswith("-line") and not role.startswith("mouth"):
            inks[role] = (light + 18, a * 1.1, b * 1.1)
        elif role.startswith(("hair", "beard", "brows")):
            inks[role] = (12 + light * 0.92, a * 1.05 + 2, b * 1.0 - 1)
        elif role == "blush":
            inks[role] = (light, a + 8, b)
        else:
            inks[role] = (light, a, b)
    return inks


def _noir(palette: Palette) -> Palette:
    """Black, white and one gray: what is light in life is white, what is dark is black."""
    light_skin = palette["paper"][0] > _HALF
    inks: dict[str, Lab] = {}
    for role, lab in palette.items():
        inks[role] = _BLACK if lab[0] < 40 else _GRAY if lab[0] < 70 else _WHITE
    inks |= {
        "skin": _WHITE if light_skin else _GRAY,
        "skin-shadow": _GRAY if light_skin else (36.0, 0.0, -2.0),
        "skin-relief": _GRAY if light_skin else (36.0, 0.0, -2.0),
        "freckle": _GRAY if light_skin else _BLACK,
        "skin-light": _WHITE,
        "skin-line": _BLACK,
        "lips": _GRAY if light_skin else (36.0, 0.0, -2.0),
        "lips-dark": _BLACK,
        "lips-light": _WHITE if light_skin else _GRAY,
        "mouth-line": _BLACK,
        "blush": _GRAY if light_skin else (36.0, 0.0, -2.0),
        "beard-thin": _GRAY if light_skin else (36.0, 0.0, -2.0),
        "brows": _BLACK,
        "iris": _GRAY,
        "iris-dark": _BLACK,
        "iris-light": _WHITE,
        "frame": _BLACK,
        "tongue": _GRAY,
    }
    dark_hair = palette["hair"][0] < 42
    inks |= {
        "hair": _BLACK if dark_hair else _WHITE,
        "hair-second": _GRAY,
        "hair-dark": _BLACK if dark_hair else _GRAY,
        "hair-light": _GRAY if dark_hair else _WHITE,
        "hair-line": _BLACK,
        "clothes-line": _BLACK,
        "headwear-line": _BLACK,
        "beard-dark": _BLACK,
        "beard-line": _BLACK,
    }
    return inks


_HALF = 80.0  # lightness that tells white paper from gray

_YELLOW: Lab = (88.0, -4.0, 78.0)
_MAGENTA: Lab = (56.0, 74.0, -6.0)
_CYAN: Lab = (66.0, -26.0, -38.0)
_NAVY: Lab = (17.0, 22.0, -44.0)


def _pop(palette: Palette) -> Palette:
    """Four inks, as a screen print has them: yellow, magenta, cyan and a dark blue."""
    pale = palette["paper"][0] > _HALF
    inks: dict[str, Lab] = {}
    for role, lab in palette.items():
        inks[role] = _NAVY if lab[0] < 34 else _CYAN if lab[0] < 78 else _PAPER
    skin, shadow = (
        ((82.0, 20.0, 20.0), _MAGENTA) if pale else ((58.0, 40.0, 28.0), (36.0, 54.0, 2.0))
    )
    hair = _NAVY if palette["hair"][0] < 45 else _YELLOW
    inks |= {
        "skin": skin,
        "skin-shadow": shadow,
        "skin-relief": shadow,
        "freckle": _MAGENTA,
        "skin-light": _PAPER,
        "skin-line": _NAVY,
        "blush": _MAGENTA,
        "lips": _MAGENTA,
        "lips-dark": (42.0, 66.0, 0.0),
        "lips-light": _PAPER,
        "mouth-line": _NAVY,
        "tongue": _MAGENTA,
        "hair": hair,
        "hair-second": _MAGENTA,
        "hair-dark": (9.0, 14.0, -30.0) if hair is _NAVY else (74.0, 18.0, 74.0),
        "hair-light": _CYAN if hair is _NAVY else _PAPER,
        "hair-line": _NAVY,
        "brows": _NAVY,
        "iris": _CYAN,
        "iris-dark": _NAVY,
        "iris-light": _PAPER,
        "beard": hair,
        "beard-dark": _NAVY,
        "beard-line": _NAVY,
        "beard-thin": shadow,
        "frame": _NAVY,
        "cloth-shade": _NAVY,
    }
    return inks


def _line(palette: Palette) -> Palette:
    """White paper and black lines."""
    black = ("-line", "lash", "brows", "pupil", "frame", "mouth", "ink", "iris-dark", "lens-dark")
    return {role: _BLACK if role.endswith(black) else _PAPER for role in palette}


def _tinted(value: float, most: float) -> float:
    return float(np.clip(value * 0.7, -2.4 * most, 2.4 * most))


def _main_cloth(palette: Palette) -> Lab:
    return palette.get("clothes-0", (60.0, -4.0, -12.0))


def _against_cloth(palette: Palette) -> Lab:
    """Light, and across the colour circle from the clothes."""
    _, a, b = _main_cloth(palette)
    size = float(np.hypot(a, b))
    if size < 6:
        return (86.0, -10.0, 14.0)
    return (86.0, -a / size * 16, -b / size * 16)


def _behind_cloth(palette: Palette) -> Lab:
    """The same, stronger: what a person without lines stands against."""
    light, a, b = _against_cloth(palette)
    return (light - 12, a * 1.7, b * 1.7)


TINTS: dict[str, Callable[[str, Lab], Lab]] = {
    "own": lambda _role, lab: lab,
    "warm": lambda role, lab: _toned(role, lab, 4, 9, 1.0),
    "cool": lambda role, lab: _toned(role, lab, -3, -10, 1.0),
    "faded": lambda role, lab: _toned(role, lab, 0, 2, 0.55),
    "vivid": lambda role, lab: _toned(role, lab, 0, 0, 1.45),
}
"""Palettes: each turns the colours of what is worn and grown; skin stays as it is."""


def _toned(role: str, lab: Lab, a: float, b: float, chroma: float) -> Lab:
    if role.startswith(("skin", "lips", "blush", "mouth", "teeth", "eye", "glint", "beard-thin")):
        return lab
    return (lab[0], lab[1] * chroma + a, lab[2] * chroma + b)


LOOKS: dict[str, Look] = {
    "ink": Look(thickness=1.15),
    "flat": Look(
        parts=_EVERYTHING - {"edge"}, thickness=0.7, ground="circle", groundwork=_behind_cloth
    ),
    "comic": Look(
        _comic, thickness=1.9, dots=True, ground="burst", groundwork=lambda _p: (84.0, 4.0, 76.0)
    ),
    "anime": Look(thickness=0.95),
    "chibi": Look(thickness=1.2),
    "pastel": Look(_pastel, thickness=0.75, ground="square", groundwork=_against_cloth),
    "noir": Look(_noir, thickness=1.4),
    "pop": Look(_pop, thickness=1.2, dots=True, ground="square", groundwork=lambda _p: _YELLOW),
    "line": Look(
        _line, thickness=1.25, hollow=True, ground="blob",
        groundwork=lambda p: (max(78.0, _main_cloth(p)[0]), _main_cloth(p)[1], _main_cloth(p)[2]),
    ),
}  # fmt: skip
"""All looks; which proportions each is drawn in is ``composing.PROPORTIONS``."""
