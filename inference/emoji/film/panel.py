"""One frame of the film that shows how an avatar comes about."""

import colorsys
from functools import cache

import cv2
import numpy as np

from inference.avatars import styles
from inference.avatars.compose import render
from inference.emoji import crops
from inference.emoji.film.flips import SECONDS_SHOWN, Flips
from inference.emoji.film.readings import Comparison, Matcher, Reading
from inference.face.alignment import SIZE, align, alignment_transform
from inference.face.report import Portrait
from inference.pictures import cards
from inference.pictures.cards import (
    AMBER,
    BLUE,
    CORAL,
    FAINT,
    INK,
    SOFT,
    TEAL,
    VIOLET,
    Board,
    Box,
    Colour,
)
from inference.pictures.compositing import flattened
from inference.pictures.images import Image

WIDTH, HEIGHT = 1600, 900

FACE, PART = CORAL, BLUE
"""Whose code a bar or curve is."""

_KINDS = dict(zip(crops.KINDS, (AMBER, TEAL, VIOLET), strict=True))
_MARGIN, _GAP, _PAD, _TITLE = 20, 16, 16, 46
_LEFT, _RIGHT = 440, 400  # px: widths of the outer columns
_MIDDLE = WIDTH - 2 * _MARGIN - 2 * _GAP - _LEFT - _RIGHT
_TALL = HEIGHT - 2 * _MARGIN
_PHOTO: Box = (_MARGIN, _MARGIN, _LEFT, 482)
_CROPS: Box = (_MARGIN, _MARGIN + 482 + _GAP, _LEFT, _TALL - 482 - _GAP)
_SLOTS_AT = _MARGIN + _LEFT + _GAP
_AVATAR: Box = (WIDTH - _MARGIN - _RIGHT, _MARGIN, _RIGHT, 482)
_FLIPS: Box = (WIDTH - _MARGIN - _RIGHT, _CROPS[1], _RIGHT, _CROPS[3])
_CROP = 122  # px: side of a crop as shown
_STRIP = 8  # px: height of the strips of chosen variants
_STEP = 0.05  # by which a plot's ends move
_MOST_BARS = 64  # longer codes are drawn as curves


def draw(
    portrait: Portrait, reading: Reading, flips: Flips, matcher: Matcher, number: int
) -> Image:
    """Draw a frame with a face.

    Args:
        portrait: the face.
        reading: what was read off it.
        flips: counted so far.
        matcher: who read.
        number: of the frame, from 1.

    Returns:
        (HEIGHT, WIDTH, 3) RGB uint8.
    """
    board = _ground(matcher.name, matcher.style, len(reading.comparisons)).copy()
    left, top, width, height = _PHOTO
    board.text((left + width - _PAD, top + 17), f"frame {number}", 14, SOFT, "ra")
    inner = (left + _PAD, top + _TITLE, width - 2 * _PAD, height - _TITLE - _PAD)
    board.picture(_framed(portrait), inner)
    _pieces(board, portrait, reading)
    slots = styles.load(matcher.style).slots
    for box, one in zip(_slot_boxes(len(reading.comparisons)), reading.comparisons, strict=True):
        _slot(board, box, one, flips)
        _strip(board, box, one.slot, list(slots[one.slot].variants), flips)
    left, top, width, height = _AVATAR
    side = width - 2 * _PAD
    avatar = render(reading.spec, side)
    shown = flattened(avatar, FAINT)
    board.picture(shown, (left + _PAD, top + _TITLE, side, height - _TITLE - _PAD), 10)
    _rates(board, flips)
    return board.pixels


def without_face(frame: Image, matcher: Matcher, number: int) -> Image:
    """Draw a frame in which nobody is found.

    Args:
        frame: (H, W, 3) RGB uint8.
        matcher: who would read.
        number: of the frame, from 1.

    Returns:
        (HEIGHT, WIDTH, 3) RGB uint8.
    """
    board = _ground(matcher.name, matcher.style, 0).copy()
    left, top, width, height = _PHOTO
    board.text((left + width - _PAD, top + 17), f"frame {number}, no face", 14, SOFT, "ra")
    inner = (left + _PAD, top + _TITLE, width - 2 * _PAD, height - _TITLE - _PAD)
    board.picture(frame, inner)
    return board.pixels


