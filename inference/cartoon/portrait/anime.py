"""The sitter as anime: large detailed eyes, a small nose and mouth, a pointed chin."""

import numpy as np
from numpy.typing import NDArray

from inference.cartoon.portrait import curves, eyes
from inference.cartoon.portrait.drawing import Shape, fill, line
from inference.cartoon.portrait.eyes import Eye
from inference.cartoon.portrait.sitter import Sitter
from inference.face import topology

_CLOSED = 0.145
_ROUND = 0.31  # openness of an eye at rest


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
    name, unit = f"eye-{eye.name}", sitter.unit
    outward, up = eye.outward, eye.up
    wide = eye.width / eyes.GAIN * 1.36 * size
    rest = 0.20 * unit * size  # height of a fully open eye, whatever the yaw
    open_ = float(np.clip((eye.openness - 0.06) / (_ROUND - 0.06), 0.34, 1.15))
    tall = rest * open_ * 0.94
    centre = eye.ring.mean(axis=0) - up * 0.022 * unit

    def at(x: float, y: float) -> NDArray[np.float64]:
        return np.asarray(centre + outward * x * wide / 2 + up * y * tall / 2, np.float64)

    if eye.openness < _CLOSED:
        arc = curves.bezier(at(-0.95, -0.1), at(-0.5, -0.75), at(0.5, -0.75), at(1.0, 0.0))
        return line(f"{name}-closed", "lash", arc, 0.022 * unit, ends=(0.4, 0.5), part="feature")
    upper = curves.bezier(at(-1.0, -0.20), at(-0.72, 1.10), at(0.45, 1.28), at(1.04, 0.10))
    lower = curves.bezier(at(0.88, -0.45), at(0.50, -1.10), at(-0.45, -1.12), at(-0.84, -0.62))
    look = (eye.iris - eye.ring.mean(axis=0)) @ outward
    middle = centre + up * tall * 0.01 + outward * np.clip(look, -0.16 * wide, 0.16 * wide)
    across, high = outward * wide * 0.305, up * max(tall * 0.50, wide * 0.30)
    right = sitter.right
    thick = 0.17 * rest
    grow = np.linspace(0.30, 1.0, len(upper))[:, None] * thick
    flick = at(1.30, 0.34)
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
        *line(f"{name}-lower", "lash", lower[1:-3], 0.008 * unit, part="feature", opacity=0.8),
        *line(f"{name}-crease", "skin-line", crease, 0.008 * unit),
    ]  # fmt: skip


def _brows(sitter: Sitter, size: float) -> list[Shape]:
    """Each brow as one stroke, thick at the nose, as bent as it is."""
    shapes = []
    unit = sitter.unit
    thick = 0.022 + 0.014 * sitter.chance("brows", "bushy") + 0.008 * sitter.chance("male", "1")
    for side, name, ring in zip((-1, 1), ("left", "right"), topology.BROWS, strict=True):
        points = sitter.points(*ring)
        middle = (points[:5] + points[:4:-1]) / 2
        if (middle[0] - middle[-1]) @ sitter.right * side < 0:
            middle = middle[::-1]
        middle = middle[::-1] + sitter.up * 0.045 * unit * size  # from the nose outwards
        curve = curves.through(middle, 5)
        widths = (
            thick * unit * np.linspace(1.0, 0.25, len(curve)) * curves.taper(len(curve), 0.5, 0.1)
        )
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
    return [
        *fill("nose-shadow", "skin-shadow", shade, part="shade"),
        *line("nose", "skin-line", curve[5:], 0.011 * unit, ends=(0.1, 0.4), part="feature"),
    ]


def _mouth(sitter: Sitter) -> list[Shape]:
    """A small mouth that smiles, frowns and opens as the sitter's does."""
    unit, up = sitter.unit, sitter.up
    left, right = sitter.points(61, 291)
    middle = sitter.points(13, 14).mean(axis=0)
    gap = float(np.linalg.norm(sitter.landmarks[13] - sitter.landmarks[14])) / unit
    top = sitter.landmarks[13]
    inset = (right - left) * (0.17 if gap < 0.022 else 0.11)  # corners stay on their line
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
    if made_up > 0.2 and gap < 0.022:
        lip = sitter.landmarks[17] * 0.5 + sitter.landmarks[14] * 0.5
        wide = (b - a) * 0.22
        shape = curves.ellipse(lip, wide, up * 0.011 * unit)
        shapes = [*fill("lip-lower", "lips", shape, part="light", opacity=made_up), *shapes]
    return shapes


def blush(sitter: Sitter) -> list[Shape]:
    """Flushed cheeks with three small strokes."""
    shapes = []
    unit = sitter.unit
    for side, index in ((-1, 205), (1, 425)):
        far = float(np.clip(1 - max(0.0, sitter.pose.yaw * side) / 45, 0.3, 1))
        centre = (
            sitter.landmarks[index] + sitter.up * 0.03 * unit + sitter.right * side * 0.02 * unit
        )
        ring = curves.ellipse(centre, sitter.right * 0.075 * unit * far, sitter.up * 0.038 * unit)
        shapes += fill(f"blush-{side}", "blush", ring, part="light", clip="skin", opacity=0.5)
    return shapes
