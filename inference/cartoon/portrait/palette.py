"""The colours of a drawing: each role's Lab, from what was measured on the person."""

from collections.abc import Mapping, Sequence

import cv2
import numpy as np

from inference.cartoon.portrait.options import Options
from inference.cartoon.portrait.sitter import SCALE, Sitter
from inference.face import light
from inference.face.report import Colours, Lab
from inference.pictures.images import from_lab

Palette = Mapping[str, Lab]

_BLACK_HAIR = 15.0  # least lightness of hair, so that its locks still show
_BARE = 0.5  # how much nearer to the skin men's lips are drawn: filled ones look painted
_LIGHT = 55.0  # lightness below which no skin is left white
_FULL, _TELLING = 0.8, 80  # of hair that lets no skin through; pixels of it
_PIXEL, _STRANDS = 0.6, 0.006  # px, face heights: finer than these no lock is
_LOCKS = (0.15, 0.5, 0.92)  # shares of the hair that are darker than its locks in shadow, all, lit
_DARKER, _LIGHTER = (0.55, 0.85), (0.12, 0.5)  # shares of the lightness left, of what is missing
_SHINE, _SILVER = 92.0, 0.4  # lightness of shine; how much more gray hair has
_PAPER: Lab = (98.0, 0.0, 0.0)
_GRAY: Lab = (62.0, 0.0, -2.0)
_GOLD: Lab = (68.0, 8.0, 42.0)


def mix(
    sitter: Sitter, clothes: Sequence[Lab], headwear: Sequence[Lab], wishes: Options
) -> dict[str, Lab]:
    """Give every role its colour. clothes, headwear: tones, the main one first."""
    skin = _in_white_light(sitter.colours)
    tone = sum(tone * sitter.chance("skin", str(tone)) for tone in range(1, 7))
    shade = light.missing(skin, tone)
    skin = _skin(_lightened(skin, shade))
    lips = _lips(_lightened(sitter.colours.lips, shade), skin)
    lips = _between(lips, skin, _BARE * sitter.masculine)
    shadow = (skin[0] * 0.80, skin[1] + 3.5, skin[2] * 0.97 + 2)
    own = grown(sitter.colours, wishes)
    found: dict[str, Lab] = {
        **own,
        **_locks(sitter, own["hair"], dyed=wishes.hair is not None),
        "skin": skin,
        "skin-shadow": shadow,
        "skin-relief": shadow,
        "freckle": (skin[0] * 0.74, skin[1] + 5, skin[2] + 5),
        "skin-light": (skin[0] + 0.26 * (97 - skin[0]), skin[1] * 0.8, skin[2] * 0.85),
        "skin-line": (skin[0] * 0.36, skin[1] * 0.8 + 5, skin[2] * 0.6 + 1),
        "blush": (skin[0] * 0.92, skin[1] + 11, skin[2] + 3),
        "lips": lips,
        "lips-dark": (lips[0] * 0.84, lips[1] + 1, lips[2]),
        "lips-light": (lips[0] + 0.22 * (95 - lips[0]), lips[1] * 0.9, lips[2] * 0.9),
        "mouth-line": (min(lips[0], skin[0]) * 0.40, lips[1] * 0.8, lips[2] * 0.6),
        "mouth": (18.0, 26.0, 12.0),
        "tongue": (46.0, 34.0, 16.0),
        "teeth": (95.0, 0.0, 4.0),
        "paper": _PAPER if _pale(sitter, skin) else _GRAY,
        "eye-white": (96.0, 0.0, 1.0),
        "eye-shade": (80.0, 1.0, 0.0),
        "pupil": (7.0, 1.0, -1.0),
        "glint": (99.0, 0.0, 0.0),
        "lash": (11.0, 3.0, 2.0),
        "cloth-shade": (10.0, 2.0, -6.0),
        "trousers": (32.0, -2.0, -14.0),
        "shoes": (22.0, 4.0, 2.0),
        "gold": _GOLD,
        "ink": (14.0, 2.0, -3.0),
    }
    for name, tones in (("clothes", clothes), ("headwear", headwear)):
        main = tones[0] if tones else (40.0, 0.0, -4.0)
        found[f"{name}-0"] = main
        found |= {
            f"{name}-{k}": (tone[0], tone[1] * 1.12, tone[2] * 1.12) for k, tone in enumerate(tones)
        }
        found[f"{name}-line"] = (min(main[0] * 0.34, 20.0), main[1] * 0.5, main[2] * 0.5)
        found[f"{name}-shadow"] = (main[0] * 0.72, main[1], main[2])
    return found


