"""Where the wearer's own hair is, down to what a hair mask misses."""

import cv2
import numpy as np

from inference.face import regions
from inference.layers.planes import distance, tint
from inference.layers.sketch import Mask, Sketch

_HAIR = 0.2  # of the hair mask
_SKIN_TINT = 18.0  # farther in a or b from the skin's median than this, a crown is no bare scalp
_WISP = 7.0  # L* below its surroundings from which a line on the forehead is a strand
_HAZE, _FRINGE = 0.7, 0.06  # alpha, and face heights from hair, of its thinnest strands
_RIM = 0.02  # face heights by which hair reaches beyond what was found
_SHADE = 0.07  # the same on the forehead, where hair also throws a shadow
_STRIP = 0.15  # face heights from the outline within which a strand may hang over the cheek
_HARD_LIGHT = 25.0  # difference of L* between cheeks from which a dark side is no hair
_ALIKE = 0.65  # times as near to the hair's colour as to the skin's
_BEARDED = 0.35  # share of the chin that looks like hair


def find(sketch: Sketch) -> Mask:
    """Return (H, W): what has to go for the head to be bare, a hat included."""
    own = (sketch.hair > _HAIR) | _crown(sketch)
    own |= (sketch.alpha < _HAZE) & sketch.grown(own, _FRINGE) & ~sketch.oval
    own |= (_wisps(sketch) | _strands(sketch, own)) & sketch.oval
    forehead = sketch.oval & (sketch.rows < sketch.height_of(*regions.BROW_TOPS))
    own = sketch.grown(own, _RIM) | sketch.grown(own, _SHADE) & forehead
    own |= _islands(sketch, own)
    return np.asarray(own & ~sketch.features)


def _crown(sketch: Sketch) -> Mask:
    """Anything on top of the head: what the hair mask missed, or a hat, but not a bald scalp."""
    brows = sketch.height_of(*regions.BROW_TOPS)
    crown = (sketch.alpha > _HAIR) & (sketch.rows < brows) & ~sketch.oval
    if not sketch.report.hair.covered:
        crown &= tint(sketch.lab, sketch.report.colours.skin) > _SKIN_TINT
    return np.asarray(crown)


def _wisps(sketch: Sketch) -> Mask:
    """Thin strands over the forehead, too fine for the hair mask: dark, and near found hair."""
    near = sketch.grown(sketch.hair > _HAIR, 0.06)
    light = sketch.lab[0]
    wide = cv2.blur(light, (2 * round(0.06 * sketch.unit) + 1,) * 2)
    above = sketch.rows < sketch.height_of(*regions.BROW_TOPS) - 0.06 * sketch.unit
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
    chin = sketch.oval & (sketch.rows > sketch.height_of(17) + 0.04 * sketch.unit)
    chin &= inside > 0.03 * sketch.unit
    if alike[chin].mean() > _BEARDED:
        strip &= sketch.rows < sketch.height_of(*regions.FACE_SIDES)
    found = strip | own
    _, parts = cv2.connectedComponents(found.astype(np.uint8), connectivity=4)
    return np.asarray(strip & np.isin(parts, np.unique(parts[own & ~sketch.oval])))


def _islands(sketch: Sketch, own: Mask) -> Mask:
    """Scraps of what is left of the person amid their hair."""
    left = (sketch.alpha > _HAIR) & ~own
    _, parts, stats, _ = cv2.connectedComponentsWithStats(left.astype(np.uint8), connectivity=4)
    small = stats[:, cv2.CC_STAT_AREA] < (0.25 * sketch.unit) ** 2
    small[0] = False
    return np.asarray(small[parts])