@cache
def _ground(name: str, style: str, slots: int) -> Board:
    """What is the same in all frames."""
    board = Board(WIDTH, HEIGHT)
    board.card(_PHOTO, "Face")
    board.card(_CROPS, "Crops")
    board.card(_AVATAR, "Avatar", style)
    board.card(_FLIPS, "Part flips", name)
    for box in _slot_boxes(slots):
        board.card(box)
    left, top, width, _ = _CROPS
    _key(board, left + width - _PAD, top + 16)
    return board


def _key(board: Board, right: int, top: int) -> None:
    for colour, name, x in ((FACE, "face", right - 118), (PART, "avatar", right - 56)):
        board.plate((x - 18, top + 2, 12, 12), colour, 6)
        board.text((x, top), name, 14, SOFT)


def _slot_boxes(count: int) -> list[Box]:
    if not count:
        return []
    height = (_TALL - (count - 1) * 10) // count
    return [(_SLOTS_AT, _MARGIN + i * (height + 10), _MIDDLE, height) for i in range(count)]


def _framed(portrait: Portrait) -> Image:
    """The portrait with the outlines of its crops."""
    side = 2 * (_LEFT - 2 * _PAD)
    picture = cards.covering(portrait.image, side, side)
    back = cv2.invertAffineTransform(alignment_transform(portrait.report.landmarks))
    scale = side / portrait.image.shape[0]
    for kind, (left, top, share) in zip(crops.KINDS, crops.PHOTO, strict=True):
        low, high = np.array([left, top]) * SIZE, np.array([left + share, top + share]) * SIZE
        corners = np.array([low, (high[0], low[1]), high, (low[0], high[1])])
        placed = (corners @ back[:, :2].T + back[:, 2]) * scale
        outline = np.rint(placed * 16).astype(np.int32)
        cv2.polylines(picture, [outline], True, cards.WHITE, 10, cv2.LINE_AA, 4)
        cv2.polylines(picture, [outline], True, _KINDS[kind], 5, cv2.LINE_AA, 4)
    return picture


def _pieces(board: Board, portrait: Portrait, reading: Reading) -> None:
    """The crops of the face above those of the avatar."""
    left, top, width, _ = _CROPS
    rows = (
        (FACE, crops.of_face(align(portrait), _CROP)),
        (PART, crops.of_avatar(reading.spec, _CROP)),
    )
    step = (width - 2 * _PAD - _CROP) // 2
    for row, (colour, pieces) in enumerate(rows):
        y = top + _TITLE + row * (_CROP + 14)
        for column, (kind, piece) in enumerate(zip(crops.KINDS, pieces, strict=True)):
            x = left + _PAD + column * step
            board.plate((x - 3, y - 3, _CROP + 6, _CROP + 6), colour, 10)
            board.picture(piece, (x, y, _CROP, _CROP))
            if row:
                middle = x + _CROP / 2
                board.text((middle, y + _CROP + 10), kind, 14, _KINDS[kind], "ma")


def _slot(board: Board, box: Box, one: Comparison, flips: Flips) -> None:
    left, top, width, height = box
    if one.kind:
        board.plate((left + _PAD, top + 14, 10, 10), _KINDS[one.kind], 5)
    board.text((left + _PAD + 18, top + 10), one.slot, 15)
    board.text((left + 150, top + 10), one.variant, 15, PART)
    count = flips.by_slot[one.slot]
    note = f"cosine {one.similarity:.2f}     {count} {'flip' if count == 1 else 'flips'}"
    board.text((left + width - _PAD, top + 11), note, 14, SOFT, "ra")
    names = 16 if one.groups else 0
    below = names + _STRIP + 16
    area = (left + _PAD, top + 34, width - 2 * _PAD, height - 34 - below)
    if len(one.face) <= _MOST_BARS:
        _bars(board, area, one)
    else:
        _curves(board, area, one)


