"""Where the wearer's own hair is, down to what a hair mask misses."""

import cv2
import numpy as np

from inference.face import topology
from inference.layers.planes import distance, tint
from inference.layers.sketch import Mask, Sketch

_HAIR = 0.2  # of the hair mask
_SKIN_TINT = 18.0  # farther in a or b from the skin's median than this, a crown is no bare scalp
_WISP = 5.0  # L* below its surroundings from which a line on the forehead is a strand
_HAZE, _FRINGE = 0.7, 0.06  # alpha, and face heights from hair, of its thinnest strands
_RIM = 0.02  # face heights by which hair reaches beyond what was found
_SHADE = 0.06  # the same on the forehead, where hair also throws a shadow
_STRIP = 0.15  # face heights from the outline within which a strand may hang over the cheek
_HARD_LIGHT = 25.0  # difference of L* between cheeks from which a dark side is no hair
_UNDER_CHIN = 0.14  # face heights below hair within which its thinnest ends may lie on clothes
_DISTINCT = 14.0  # Lab distance of hair from cloth from which they can be told apart
_SHADED, _SHADED_BY = 0.16, 3.0  # face heights from hair, and L*, of its shadow on the forehead
_ALIKE = 0.65  # times as near to the hair's colour as to the skin's
_BEARDED = 0.35  # share of chin or upper lip that looks like hair


def find(sketch: Sketch) -> Mask:
    """Find what has to go for the head to be bare, a hat included.

    Args:
        sketch: of the portrait.

    Returns:
        (H, W) bool.
    """
    own = (sketch.hair > _HAIR) | _crown(sketch)
    own |= (sketch.alpha < _HAZE) & sketch.grown(own, _FRINGE) & ~sketch.oval
    own |= (_wisps(sketch) | _strands(sketch, own)) & (sketch.oval | sketch.forehead)
    own |= _ends(sketch, own)
    own = sketch.grown(own, _RIM) | sketch.grown(own, _SHADE) & sketch.forehead
    own |= _shadow(sketch, own)
    own |= _islands(sketch, own)
    return np.asarray(own & ~sketch.features)


def _crown(sketch: Sketch) -> Mask:
    """Anything on top of the head: what the hair mask missed, or a hat, but not a bald scalp."""
    brows = sketch.height_of(*topology.BROW_TOPS)
    crown = (sketch.alpha > _HAIR) & (sketch.rows < brows) & ~sketch.oval
    if not sketch.report.hair.covered:
        crown &= tint(sketch.lab, sketch.report.colours.skin) > _SKIN_TINT
    return np.asarray(crown)


def _wisps(sketch: Sketch) -> Mask:
    """Thin strands over the forehead, too fine for the hair mask: dark, and near found hair."""
    near = sketch.grown(sketch.hair > _HAIR, 0.1)
    light = sketch.lab[0]
    wide = cv2.blur(light, (2 * round(0.06 * sketch.unit) + 1,) * 2)
    above = sketch.rows < sketch.height_of(*topology.BROW_TOPS) - 0.06 * sketch.unit
    return np.asarray(near & above & (light < wide - _WISP))


def _strands(sketch: Sketch, own: Mask) -> Mask:
    """Hair that hangs over temples and cheeks, where a hair mask may take it for a beard."""
    colours = sketch.report.colours
    if colours.hair is None or sketch.report.quality.contrast > _HARD_LIGHT:
        return np.zeros_like(own)
    to_hair = distance(sketch.lab, colours.hair)
    if colours.hair_second is not None:
        to_hair = np.minimum(to_hair, distance(sketch.lab, colours.hair_second))
    alike = to_hair < _ALIKE * distance(sketch.lab, colours.skin)
    inside = cv2.distanceTransform(sketch.oval.astype(np.uint8), cv2.DIST_L2, 3)
    beside = sketch.grown((sketch.hair > 0.5) & ~sketch.oval, _STRIP)
    strip = alike & beside & (inside < _STRIP * sketch.unit) & sketch.oval & ~sketch.features
    chin = sketch.oval & (sketch.rows > sketch.height_of(topology.LIPS_BOTTOM) + 0.04 * sketch.unit)
    chin &= inside > 0.03 * sketch.unit
    if max(alike[chin].mean(), alike[_upper_lip(sketch)].mean()) > _BEARDED:
        strip &= sketch.rows < sketch.height_of(*topology.FACE_SIDES)
    found = strip | own
    _, parts = cv2.connectedComponents(found.astype(np.uint8), connectivity=4)
    return np.asarray(strip & np.isin(parts, np.unique(parts[own & ~sketch.oval])))


def _upper_lip(sketch: Sketch) -> tuple[slice, slice]:
    """Where a moustache is: from the nose to the lip, as wide as the mouth."""
    nose, lip = (int(sketch.landmarks[i, 1]) for i in (topology.NOSE_BASE, topology.LIPS_TOP))
    left, right = (int(sketch.landmarks[i, 0]) for i in topology.MOUTH_CORNERS)
    return slice(min(nose, lip - 1), lip), slice(min(left, right - 1), right)


def _ends(sketch: Sketch, own: Mask) -> Mask:
    """Ends of hair on neck and clothes: nearer to the hair's colour than to what is around them."""
    colours = sketch.report.colours
    body = (sketch.rows > sketch.height_of(topology.CHIN)) & ~sketch.oval & (sketch.alpha > _HAIR)
    near = sketch.grown(own & body, _UNDER_CHIN) & body & ~own
    if colours.hair is None or not near.any():
        return np.zeros_like(own)
    cloth = (body & ~sketch.grown(own, 0.03)).astype(np.float32)
    reach = _UNDER_CHIN * sketch.unit
    count = cv2.GaussianBlur(cloth, (0, 0), reach) + np.float32(1e-3)
    around = [cv2.GaussianBlur(plane * cloth, (0, 0), reach) / count for plane in sketch.lab]
    apart = [plane - mean for plane, mean in zip(sketch.lab, around, strict=True)]
    found = np.zeros_like(own)
    for tone in (colours.hair, colours.hair_second):
        if tone is not None:
            way = [value - mean for value, mean in zip(tone, around, strict=True)]
            long = sum(part * part for part in way)
            along = sum(a * b for a, b in zip(apart, way, strict=True)) / np.maximum(long, 1)
            found |= (along > 0.5) & (long > _DISTINCT**2)
    return np.asarray(found & near)


def _shadow(sketch: Sketch, own: Mask) -> Mask:
    """What hair throws on the forehead, which would stay behind as the line of the old hair."""
    left = sketch.forehead & ~own & ~sketch.features
    if sketch.report.quality.contrast > _HARD_LIGHT or left.sum() < 0.02 * sketch.unit**2:
        return np.zeros_like(own)
    light = cv2.blur(sketch.lab[0], (3, 3))
    usual = float(np.median(light[left]))
    return np.asarray(left & sketch.grown(own, _SHADED) & (light < usual - _SHADED_BY))


def _islands(sketch: Sketch, own: Mask) -> Mask:
    """Scraps of what is left of the person amid their hair."""
    left = (sketch.alpha > _HAIR) & ~own
    _, parts, stats, _ = cv2.connectedComponentsWithStats(left.astype(np.uint8), connectivity=4)
    small = stats[:, cv2.CC_STAT_AREA] < (0.25 * sketch.unit) ** 2
    small[0] = False
    return np.asarray(small[parts])
