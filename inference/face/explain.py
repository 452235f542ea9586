"""What is seen in a face, as a picture for people and as plain data for programs."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face import quality, topology
from inference.face.blendshapes import NAMES
from inference.face.pose import axes
from inference.face.report import Lab, Portrait
from inference.pictures import cards
from inference.pictures.cards import (
    AMBER,
    BLUE,
    CORAL,
    FAINT,
    GREEN,
    SOFT,
    TEAL,
    VIOLET,
    Board,
    Box,
)
from inference.pictures.images import Image, from_lab

WIDTH, HEIGHT = 1600, 1376
"""px of the picture that ``draw`` makes."""

MOST_BLENDSHAPES = 12

_MARGIN, _GAP, _PAD = 40, 24, 18
_TITLE = 50  # px of a card above what it shows
_LARGE = 704
_FULL = _TITLE + _LARGE + _PAD
_CROPS, _SHAPES = 540, 560  # px: widths of the cards of crops and of blendshapes

_REGIONS: tuple[tuple[str, cards.Colour, tuple[tuple[int, ...], ...]], ...] = (
    ("face", AMBER, (topology.FACE_OVAL,)),
    ("forehead, cheeks", CORAL, (topology.FOREHEAD, *topology.CHEEKS)),
    ("brows", VIOLET, topology.BROWS),
    ("eyes", BLUE, topology.EYES),
    ("lips", GREEN, (topology.LIPS_OUTER,)),
)


def facts(portrait: Portrait) -> dict[str, object]:
    """Everything known of a studied face as JSON-able data; see ``face.report`` for units.

    Colours are Lab and "#rrggbb"; landmarks are px of the portrait, to a tenth.

    Args:
        portrait: a studied face.
    """
    report = portrait.report
    tones = asdict(report.colours)
    return {
        "side": portrait.image.shape[0],
        "pose": _rounded(asdict(report.pose)),
        "quality": _rounded(asdict(report.quality)),
        "colours": {
            name: None if lab is None else {"lab": [round(v, 1) for v in lab], "hex": _hex(lab)}
            for name, lab in tones.items()
        },
        "hair": _rounded(asdict(report.hair)),
        "blendshapes": dict(
            zip(NAMES, np.round(report.blendshapes.astype(float), 3).tolist(), strict=True)
        ),
        "landmarks": np.round(report.landmarks.astype(float), 1).tolist(),
    }


def draw(portrait: Portrait, crops: Mapping[str, Image]) -> Image:
    """Lay out what was seen: landmarks, masks, regions, colours, hair, quality, blendshapes.

    Args:
        portrait: a studied face.
        crops: pieces that a model looks at, by name, square RGB; up to four.

    Returns:
        (HEIGHT, WIDTH, 3) RGB.
    """
    board = Board(WIDTH, HEIGHT)
    _pictures(board, portrait)
    top = _MARGIN + _FULL + _GAP
    height = HEIGHT - top - _MARGIN
    upper = (height - _GAP) // 2
    lower = height - _GAP - upper
    _crops(board, (_MARGIN, top, _CROPS, upper), crops)
    left = _MARGIN + _CROPS + _GAP
    _colours(board, (left, top, WIDTH - _MARGIN - left, upper), portrait)
    second = top + upper + _GAP
    third = (WIDTH - 2 * _MARGIN - 3 * _GAP - _SHAPES) // 3
    lefts = [_MARGIN + place * (third + _GAP) for place in range(4)]
    _pose(board, (lefts[0], second, third, lower), portrait)
    _hair(board, (lefts[1], second, third, lower), portrait)
    _quality(board, (lefts[2], second, third, lower), portrait)
    _blendshapes(board, (lefts[3], second, WIDTH - _MARGIN - lefts[3], lower), portrait)
    return board.pixels


def _pictures(board: Board, portrait: Portrait) -> None:
    """The portrait large with landmarks and axes, beside it four smaller views."""
    side = portrait.image.shape[0]
    left, top = _MARGIN, _MARGIN
    board.card((left, top, _LARGE + 2 * _PAD, _FULL), "Landmarks and pose", f"{side} px")
    board.picture(_traced(portrait), (left + _PAD, top + _TITLE, _LARGE, _LARGE))
    first = left + _LARGE + 2 * _PAD + _GAP
    width = (WIDTH - _MARGIN - first - _GAP) // 2
    height = (_FULL - _GAP) // 2
    hair = portrait.hair_mask
    views = (
        ("Person", cards.on_checkers(portrait.image, portrait.alpha)),
        ("Hair", cards.tinted(portrait.image, hair, CORAL, 0.62)),
        ("Regions", _regions(portrait)),
        ("Hair alone", cards.on_checkers(portrait.image, hair)),
    )
    for place, (title, picture) in enumerate(views):
        row, column = divmod(place, 2)
        x, y = first + column * (width + _GAP), top + row * (height + _GAP)
        note = f"{(hair > 127).mean():.0%} of the picture" if title == "Hair" else ""
        if title == "Person":
            note = f"{(portrait.alpha > 127).mean():.0%} of the picture"
        board.card((x, y, width, height), title, note)
        inner = (x + _PAD, y + _TITLE, width - 2 * _PAD, height - _TITLE - _PAD)
        board.picture(picture, inner)
        if title == "Regions":
            _legend(board, inner)


def _legend(board: Board, box: Box) -> None:
    left, top, _, height = box
    y = top + height - 12 - 20 * len(_REGIONS)
    board.plate((left + 8, y - 6, 138, 20 * len(_REGIONS) + 10), cards.WHITE, 8)
    for name, colour, _ in _REGIONS:
        board.plate((left + 16, y + 4, 12, 12), colour, 6)
        board.text((left + 36, y + 3), name, 13, SOFT)
        y += 20


def _traced(portrait: Portrait) -> Image:
    """The portrait at its large size with contours, points and the head's axes."""
    scale = _LARGE / portrait.image.shape[0]
    picture = cards.covering(portrait.image, _LARGE, _LARGE)
    points = portrait.report.landmarks * np.float32(scale)
    closed = (
        (topology.FACE_OVAL, cards.WHITE),
        (topology.LIPS_OUTER, CORAL), (topology.LIPS_INNER, CORAL),
        *((brow, AMBER) for brow in topology.BROWS), *((eye, TEAL) for eye in topology.EYES),
    )  # fmt: skip
    for x, y, _ in points:
        cv2.circle(picture, _fixed(x, y), 24, cards.WHITE, cv2.FILLED, cv2.LINE_AA, _SHIFT)
    for ring, colour in closed:
        outline = np.rint(points[list(ring), :2] * 2**_SHIFT).astype(np.int32)
        cv2.polylines(picture, [outline], True, colour, 2, cv2.LINE_AA, _SHIFT)
    for iris in topology.IRISES:
        centre = points[iris[0]]
        radius = np.linalg.norm(points[list(iris[1:]), :2] - centre[:2], axis=1).mean()
        reach = round(float(radius) * 2**_SHIFT)
        cv2.circle(picture, _fixed(*centre[:2]), reach, TEAL, 2, cv2.LINE_AA, _SHIFT)
    _axes(picture, points, portrait)
    return picture


