"""The sitter as anime: large detailed eyes, a small nose and mouth, a pointed chin.

Men are drawn by the genre's own signs: narrower eyes, thin lashes, low and heavy straight brows, a
line along the nose, a wider mouth; all by degrees, as far as a face reads as a man's.
"""

import numpy as np
from numpy.typing import NDArray

from inference.cartoon.portrait import curves, eyes
from inference.cartoon.portrait.drawing import Shape, fill, line
from inference.cartoon.portrait.eyes import Eye
from inference.cartoon.portrait.sitter import Sitter
from inference.face import topology

_CLOSED = 0.145
_ROUND = 0.31  # openness of an eye at rest
_SEEN = 0.05  # opacity below which nothing is drawn


def features(sitter: Sitter, size: float = 1.0) -> list[Shape]:
    """Draw eyes, brows, nose and mouth. size: of the eyes, 1 as anime has them."""
    return [
        *_nose(sitter),
        *_mouth(sitter),
        *[shape for eye in eyes.both(sitter) for shape in _eye(sitter, eye, size)],
        *_brows(sitter, size),
    ]


def _eye(sitter: Sitter, eye: Eye, size: float) -> list[Shape]:
    """One eye: lash wedge, tall iris with a light lower half, two catch lights."""
    name, unit, man = f"eye-{eye.name}", sitter.unit, sitter.masculine
    outward, up = eye.outward, eye.up
    wide = eye.width / eyes.GAIN * (1.36 - 0.28 * man) * size
    rest = (0.20 - 0.092 * man) * unit * size  # height of a fully open eye, whatever the yaw
    open_ = float(np.clip((eye.openness - 0.06) / (_ROUND - 0.06), 0.34, 1.15))
    tall = rest * open_ * 0.94
    centre = eye.ring.mean(axis=0) - up * 0.022 * unit

    def at(x: float, y: float) -> NDArray[np.float64]:
        return np.asarray(centre + outward * x * wide / 2 + up * y * tall / 2, np.float64)

    if eye.openness < _CLOSED:
        arc = curves.bezier(at(-0.95, -0.1), at(-0.5, -0.75), at(0.5, -0.75), at(1.0, 0.0))
        return line(f"{name}-closed", "lash", arc, 0.022 * unit, ends=(0.4, 0.5), part="feature")
    upper = curves.bezier(
        at(-1.0, -0.20), at(-0.72, 1.10 - 0.10 * man), at(0.45, 1.28 - 0.16 * man), at(1.04, 0.10)
    )
    lower = curves.bezier(at(0.88, -0.45), at(0.50, -1.10), at(-0.45, -1.12), at(-0.84, -0.62))
    look = (eye.iris - eye.ring.mean(axis=0)) @ outward
    middle = centre + up * tall * 0.01 + outward * np.clip(look, -0.16 * wide, 0.16 * wide)
    across = outward * wide * (0.305 - 0.045 * man)
    high = up * max(tall * 0.50, wide * (0.30 - 0.03 * man))
    right = sitter.right
    thick = (0.17 - 0.11 * man) * rest
    grow = np.linspace(0.30 + 0.45 * man, 1.0, len(upper))[:, None] * thick
    flick = at(1.30 - 0.20 * man, 0.34 - 0.16 * man)
    lash = np.vstack([upper, [flick], (upper + up * grow)[::-1]])
    shade = np.vstack([upper, (upper - up * tall * 0.17)[::-1]])
    crease = curves.bezier(at(-0.62, 1.30), at(-0.05, 1.72), at(0.62, 1.60), at(1.02, 0.92))
    return [
        *fill(name, "eye-white", np.vstack([upper, lower])),
        *fill(f"{name}-lid", "eye-shade", shade, part="shade", clip=name),
        *fill(f"{name}-iris", "iris-dark", curves.ellipse(middle, across, high), clip=name),
        *fill(
            f"{name}-ring", "iris",
            curves.ellipse(middle - high * 0.10, across * 0.86, high * 0.84), clip=name,
        ),
        *fill(
            f"{name}-low", "iris-light",
            curves.ellipse(middle - high * 0.46, across * 0.66, high * 0.42),
            part="light", clip=name,
        ),
        *fill(
            f"{name}-pupil", "pupil",
            curves.ellipse(middle, across * 0.42, high * 0.46), clip=name,
        ),
        *fill(
            f"{name}-glint", "glint",
            curves.ellipse(
                middle + high * 0.44 - right * wide * 0.10, right * wide * 0.105, high * 0.25
            ),
            part="feature",
        ),
        *fill(
            f"{name}-spark", "glint",
            curves.ellipse(
                middle - high * 0.48 + right * wide * 0.11, right * wide * 0.05, high * 0.12
            ),
            part="feature",
        ),
        *fill(f"{name}-lash", "lash", lash, part="feature"),
        *line(
            f"{name}-lower", "lash", lower[1:-3], 0.008 * unit, part="feature",
            opacity=0.8 * (1 - man),
        ),
        *line(f"{name}-crease", "skin-line", crease, 0.008 * unit),
    ]  # fmt: skip