def _bars(board: Board, area: Box, one: Comparison) -> None:
    """Both codes side by side, number by number; groups apart, with their names."""
    left, top, width, height = area
    groups = one.groups or (("", len(one.face)),)
    apart = 12
    each = (width - apart * (len(groups) - 1)) / len(one.face)
    zero, unit = _scale(one, top, height)
    at, x = 0, float(left)
    for name, size in groups:
        end = x + size * each
        board.rectangle((round(x), round(zero), round(end) - round(x), 1), FAINT)
        for index in range(at, at + size):
            start = x + (index - at) * each
            bar = min(each * 0.4, 16.0)
            inset = (each - 2 * bar) / 2
            for value, colour, shift in (
                (one.face[index], FACE, inset),
                (one.part[index], PART, inset + bar),
            ):
                reach = float(value) * unit
                upper, tall = round(zero - max(reach, 0)), round(abs(reach))
                board.rectangle((round(start + shift), upper, max(1, round(bar)), tall), colour)
        if name:
            board.text(((x + end) / 2, top + height + 3), _fitting(name, end - x), 12, SOFT, "ma")
        at += size
        x = end + apart


def _curves(board: Board, area: Box, one: Comparison) -> None:
    """Both codes as curves over each other, the largest of the numbers behind a pixel."""
    left, top, width, height = area
    zero, unit = _scale(one, top, height)
    board.rectangle((left, round(zero), width, 1), FAINT)
    for code, colour in ((one.part, PART), (one.face, FACE)):
        parts = np.array_split(code, width // 2)
        peaks = np.array([part[np.abs(part).argmax()] for part in parts])
        x = left + np.linspace(0, width - 1, len(peaks))
        board.line(np.column_stack([x, zero - peaks * unit]), colour)


def _scale(one: Comparison, top: int, height: int) -> tuple[float, float]:
    """Where zero lies, and px per unit; in steps, so that plots do not breathe."""
    low = min(float(one.face.min()), float(one.part.min()), 0.0)
    high = max(float(one.face.max()), float(one.part.max()))
    low, high = (float(np.ceil(abs(end) / _STEP - 1e-3) * _STEP) for end in (low, high))
    high = max(high, _STEP)
    unit = height / (low + high)
    return top + high * unit, unit


def _fitting(name: str, width: float) -> str:
    """As much of a name as has room."""
    words = name.replace("_", " ")
    most = max(3, int(width / 6.2))
    return words if len(words) <= most else words[: most - 1] + "."


def _strip(board: Board, card: Box, slot: str, variants: list[str], flips: Flips) -> None:
    """Which variant each of the last frames had, a colour each: a still one is of one colour."""
    left, top = card[0] + _PAD, card[1] + card[3] - _STRIP - 9
    width = card[2] - 2 * _PAD
    board.plate((left, top, width, _STRIP), FAINT, 3)
    each = width / (flips.shown.maxlen or 1)
    for place, shown in enumerate(flips.shown):
        if slot in shown:
            start, end = round(left + place * each), round(left + (place + 1) * each)
            colour = _shade(variants.index(shown[slot]))
            board.rectangle((start, top, end - start, _STRIP), colour)


def _shade(index: int) -> Colour:
    """Colours far apart for numbers that follow each other."""
    hue = (0.6 + index * 0.618034) % 1.0
    red, green, blue = colorsys.hls_to_rgb(hue, 0.62, 0.62)
    return round(red * 255), round(green * 255), round(blue * 255)


def _rates(board: Board, flips: Flips) -> None:
    """The last second's flips and all so far, large, and a curve of the last seconds."""
    left, top, width, height = _FLIPS
    now = flips.rates[-1] if flips.rates else 0.0
    for x, value, name, colour in (
        (left + _PAD, now, "a second, just now", INK),
        (left + width // 2, flips.mean, "a second, so far", SOFT),
    ):
        board.text((x, top + 48), f"{value:.1f}", 52, colour)
        board.text((x, top + 112), name, 14, SOFT)
    area_top, tall = top + 150, height - 150 - _PAD - 22
    inner = width - 2 * _PAD
    board.plate((left + _PAD, area_top, inner, tall), (247, 248, 251), 6)
    most = max(1.0, float(np.ceil(max(flips.rates, default=0.0) / 5) * 5))
    board.text((left + _PAD + 8, area_top + 6), f"{most:.0f}", 12, SOFT)
    board.text((left + _PAD, area_top + tall + 6), f"{SECONDS_SHOWN:.0f} seconds", 12, SOFT)
    if len(flips.rates) > 1:
        across = np.arange(len(flips.rates)) * inner / ((flips.rates.maxlen or 2) - 1)
        down = area_top + tall - 3 - np.array(flips.rates) / most * (tall - 8)
        board.line(np.column_stack([left + _PAD + across, down]), INK, 2)