_SHIFT = 4  # OpenCV draws to a sixteenth of a pixel


def _fixed(x: float, y: float) -> tuple[int, int]:
    return round(float(x) * 2**_SHIFT), round(float(y) * 2**_SHIFT)


def _axes(picture: Image, points: NDArray[np.float32], portrait: Portrait) -> None:
    """Arrows from between the eyes: to the face's side, upwards, and where it looks."""
    right, up, ahead = axes(portrait.report.pose)
    start = points[list(topology.NOSE_BRIDGE[:1]), :2].mean(axis=0)
    length = 0.42 * topology.face_height(points)
    for axis, colour in ((right, CORAL), (up, GREEN), (ahead, BLUE)):
        end = start + axis[:2] * length
        for width, paint in ((8, cards.WHITE), (4, colour)):
            ends = _fixed(*start), _fixed(*end)
            cv2.line(picture, *ends, paint, width, cv2.LINE_AA, _SHIFT)
        cv2.circle(picture, _fixed(*end), 8 * 2**_SHIFT, cards.WHITE, -1, cv2.LINE_AA, _SHIFT)
        cv2.circle(picture, _fixed(*end), 6 * 2**_SHIFT, colour, -1, cv2.LINE_AA, _SHIFT)


def _regions(portrait: Portrait) -> Image:
    picture = portrait.image
    shape = picture.shape[0], picture.shape[1]
    for name, colour, polygons in _REGIONS:
        mask = topology.fill(shape, portrait.report.landmarks, *polygons)
        strength = 0.3 if name == "face" else 0.62
        picture = cards.tinted(picture, mask.astype(np.uint8) * np.uint8(255), colour, strength)
    return picture


