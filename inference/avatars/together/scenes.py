"""What two do together, and one on their birthday."""

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from inference.avatars import moods
from inference.avatars.together.figures import BUST, FACE, Figure, figure
from inference.avatars.together.stage import SIDE, Stage, arm, fist, palm, placed, rays, sleeve
from storage.contract.avatars import AvatarSpec

Image = NDArray[np.uint8]

_UNIT = 74.0  # px of half a head
_LOW = 575.0  # where busts end
_LEAN = 6.0  # degrees
_HEART = "M0 30C-34 6-36-26-14-28C-5-29 0-20 0-16C0-20 5-29 14-28C36-26 34 6 0 30z"
_BOLT = "M26-150L-62 26H-8L-34 150L66-40H8L44-150z"


def hug(specs: Sequence[AvatarSpec]) -> Image:
    """Two who lean on each other, an arm around the other's shoulder: (640, 640, 4) RGBA.

    Raises:
        KeyError: a style is unknown or has no such part.
    """
    left, right = _figures(specs, "happy")
    apart = max(min(left.head[1], right.head[0]) + FACE, 2.0) * _UNIT
    apart += 2 * math.sin(math.radians(_LEAN)) * (1.2 + max(left.chin, right.chin)) * _UNIT
    y = _LOW - BUST * _UNIT
    x = SIDE / 2 - apart / 2, SIDE / 2 + apart / 2
    stage = Stage()
    first, second = (left, right) if sum(left.head) >= sum(right.head) else (right, left)
    for one in (first, second):
        at, lean = (x[0], _LEAN) if one is left else (x[1], -_LEAN)
        stage.figure(one, at, y, lean)
    shoulder, reach = y + 2.28 * _UNIT, 1.25 * _UNIT
    if left.person:  # a cat's shoulders are elsewhere
        stage.shapes(fist(right, x[0] - reach, shoulder, 12, mirrored=True))
    if right.person:
        stage.shapes(fist(left, x[1] + reach, shoulder, -12))
    top = max(70.0, y - max(left.top, right.top) * _UNIT)
    stage.shapes(
        placed(_heart("#ff5a6e"), SIDE / 2, top + 8, 1.5, -6)
        + placed(_heart("#ff8fa0"), SIDE / 2 - 62, top - 22, 0.85, -18)
        + placed(_heart("#ff8fa0"), SIDE / 2 + 58, top - 34, 1.0, 14)
    )
    stage.cut_below(_LOW)
    return stage.picture


def high_five(specs: Sequence[AvatarSpec]) -> Image:
    """Two who clap hands above their heads: (640, 640, 4) RGBA; raises KeyError as ``hug``."""
    left, right = _figures(specs, "beam")
    y = _LOW - BUST * _UNIT
    middle, top = SIDE / 2, y - 1.75 * _UNIT
    away = 2.0 * _UNIT
    stage = Stage()
    ways = {}
    for one, sign in ((left, -1), (right, 1)):
        inwards = (1.1 if one.person else 0.2) * _UNIT
        shoulder = f"M{middle + sign * (away - inwards)} {_LOW - (6 if one.person else 40)}"
        elbow = f"Q{middle + sign * 40} {_LOW - 120} {middle + sign * 21} {top + 66}"
        ways[one] = shoulder + elbow
        hand = palm(one, middle + sign * 15, top + 14, sign * 7, mirrored=sign > 0)
        stage.shapes(arm(one, ways[one], hand))
    stage.figure(left, middle - away, y, -3)
    stage.figure(right, middle + away, y, 3)
    stage.shapes("".join(sleeve(one, way) for one, way in ways.items()))
    stage.shapes(rays(middle, top, 76, 116, 5, "#ffb703"))
    stage.cut_below(_LOW)
    return stage.picture


def versus(specs: Sequence[AvatarSpec]) -> Image:
    """Two on either side of a flash: (640, 640, 4) RGBA; raises KeyError as ``hug``."""
    left, right = _figures(specs, "angry")
    y = 580 - BUST * _UNIT
    stage = Stage()
    stage.shapes(
        '<clipPath id="card"><rect x="20" y="60" width="600" height="520" rx="56"/></clipPath>'
        '<g clip-path="url(#card)"><path fill="#e63946" d="M0 0H372L268 640H0z"/>'
        '<path fill="#1d6fb8" d="M372 0H640V640H268z"/>'
        '<path fill="#ffffff" fill-opacity="0.14" d="M0 60L372 0L352 120L0 230zM0 330L338 206'
        'L318 330L0 500zM640 60L366 30L348 150L640 240zM640 340L332 250L312 370L640 520z"/></g>'
    )
    stage.figure(left, 2.15 * _UNIT, y)
    stage.figure(right, SIDE - 2.15 * _UNIT, y)
    stage.cut_below(580)
    stage.shapes(
        f'<g transform="translate({SIDE / 2} 268) scale(1.25)">'
        f'<path d="{_BOLT}" fill="#ffd60a" stroke="#ffffff" stroke-width="12" '
        f'stroke-linejoin="round"/></g>' + placed(_letters(), SIDE / 2, 486, 1.15)
    )
    return stage.picture