def _brows(sitter: Sitter, size: float) -> list[Shape]:
    """Each brow as one stroke, thick at the nose, as bent as it is; a man's less, and lower."""
    shapes = []
    unit, man = sitter.unit, sitter.masculine
    thick = 0.022 + 0.014 * sitter.chance("brows", "bushy") + 0.024 * man
    for side, name, ring in zip((-1, 1), ("left", "right"), topology.BROWS, strict=True):
        points = sitter.points(*ring)
        middle = (points[:5] + points[:4:-1]) / 2
        if (middle[0] - middle[-1]) @ sitter.right * side < 0:
            middle = middle[::-1]
        middle = middle[::-1]  # from the nose outwards
        straight = np.linspace(middle[0], middle[-1], len(middle))
        middle = middle + 0.45 * man * (straight - middle)
        middle = middle + sitter.up * (0.045 - 0.030 * man) * unit * size
        curve = curves.through(middle, 5)
        thin = np.linspace(1.0, 0.25 + 0.25 * man, len(curve))
        widths = thick * unit * thin * curves.taper(len(curve), 0.5, 0.1)
        shapes.append(Shape(f"brow-{name}", "brows", "feature", (curve,), widths))
    return shapes


def _nose(sitter: Sitter) -> list[Shape]:
    """A short shadow on the side away from the light."""
    unit, up = sitter.unit, sitter.up
    tip = sitter.landmarks[1]
    turned = float(np.clip(sitter.pose.yaw / 25, -1, 1))
    side = turned if abs(turned) > 0.3 else (-1.0 if sitter.light > 0 else 1.0)
    out = sitter.right * (1.0 if side > 0 else -1.0)
    curve = curves.bezier(
        tip + up * 0.030 * unit + out * 0.018 * unit,
        tip - up * 0.004 * unit + out * 0.040 * unit,
        tip - up * 0.020 * unit + out * 0.006 * unit,
    )
    shade = np.vstack([curve, [tip + up * 0.03 * unit + out * 0.016 * unit]])
    shapes = [
        *fill("nose-shadow", "skin-shadow", shade, part="shade"),
        *line("nose", "skin-line", curve[5:], 0.011 * unit, ends=(0.1, 0.4), part="feature"),
    ]
    man = sitter.masculine
    if man > _SEEN:
        bridge = sitter.landmarks[168] * 0.55 + tip * 0.45
        length = bridge + out * 0.030 * unit, curve[0] + out * 0.012 * unit
        ridge = curves.bezier(length[0], length[0] * 0.4 + length[1] * 0.6, length[1])
        base = curves.bezier(
            tip - up * 0.026 * unit - out * 0.040 * unit,
            tip - up * 0.036 * unit,
            tip - up * 0.024 * unit + out * 0.046 * unit,
        )
        shapes += line("nose-ridge", "skin-line", ridge, 0.011 * unit, opacity=man)
        shapes += line("nose-base", "skin-line", base, 0.010 * unit, opacity=man)
    return shapes