def _crops(board: Board, box: Box, crops: Mapping[str, Image]) -> None:
    left, top, width, height = box
    board.card(box, "Crops", "what avatars are matched by")
    count = max(len(crops), 1)
    side = min((width - 2 * _PAD - (count - 1) * 14) // count, height - _TITLE - 40)
    step = (width - 2 * _PAD - side) // max(count - 1, 1)
    for place, (name, crop) in enumerate(crops.items()):
        x = left + _PAD + place * step
        board.picture(crop, (x, top + _TITLE, side, side))
        board.text((x + side / 2, top + _TITLE + side + 10), name, 14, SOFT, anchor="ma")


def _colours(board: Board, box: Box, portrait: Portrait) -> None:
    left, top, width, height = box
    board.card(box, "Colours", "medians in CIE Lab")
    tones = portrait.report.colours
    named: Sequence[tuple[str, Lab | None]] = (
        ("skin", tones.skin), ("hair", tones.hair), ("second tone", tones.hair_second),
        ("lips", tones.lips), ("brows", tones.brows), ("iris", tones.iris),
    )  # fmt: skip
    each = (width - 2 * _PAD - 5 * 14) // 6
    for place, (name, lab) in enumerate(named):
        x, y = left + _PAD + place * (each + 14), top + _TITLE
        tall = height - _TITLE - 92
        middle = x + each / 2
        if lab is None:
            board.plate((x, y, each, tall), FAINT, 10)
            board.text((middle, y + tall / 2), "none", 14, SOFT, anchor="mm")
        else:
            board.plate((x, y, each, tall), _rgb(lab), 10)
            board.text((middle, y + tall + 32), _hex(lab), 14, SOFT, anchor="ma")
            lightness, a, b = lab
            values = f"{lightness:.0f}, {a:.0f}, {b:.0f}"
            board.text((middle, y + tall + 52), values, 14, SOFT, anchor="ma")
        board.text((middle, y + tall + 10), name, 15, anchor="ma")


def _pose(board: Board, box: Box, portrait: Portrait) -> None:
    pose = portrait.report.pose
    board.card(box, "Pose", "degrees")
    _dials(
        board,
        box,
        (
            ("yaw", pose.yaw, quality.MAX_YAW, CORAL),
            ("pitch", pose.pitch, quality.MAX_PITCH, GREEN),
            ("roll", pose.roll, 45.0, BLUE),
        ),
    )


def _dials(
    board: Board, box: Box, angles: Sequence[tuple[str, float, float, cards.Colour]]
) -> None:
    """Bars that grow from the middle to either side."""
    left, top, width, _ = box
    reach = (width - 2 * _PAD) // 2
    for place, (name, angle, most, colour) in enumerate(angles):
        y = top + 58 + place * 52
        board.text((left + _PAD, y), name, 15)
        board.text((left + width - _PAD, y), f"{angle:+.1f}°", 15, anchor="ra")
        board.plate((left + _PAD, y + 25, 2 * reach, 8), FAINT, 4)
        length = round(reach * min(abs(angle) / most, 1.0))
        middle = left + _PAD + reach
        start = middle if angle > 0 else middle - length
        board.plate((start, y + 25, length, 8), colour, 4)
        board.rectangle((middle - 1, y + 22, 2, 14), SOFT)


def _hair(board: Board, box: Box, portrait: Portrait) -> None:
    hair = portrait.report.hair
    board.card(box, "Hair", "covered" if hair.covered else hair.length)
    _gauges(
        board,
        box,
        (
            ("fringe", f"{hair.fringe:.2f}", hair.fringe),
            ("receding", f"{hair.receding:.2f}", hair.receding),
            ("width over face", f"{hair.volume:.2f}", hair.volume / 3),
        ),
        VIOLET,
    )


def _quality(board: Board, box: Box, portrait: Portrait) -> None:
    seen = portrait.report.quality
    board.card(box, "Quality", f"eyes {seen.eye_distance:.0f} px apart")
    _gauges(
        board,
        box,
        (
            ("sharpness", f"{seen.sharpness:.2f}", seen.sharpness),
            ("photographic", f"{seen.photographic:.2f}", seen.photographic),
            ("brightness", f"{seen.brightness:.0f}", seen.brightness / 100),
            ("contrast", f"{seen.contrast:.0f}", seen.contrast / 50),
        ),
        TEAL,
    )


def _gauges(
    board: Board, box: Box, values: Sequence[tuple[str, str, float]], colour: cards.Colour
) -> None:
    left, top, width, height = box
    step = (height - 58 - 12) // max(len(values), 3)
    for place, (name, value, share) in enumerate(values):
        y = top + 56 + place * step
        board.text((left + _PAD, y), name, 15)
        board.text((left + width - _PAD, y), value, 15, anchor="ra")
        board.bar((left + _PAD, y + 23, width - 2 * _PAD, 8), share, colour)


def _blendshapes(board: Board, box: Box, portrait: Portrait) -> None:
    left, top, width, height = box
    board.card(box, "Blendshapes", f"the strongest {MOST_BLENDSHAPES} of {len(NAMES) - 1}")
    values = portrait.report.blendshapes
    order = [i for i in np.argsort(-values).tolist() if NAMES[i] != "_neutral"]
    rows = MOST_BLENDSHAPES // 2
    step = (height - 58 - 10) // rows
    half = (width - 2 * _PAD - _GAP) // 2
    for place, index in enumerate(order[:MOST_BLENDSHAPES]):
        column, row = divmod(place, rows)
        x, y = left + _PAD + column * (half + _GAP), top + 56 + row * step
        board.text((x, y), NAMES[index], 14)
        board.text((x + half, y), f"{values[index]:.2f}", 14, SOFT, anchor="ra")
        board.bar((x, y + 18, half, 6), float(values[index]), AMBER)


def _rounded(values: Mapping[str, object]) -> dict[str, object]:
    return {k: round(v, 3) if isinstance(v, float) else v for k, v in values.items()}


def _rgb(lab: Lab) -> cards.Colour:
    red, green, blue = from_lab(np.array([[lab]], np.float32))[0, 0].tolist()
    return red, green, blue


def _hex(lab: Lab) -> str:
    return "#{:02x}{:02x}{:02x}".format(*_rgb(lab))