def birthday(specs: Sequence[AvatarSpec]) -> Image:
    """One with a party hat and a cake: (640, 640, 4) RGBA; raises KeyError as ``hug``."""
    (guest,) = _figures(specs, "party")
    y = max(0.43 * SIDE, guest.top * _UNIT + 150)
    stage = Stage()
    stage.shapes(
        _balloon(92, 190, "#ff6b6b", -10)
        + _balloon(548, 170, "#4dabf7", 9)
        + _balloon(160, 120, "#ffd43b", -4)
        + _balloon(486, 100, "#b197fc", 4)
    )
    stage.figure(guest, SIDE / 2, y)
    stage.cut_below(y + BUST * _UNIT)
    hair = y - float(guest.outline(np.zeros(1))[0]) * _UNIT
    stage.shapes(placed(_HAT, SIDE / 2 + 6, hair + 30, 1.05, 7))
    stage.shapes(placed(_CAKE, SIDE / 2, 528, 1.1))
    stage.shapes(_confetti())
    return stage.picture


def _figures(specs: Sequence[AvatarSpec], mood: str) -> list[Figure]:
    return [figure(spec, _UNIT, moods.load()[mood]) for spec in specs]


def _heart(colour: str) -> str:
    return (
        f'<path d="{_HEART}" fill="{colour}" stroke="#ffffff" stroke-width="9" '
        f'stroke-linejoin="round"/><path d="{_HEART}" fill="{colour}"/>'
        '<path d="M-17-17Q-22-10-18-2" fill="none" stroke="#ffffff" stroke-width="4" '
        'stroke-linecap="round" stroke-opacity="0.8"/>'
    )


def _letters() -> str:
    way = "M-66-44L-40 44L-14-44M58-32C48-48 14-48 14-22C14 4 60-4 60 22C60 48 22 48 12 30"
    line = 'fill="none" stroke-linecap="round" stroke-linejoin="round"'
    return (
        f'<path d="{way}" {line} stroke="#ffffff" stroke-width="44"/>'
        f'<path d="{way}" {line} stroke="#22223b" stroke-width="28"/>'
        f'<path d="{way}" {line} stroke="#ffd60a" stroke-width="14"/>'
    )


def _balloon(x: float, y: float, colour: str, turn: float) -> str:
    knot = x - 1.2 * turn, y + 74
    middle = SIDE / 2 + 0.15 * (x - SIDE / 2)
    string = f'<path d="M{knot[0]} {knot[1]}L{middle} 520" stroke="#8d99ae" stroke-width="4"/>'
    shape = (
        '<path d="M0-66C44-66 56-30 54-8C50 28 22 52 8 60L14 72H-14L-8 60C-22 52-50 28-54-8'
        f'C-56-30-44-66 0-66z" fill="{colour}" stroke="#ffffff" stroke-width="5"/>'
        '<path d="M-30-34Q-38-18-34 0" fill="none" stroke="#ffffff" stroke-width="8" '
        'stroke-linecap="round" stroke-opacity="0.6"/>'
    )
    return string + placed(shape, x, y, 1.0, turn)


_HAT = (
    '<path d="M-52 8L0-128L52 8Q0 28-52 8z" fill="#7048e8" stroke="#ffffff" stroke-width="7" '
    'stroke-linejoin="round"/>'
    '<path d="M-38-28L21-73L12-97L-27-57zM-50 4L36-34L46-8L-14 17Q-36 14-50 4z" fill="#ffd43b"/>'
    '<circle cx="0" cy="-132" r="19" fill="#ff6b6b" stroke="#ffffff" stroke-width="6"/>'
)

_CAKE = (
    '<path d="M-124 92Q0 124 124 92V78H-124z" fill="#dee2e6" stroke="#ffffff" stroke-width="6"/>'
    '<path d="M-104 0V76Q0 104 104 76V0z" fill="#f8b4c4"/>'
    '<path d="M-104 34Q-90 50-76 36T-48 38T-20 42T8 42T36 40T64 38T92 34T104 28V52'
    'Q0 80-104 52z" fill="#f783ac"/>'
    '<path d="M-104 0C-104-26 104-26 104 0C108 30 88 30 82 14C78 38 56 38 50 18C44 44 20 42 14 20'
    'C6 46-16 42-20 20C-28 44-50 40-54 16C-62 36-84 34-86 12C-94 28-108 22-104 0z" fill="#ffffff"/>'
    + "".join(
        f'<g transform="translate({x} {y})"><rect x="-7" y="-50" width="14" height="52" rx="5" '
        f'fill="{colour}"/><path d="M-7-36L7-44V-30L-7-22z" fill="#ffffff" fill-opacity="0.75"/>'
        '<path d="M0-90C14-72 12-58 0-56C-12-58-14-72 0-90z" fill="#ffa94d"/>'
        '<path d="M0-76C7-68 6-60 0-58C-6-60-7-68 0-76z" fill="#fff3bf"/></g>'
        for x, y, colour in (
            (-58, -8, "#4dabf7"),
            (0, -14, "#69db7c"),
            (58, -8, "#b197fc"),
        )
    )
)


def _confetti() -> str:
    """Paper in the air, the same every time."""
    chance = np.random.default_rng(7)
    colours = ("#ff6b6b", "#ffd43b", "#4dabf7", "#69db7c", "#b197fc", "#ff922b")
    pieces = []
    for number in range(30):
        x, y = chance.uniform(30, SIDE - 30), chance.uniform(24, 400)
        if abs(x - SIDE / 2) < 150 and y > 110:
            continue
        turn = chance.uniform(0, 180)
        pieces.append(
            f'<rect transform="translate({x:.0f} {y:.0f}) rotate({turn:.0f})" x="-8" y="-5" '
            f'width="16" height="10" rx="3" fill="{colours[number % len(colours)]}"/>'
        )
    return "".join(pieces)


SCENES: Mapping[str, Callable[[Sequence[AvatarSpec]], Image]] = MappingProxyType(
    {"hug": hug, "high-five": high_five, "versus": versus, "birthday": birthday}
)