def _mouth(sitter: Sitter) -> list[Shape]:
    """A small mouth that smiles, frowns and opens as the sitter's does."""
    unit, up = sitter.unit, sitter.up
    left, right = sitter.points(61, 291)
    middle = sitter.points(13, 14).mean(axis=0)
    gap = float(np.linalg.norm(sitter.landmarks[13] - sitter.landmarks[14])) / unit
    top = sitter.landmarks[13]
    narrower = (0.17 if gap < 0.022 else 0.11) * (1 - 0.75 * sitter.masculine)
    inset = (right - left) * narrower  # corners stay on their line
    a, b = left + inset, right - inset
    lift = float(((a + b) / 2 - middle) @ up)
    if gap < 0.022:
        low = middle - up * max(lift, 0.0) * 0.9
        seam = curves.bezier(a + up * 0.004 * unit, 2 * low - (a + b) / 2, b + up * 0.004 * unit)
        shapes = line(
            "mouth-line", "mouth-line", seam, 0.013 * unit, ends=(0.3, 0.3), part="feature"
        )
    else:
        depth = float(np.clip(gap, 0.05, 0.20)) * unit
        top = top - up * 0.002 * unit
        upper = curves.bezier(a, 2 * top - (a + b) / 2, b, steps=14)
        floor = top - up * depth
        lower = curves.bezier(b, b - up * depth * 0.9, floor, steps=8)[1:]
        other = curves.bezier(floor, a - up * depth * 0.9, a, steps=8)[1:-1]
        ring = np.vstack([upper, lower, other])
        teeth = np.vstack([upper, (upper - up * min(depth * 0.42, 0.035 * unit))[::-1]])
        tongue = curves.ellipse(floor, (b - a) * 0.30, up * depth * 0.42)
        shapes = [
            *fill("mouth", "mouth", ring, part="feature"),
            *fill("tongue", "tongue", tongue, clip="mouth"),
            *fill("teeth", "teeth", teeth, part="feature", clip="mouth"),
            *line("mouth-top", "mouth-line", upper, 0.010 * unit, ends=(0.3, 0.3), part="feature"),
            *line("mouth-low", "mouth-line", np.vstack([lower, other]), 0.006 * unit),
        ]
    made_up = sitter.chance("male", "0") * 0.55
    man = sitter.masculine
    if man > _SEEN:  # what the lower lip casts
        low = sitter.landmarks[17] * 0.72 + sitter.landmarks[152] * 0.28
        span = (b - a) * 0.20
        cast = curves.bezier(low - span, low - up * 0.012 * unit, low + span, steps=12)
        shapes += line("lip-cast", "skin-line", cast, 0.009 * unit, opacity=0.8 * man)
    if made_up > 0.2 and gap < 0.022:
        lip = sitter.landmarks[17] * 0.5 + sitter.landmarks[14] * 0.5
        wide = (b - a) * 0.22
        shape = curves.ellipse(lip, wide, up * 0.011 * unit)
        shapes = [*fill("lip-lower", "lips", shape, part="light", opacity=made_up), *shapes]
    return shapes


def blush(sitter: Sitter) -> list[Shape]:
    """Flushed cheeks with three small strokes."""
    strength = 0.5 * (1 - sitter.masculine)
    if strength < _SEEN:
        return []
    shapes = []
    unit = sitter.unit
    for side, index in ((-1, 205), (1, 425)):
        far = float(np.clip(1 - max(0.0, sitter.pose.yaw * side) / 45, 0.3, 1))
        centre = (
            sitter.landmarks[index] + sitter.up * 0.03 * unit + sitter.right * side * 0.02 * unit
        )
        ring = curves.ellipse(centre, sitter.right * 0.075 * unit * far, sitter.up * 0.038 * unit)
        shapes += fill(f"blush-{side}", "blush", ring, part="light", clip="skin", opacity=strength)
    return shapes
