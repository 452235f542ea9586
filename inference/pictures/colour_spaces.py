"""Colours whose space a file tells by numbers instead of a profile, brought to sRGB.

Numbers are those of ITU-T H.273, which PNG (cICP), HEIF and AVIF (nclx) share.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_WHITE = 203.0  # cd/m2 of paper white in HDR, ITU-R BT.2408
_HLG_PEAK, _HLG_GAMMA = 1000.0, 1.2  # ITU-R BT.2100
_USUAL = 1 / 2.2  # gamma that PNGs of sRGB tell

_BT709, _BT2020, _P3 = 1, 9, 12  # primaries
_LINEAR, _SRGB, _PQ, _HLG = 8, 13, 16, 18  # transfers
_LIKE_BT709 = frozenset({1, 6, 14, 15})
_UNKNOWN = 2

# to linear sRGB, all of white point D65
_TO_SRGB: Mapping[int, NDArray[np.float32]] = {
    _BT709: np.eye(3, dtype=np.float32),
    _P3: np.array([
        [1.22494, -0.22494, 0.0], [-0.04206, 1.04206, 0.0], [-0.01964, -0.07864, 1.09827],
    ], np.float32),
    _BT2020: np.array([
        [1.66049, -0.58764, -0.07285], [-0.12455, 1.1329, -0.00835],
        [-0.01815, -0.10058, 1.11873],
    ], np.float32),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ColourSpace:
    """Numbers of H.273, or the gamma of the file's values in place of a transfer."""

    primaries: int = _BT709
    transfer: int = _SRGB
    gamma: float | None = None

    @property
    def known(self) -> bool:
        """Whether ``to_srgb`` can do anything with it, and has to."""
        if self.gamma is not None:
            return 0.1 < self.gamma < 10 and abs(self.gamma - _USUAL) > 0.01
        transfers = {_LINEAR, _SRGB, _PQ, _HLG} | _LIKE_BT709
        told = self.primaries in _TO_SRGB and self.transfer in transfers
        shown_alike = {_SRGB} | _LIKE_BT709  # as every viewer shows BT.709
        return told and (self.primaries != _BT709 or self.transfer not in shown_alike)


def of_png(data: bytes) -> ColourSpace | None:
    """Read what a PNG file's chunks before its pixels tell, the best that there is.

    None: nothing, or a profile (iCCP) or sRGB, which come before a gamma.
    """
    found: dict[bytes, bytes] = {}
    place = len(_SIGNATURE)
    while place + 8 <= len(data):
        length, name = struct.unpack_from(">I4s", data, place)
        if name == b"IDAT":
            break
        found[name] = data[place + 8 : place + 8 + length]
        place += length + 12
    if len(found.get(b"cICP", b"")) == 4:
        primaries, transfer, *_ = found[b"cICP"]
        return ColourSpace(primaries, transfer)
    if len(found.get(b"gAMA", b"")) == 4 and not {b"iCCP", b"sRGB"} & found.keys():
        return ColourSpace(gamma=struct.unpack(">I", found[b"gAMA"])[0] / 100_000)
    return None


def of_nclx(profile: Mapping[str, float]) -> ColourSpace | None:
    """Read a HEIF file's nclx profile as pillow-heif gives it; None where it leaves things open."""
    primaries = int(profile.get("color_primaries", _UNKNOWN))
    transfer = int(profile.get("transfer_characteristics", _UNKNOWN))
    return None if _UNKNOWN in (primaries, transfer) else ColourSpace(primaries, transfer)


def to_srgb(picture: NDArray[np.uint8], space: ColourSpace) -> NDArray[np.uint8]:
    """Convert a picture; one of an unknown space stays as it is.

    Args:
        picture: (H, W, 3) uint8 in that space.
        space: which.

    Returns:
        (H, W, 3) RGB uint8; what sRGB can't show is clipped.
    """
    if not space.known:
        return picture
    levels = np.arange(256, dtype=np.float32) / np.float32(255)
    linear = _light(levels, space)[picture]  # (H, W, 3)
    if space.gamma is None and space.transfer == _HLG:
        luminance = linear @ np.array([0.2627, 0.678, 0.0593], np.float32)
        shown = np.maximum(luminance, 1e-6)[..., None] ** np.float32(_HLG_GAMMA - 1)
        linear = linear * shown * np.float32(_HLG_PEAK / _WHITE)
    linear = np.clip(linear @ _TO_SRGB[space.primaries].T, 0, 1)
    low = linear <= 0.0031308
    encoded = np.where(low, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.asarray(np.rint(encoded * 255), np.uint8)


def _light(values: NDArray[np.float32], space: ColourSpace) -> NDArray[np.float32]:
    """Light of values 0..1, white at 1 but in HLG, which is of the scene."""
    if space.gamma is not None:
        return np.asarray(values ** (1 / space.gamma), np.float32)
    if space.transfer == _LINEAR:
        return values
    if space.transfer == _PQ:  # SMPTE ST 2084
        root = values ** (1 / 78.84375)
        ratio = np.maximum(root - 0.8359375, 0) / (18.8515625 - 18.6875 * root)
        return np.asarray(10_000 * ratio ** (1 / 0.1593017578125) / _WHITE, np.float32)
    if space.transfer == _HLG:
        a, b, c = 0.17883277, 0.28466892, 0.55991073
        return np.asarray(
            np.where(values <= 0.5, values**2 / 3, (np.exp((values - c) / a) + b) / 12), np.float32
        )
    return np.asarray(
        np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4), np.float32
    )