def grown(colours: Colours, wishes: Options) -> dict[str, Lab]:
    """Colours of hair, brows and eyes: the person's own, or those wished for."""
    hair = wishes.hair or colours.hair or colours.brows
    hair = (max(hair[0], _BLACK_HAIR), hair[1] * 1.1, hair[2] * 1.1)
    brows = _between(colours.brows, hair, 0.6) if wishes.hair else colours.brows
    brows = (min(max(brows[0] - 4, 8.0), _skin(colours.skin)[0] - 16), brows[1], brows[2])
    iris = wishes.eyes or colours.iris
    iris = (min(max(iris[0] + 4, 22.0), 66.0), iris[1] * 1.5, iris[2] * 1.5)
    return {
        "hair": hair,
        "hair-dark": (hair[0] * 0.62, hair[1] * 0.95, hair[2] * 0.85),
        "hair-light": (hair[0] + 0.24 * (92 - hair[0]), hair[1] * 1.02, hair[2] * 1.05),
        "hair-line": (hair[0] * 0.36, hair[1] * 0.6, hair[2] * 0.5),
        "hair-second": _second(colours.hair_second, hair, wishes),
        "brows": brows,
        "iris": iris,
        "iris-dark": (iris[0] * 0.55, iris[1], iris[2]),
        "iris-light": (iris[0] + 0.3 * (90 - iris[0]), iris[1] * 1.1, iris[2] * 1.1),
    }


def _locks(sitter: Sitter, hair: Lab, *, dyed: bool) -> dict[str, Lab]:
    """Locks in shadow and in light as far from the hair's tone as on the photo; gray hair shines.

    Nothing where hair is too little to tell. dyed: in a colour that was wished for.
    """
    inside = cv2.erode(sitter.hair, np.ones((3, 3))) > _FULL
    if inside.sum() < _TELLING:
        return {}
    fine = max(_PIXEL, _STRANDS * sitter.unit / SCALE)
    seen = cv2.GaussianBlur(sitter.lab[..., 0], (0, 0), fine)[inside]
    low, middle, high = np.quantile(seen, _LOCKS).tolist()
    lightness, a, b = hair
    darker = float(np.clip(low / max(middle, 1.0), *_DARKER))
    lighter = float(np.clip((high - middle) / max(_SHINE - middle, 1.0), *_LIGHTER))
    gray = 0.0 if dyed else _SILVER * sitter.chance("hair_colour", "gray", "white")
    lit = lightness + lighter * (_SHINE - lightness)
    return {
        "hair-dark": (lightness * darker, a * 0.95, b * 0.85),
        "hair-light": (lit + gray * (_SHINE - lit), a * (1 - gray), b * (1 - gray)),
    }


def hexed(lab: Lab) -> str:
    """Write a colour as #rrggbb."""
    r, g, b = from_lab(np.array([[lab]], np.float32))[0, 0].tolist()
    return f"#{r:02x}{g:02x}{b:02x}"


def _pale(sitter: Sitter, skin: Lab) -> bool:
    """Whether skin may be left as white paper, where a look has no colours."""
    return skin[0] > _LIGHT and sitter.chance("skin", "4", "5", "6") < 0.5


def _in_white_light(colours: Colours) -> Lab:
    """Skin without the light's colour, as light as it is; gray photographs stay gray."""
    if light.is_gray(colours.skin, colours.lips, colours.hair or colours.brows):
        return colours.skin
    return light.balanced(colours.skin, colours.skin)


def _lightened(colour: Lab, more: float) -> Lab:
    lightness, a, b = colour
    return lightness + more, a, b


def _skin(skin: Lab) -> Lab:
    """Hardly more colourful than it is."""
    return (float(np.clip(skin[0], 18, 90)), skin[1] * 1.04, skin[2] * 1.04)


def _lips(lips: Lab, skin: Lab) -> Lab:
    """Lips always differ a little from the skin around them."""
    light = min(lips[0], skin[0] - 5) if skin[0] > 30 else lips[0]
    return (max(light, 16.0), max(lips[1], skin[1] + 6) * 1.05, lips[2])


def _second(second: Lab | None, hair: Lab, wishes: Options) -> Lab:
    """The other tone of hair; of dyed hair the same a little lighter or darker."""
    if second is None or wishes.hair is not None:
        step = 8 if second is None or second[0] > hair[0] else -8
        return (max(hair[0] + step, 8.0), hair[1], hair[2])
    return (max(second[0], 12.0), second[1] * 1.1, second[2] * 1.1)


def _between(a: Lab, b: Lab, share: float) -> Lab:
    first, second = np.array(a), np.array(b)
    mixed = first + share * (second - first)
    return (float(mixed[0]), float(mixed[1]), float(mixed[2]))
